import Dispatch
import Foundation
import RicevutaCore
import Synchronization
import SystemPackage
import TestSupport

@testable import CallbackJournal

/// A disk that syncs, fails, or does not answer, as told.
final class FakeDisk: Sendable {
    enum Behaviour: Equatable {
        case works
        /// Says no, and loses what was to be synced: whoever reads it afterwards finds other bytes there.
        case loses
        case hangs
        /// Says no so many times, and then works; what was to be synced stays, as far as whoever reads it can tell.
        case refusesOnly(Int)
        /// Works so many times, and then loses.
        case worksOnly(Int)
    }

    private struct State {
        var behaviour = Behaviour.works
        /// Where the content ends that a sync has succeeded for, by file.
        var synced: [String: Int64] = [:]
        var freeBytes: Int64?
        var attempts = 0
        var hanging = 0
    }

    private let state = Mutex(State())
    private let release = DispatchSemaphore(value: 0)

    /// How often it was asked to sync.
    var attempts: Int { state.withLock(\.attempts) }
    /// How many syncs wait now.
    var hanging: Int { state.withLock(\.hanging) }

    /// Changes what it does; syncs that hang go on.
    func behave(_ behaviour: Behaviour) {
        let hanging = state.withLock { state in
            state.behaviour = behaviour
            defer { state.hanging = 0 }
            return state.hanging
        }
        for _ in 0..<hanging { release.signal() }
    }

    /// Sets how much room it says that it has.
    func setFreeBytes(_ count: Int64?) { state.withLock { $0.freeBytes = count } }

    /// What a journal sees of it.
    var disk: JournalDisk {
        JournalDisk(sync: { self.sync($0) }, freeBytes: { _ in self.state.withLock(\.freeBytes) })
    }

    private func sync(_ descriptor: Int32) -> Int32 {
        let isToHang = state.withLock { state in
            state.attempts += 1
            guard state.behaviour == .hangs else { return false }
            state.hanging += 1
            return true
        }
        if isToHang { release.wait() }
        let file = Self.file(of: descriptor)
        return state.withLock { state in
            switch state.behaviour {
            case .works, .hangs, .refusesOnly(0): break
            case .worksOnly(let count) where count > 0: state.behaviour = .worksOnly(count - 1)
            case .refusesOnly(let count):
                state.behaviour = .refusesOnly(count - 1)
                errno = EIO
                return -1
            case .loses, .worksOnly:
                lose(descriptor, from: state.synced[file] ?? 0)
                errno = EIO
                return -1
            }
            state.synced[file] = Self.end(of: descriptor)
            return 0
        }
    }

    /// After a failed sync the system may have forgotten that its pages are not on disk.
    private func lose(_ descriptor: Int32, from start: Int64) {
        let end = Self.end(of: descriptor)
        guard end > start else { return }
        let other = [UInt8](repeating: 0xAA, count: Int(end - start))
        _ = try? FileDescriptor(rawValue: descriptor).writeAll(toAbsoluteOffset: start, other)
    }

    private static func file(of descriptor: Int32) -> String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")) ?? ""
    }

    /// Where the file's content ends.
    private static func end(of descriptor: Int32) -> Int64 {
        let bytes = FileManager.default.contents(atPath: file(of: descriptor)) ?? Data()
        return Int64((bytes.lastIndex { $0 != 0 } ?? -1) + 1)
    }
}

/// Runs `body` with a new journal on a disk, and closes it.
func withJournal<Result>(
    on disk: FakeDisk,
    of ledger: FaultyLedger = FaultyLedger(),
    _ configuration: JournalConfiguration = Sample.configuration,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (_ journal: Journal, _ directory: String) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { parent in
        let directory = "\(parent)/journal"
        let journal = try Journal(
            at: directory,
            ledger: ledger,
            newest: 0,
            handedOver: nil,
            configuration: configuration,
            disk: disk.disk
        )
        do {
            let result = try await body(journal, directory)
            disk.behave(.works)
            ledger.behave(.takes)
            await journal.close()
            return result
        } catch {
            disk.behave(.works)
            ledger.behave(.takes)
            await journal.close()
            throw error
        }
    }
}
