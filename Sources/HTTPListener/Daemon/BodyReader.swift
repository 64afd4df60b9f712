import CMicroHTTPD

/// Fills the library's buffer from a producer; used on the listener's thread.
final class BodyReader {
    private let producer: any BodyProducer
    private let connection: Connection
    /// Bytes that the producer gave and the library has not taken.
    private var kept: ArraySlice<UInt8> = []

    init(_ producer: any BodyProducer, connection: Connection) {
        self.producer = producer
        self.connection = connection
    }

    /// Writes the next bytes.
    ///
    /// - Returns: How many; 0 when the connection has been suspended; or one of the library's two marks.
    @unsafe
    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while kept.isEmpty {
            guard !connection.core.isClosing else { return cmhd_body_abort }
            switch producer.next(upTo: buffer.count) {
            case .bytes(let bytes) where bytes.isEmpty:
                return connection.pause(for: .milliseconds(1)) ? 0 : cmhd_body_abort
            case .bytes(let bytes):
                kept = bytes[...]
            case .pause(let duration):
                return connection.pause(for: duration) ? 0 : cmhd_body_abort
            case .end:
                return cmhd_body_end
            case .abort:
                return cmhd_body_abort
            }
        }
        let piece = kept.prefix(buffer.count)
        unsafe buffer.copyBytes(from: piece)
        kept = kept.dropFirst(piece.count)
        return piece.count
    }
}

/// `MHD_ContentReaderCallback`.
func onBodyPiece(
    _ context: UnsafeMutableRawPointer?,
    _ position: UInt64,
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ max: Int
) -> Int {
    guard let context = unsafe context, let buffer = unsafe buffer else { return cmhd_body_abort }
    let reader = unsafe Unmanaged<BodyReader>.fromOpaque(context).takeUnretainedValue()
    return unsafe reader.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: max))
}

/// `MHD_ContentReaderFreeCallback`: the response is gone.
func onBodyEnd(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<BodyReader>.fromOpaque(context).release()
}
