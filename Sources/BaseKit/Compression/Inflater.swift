import CZlib

/// Decompresses a deflate stream (RFC 1951) piece by piece, in constant memory and within limits.
///
/// For one thread at a time.
@safe
public final class Inflater {
    /// The frame around the compressed bytes.
    public enum Format: Sendable {
        /// None, as in an entry of a zip archive.
        case raw
        /// gzip (RFC 1952), of one member or several: HTTP's `Content-Encoding: gzip`.
        case gzip
        /// zlib's frame (RFC 1950) or none: HTTP's `Content-Encoding: deflate`, which is the first by RFC 9110, section
        /// 8.4.1.2, and the second from senders that took the word literally.
        case deflate
        /// Whichever of the three the first two bytes say.
        case automatic
    }

    /// How many bytes of output any input may yield before the ratio counts: short texts compress well.
    public static let ratioAllowance: Int64 = 64 << 10

    private static let bufferSize = 64 << 10

    /// Whether the end of the compressed stream was read.
    public private(set) var isFinished = false
    /// Bytes read from the input so far.
    public private(set) var inputBytes: Int64 = 0
    /// Bytes made so far.
    public private(set) var outputBytes: Int64 = 0

    private let maxOutputBytes: Int64
    private let maxRatio: Int64
    private let format: Format
    // Of its own, since the library remembers where it lies; freed by `deinit`.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isStarted = false
    private var hasMembers = false
    private var buffer = [UInt8](repeating: 0, count: Inflater.bufferSize)
    /// A first byte that came alone: two are needed to see the frame.
    private var held: [UInt8] = []

    /// Creates an inflater.
    ///
    /// - Parameters:
    ///   - format: The frame around the compressed bytes.
    ///   - maxOutputBytes: The most bytes that may come out.
    ///   - maxRatio: The most bytes that may come out for each byte read, once more than ``ratioAllowance`` came out;
    ///     deflate itself reaches 1,032.
    public init(_ format: Format, maxOutputBytes: Int64 = .max, maxRatio: Int64 = .max) {
        self.format = format
        self.maxOutputBytes = maxOutputBytes
        self.maxRatio = maxRatio
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
    }

    deinit {
        if isStarted { _ = unsafe inflateEnd(stream) }
        unsafe stream.deallocate()
    }

    /// Decompresses the next piece of the input.
    ///
    /// - Parameters:
    ///   - input: Any number of bytes. Those behind the end of the stream are not read.
    ///   - take: Gets the output in pieces of up to 64 KiB, never more than the limits allow.
    /// - Returns: How many bytes of `input` were read; all of them unless the stream ended.
    /// - Throws: ``InflateError``; what was taken by then is sound as far as it goes.
    @discardableResult
    public func inflate(_ input: ArraySlice<UInt8>, _ take: (ArraySlice<UInt8>) -> Void) throws(InflateError) -> Int {
        guard !input.isEmpty else { return 0 }
        guard isStarted else {
            let head = held + input.prefix(2)
            guard head.count >= 2 || !needsTwoBytes else {
                held = head
                return input.count
            }
            try start(head)
            let early = held
            held = []
            if !early.isEmpty { _ = try run(early[...], take) }
            return try run(input, take)
        }
        return try run(input, take)
    }

    /// Decompresses the next piece of the input, and appends what it yields.
    ///
    /// - Throws: ``InflateError``; `output` then has what was decompressed up to there, within the limits.
    @discardableResult
    public func inflate(_ input: ArraySlice<UInt8>, into output: inout [UInt8]) throws(InflateError) -> Int {
        try inflate(input) { output.append(contentsOf: $0) }
    }

    /// Says that there is no more input.
    ///
    /// - Throws: ``InflateError/truncated`` when the stream has not ended.
    public func finish() throws(InflateError) {
        guard isFinished else { throw .truncated }
    }

    private var needsTwoBytes: Bool { format == .deflate || format == .automatic }

