import BaseKit
import Dispatch
import Foundation
import Synchronization

/// Makes segments before they are needed, and removes those that are not kept any longer, on a thread of its own: both
/// take longer than a callback should wait.
final class SegmentPool: Sendable {
    /// Segments that are made before they are needed, so that a full disk still leaves room for some callbacks.
    ///
    /// The first two are made before the journal opens.
    private static let spares = 4
    private static let firstSpares = 2
    /// No segment is smaller.
    static let leastBytes = 4096

    private struct State {
        var ready: [JournalSegment] = []
        var toRemove: [KeptSegment] = []
        var isStopping = false
    }

    private let directory: String
    private let segmentBytes: Int
    private let disk: JournalDisk
    private let state = Mutex(State())
    /// The number of the next segment; held while one is made, so that they come into being in order.
    private let nextNumber: Mutex<Int>
    private let work = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(
        _ directory: String,
        segmentBytes: Int,
        disk: JournalDisk,
        found: JournalReader.Found
    ) throws(JournalError) {
        self.directory = directory
        self.segmentBytes = segmentBytes
        self.disk = disk
        nextNumber = Mutex(found.nextSegment)
        let row = found.segments.map(\.name) + found.spares
        do throws(JournalError) {
            try FirstSegment(directory: directory).set(row.first?.number ?? found.nextSegment)
        } catch {
            // Until it is there, only gaps between segments show.
        }
        for name in found.spares {
            let segment = try JournalSegment(opening: name, in: directory, disk: disk)
            state.withLock { $0.ready.append(segment) }
        }
        do throws(JournalError) {
            while state.withLock({ $0.ready.count }) < Self.firstSpares { try make() }
        } catch {
            // What is stored already can be delivered without; callbacks are answered 503 until there is room.
            guard case .full = error else { throw error }
        }
        let thread = Thread { [self] in
            Thread.current.name = "journal-files"  // Seen by the system only when set from inside.
            run()
        }
        thread.start()
    }

    /// Takes the next segment; waits for the disk only when none is ready.
    ///
    /// - Throws: ``JournalError/full(_:)`` and others; then the next call tries again.
    func take(atLeast size: Int) throws(JournalError) -> JournalSegment {
        defer { work.signal() }
        if state.withLock({ $0.ready.isEmpty }) { try make(unlessReady: true) }
        guard let segment = state.withLock({ $0.ready.first }) else {
            throw .file("cannot create a file in \(directory)")
        }
        // Not another one instead: segments are used in the order of their numbers.
        if segment.capacity < size { try segment.grow(to: max(segmentBytes, (size + 4095) / 4096 * 4096)) }
        state.withLock { _ = $0.ready.removeFirst() }
        return segment
    }

    /// Removes segments soon.
    func remove(_ segments: [KeptSegment]) {
        state.withLock { $0.toRemove += segments }
        work.signal()
    }

    /// Removes segments, oldest first, before this returns.
    func removeNow(_ segments: [KeptSegment]) {
        guard let last = segments.last else { return }
        do throws(JournalError) {
            try FirstSegment(directory: directory).set(last.name.number + 1)
        } catch {
            return  // They stay until the next start.
        }
        for segment in segments { try? FileManager.default.removeItem(atPath: segment.path) }  // As above.
    }

    /// Ends the thread and closes the files.
    func stop() {
        state.withLock { $0.isStopping = true }
        work.signal()
        ended.wait()
        state.withLock { $0.ready = [] }
    }

    private func run() {
        while true {
            work.wait()
            let (segments, isStopping) = state.withLock { state in
                defer { state.toRemove = [] }
                return (state.toRemove, state.isStopping)
            }
            removeNow(segments)
            if isStopping { break }
            do throws(JournalError) {
                while state.withLock({ !$0.isStopping && $0.ready.count < Self.spares }) { try make() }
            } catch {
                // Tried again when the next one is taken, and not before: a failing disk is not written to for nothing.
            }
        }
        ended.signal()
    }

    private func make(unlessReady: Bool = false) throws(JournalError) {
        let result: Result<Void, JournalError> = nextNumber.withLock { number in
            if unlessReady, state.withLock({ !$0.ready.isEmpty }) { return .success(()) }
            do throws(JournalError) {
                let name = SegmentName(new: number)
                let segment = try JournalSegment(creating: name, in: directory, capacity: segmentBytes, disk: disk)
                number += 1
                state.withLock { $0.ready.append(segment) }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