    private func start(_ head: [UInt8]) throws(InflateError) {
        let isZlib = head.count > 1 && head[0] & 0x0F == 8 && (Int(head[0]) << 8 | Int(head[1])) % 31 == 0
        hasMembers = format == .gzip || format == .automatic && head.starts(with: [0x1F, 0x8B])
        // The library's way to name a frame; see `inflateInit2` in zlib.h.
        let windowBits: Int32 = hasMembers ? 15 + 16 : format != .raw && isZlib ? 15 : -15
        guard unsafe czlib_inflate_init(stream, windowBits) == Z_OK else { throw .noMemory }
        isStarted = true
    }

    private func run(_ input: ArraySlice<UInt8>, _ take: (ArraySlice<UInt8>) -> Void) throws(InflateError) -> Int {
        var rest = input
        // A full buffer means that there may be more output although the input was read to its end.
        var isFull = false
        while !rest.isEmpty || isFull {
            if isFinished {
                guard hasMembers, rest.first == 0x1F, unsafe inflateReset(stream) == Z_OK else { break }
                isFinished = false
            }
            let step = step(rest)
            rest = rest.dropFirst(step.read)
            inputBytes += Int64(step.read)
            isFull = step.made == buffer.count
            try hand(over: step.made, take)
            switch step.status {
            case Z_OK: break
            case Z_STREAM_END: isFinished = true
            case Z_BUF_ERROR where rest.isEmpty: break
            case Z_MEM_ERROR: throw .noMemory
            default: throw .malformed
            }
        }
        return input.count - rest.count
    }

    private func hand(over made: Int, _ take: (ArraySlice<UInt8>) -> Void) throws(InflateError) {
        let (product, overflow) = inputBytes.multipliedReportingOverflow(by: maxRatio)
        let ratioLimit = overflow ? Int64.max : max(product, Self.ratioAllowance)
        let allowed = min(maxOutputBytes, ratioLimit) - outputBytes
        let taken = Int(min(Int64(made), max(0, allowed)))
        outputBytes += Int64(taken)
        if taken > 0 { take(buffer[..<taken]) }
        guard taken < made else { return }
        throw maxOutputBytes <= ratioLimit ? .tooLarge(limit: maxOutputBytes) : .ratioTooHigh(limit: maxRatio)
    }

    /// One call of the library: as much as fits into the buffer.
    private func step(_ input: ArraySlice<UInt8>) -> (status: Int32, read: Int, made: Int) {
        unsafe input.withUnsafeBufferPointer { input in
            unsafe buffer.withUnsafeMutableBufferPointer { output in
                // The library reads from here and never writes, whatever the field's type says.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
                unsafe stream.pointee.next_out = output.baseAddress
                unsafe stream.pointee.avail_out = UInt32(output.count)
                let given = unsafe stream.pointee.avail_in
                let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                let read = unsafe Int(given - stream.pointee.avail_in)
                return (status, read, unsafe output.count - Int(stream.pointee.avail_out))
            }
        }
    }
}

/// Why a compressed stream cannot be read.
public enum InflateError: Error, Equatable, Sendable {
    /// It is not a deflate stream in the expected frame, or its checksum does not match.
    case malformed
    /// It ends too early.
    case truncated
    /// It yields more bytes than allowed.
    case tooLarge(limit: Int64)
    /// It yields more bytes for each compressed one than allowed: a decompression bomb.
    case ratioTooHigh(limit: Int64)
    /// The library could not have its memory, some 40 KiB.
    case noMemory
}

extension InflateError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .malformed: "the compressed data is malformed"
        case .truncated: "the compressed data is truncated"
        case .tooLarge(let limit): "the decompressed data exceeds \(limit) bytes"
        case .ratioTooHigh(let limit): "the compressed data expands to more than \(limit) times its size"
        case .noMemory: "not enough memory to decompress"
        }
    }
}
