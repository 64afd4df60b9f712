import BaseKit
import Foundation
import Glibc
import RicevutaCore
import Testing

extension EndToEnd {
    /// The operator's day: a disk that has too little room, and files that others are to read.
    @Suite(
        .timeLimit(.minutes(3)),
        .enabled(if: geteuid() == 0, "mounts a small file system, and runs as another user")
    )
    struct OperatorsDayDiskTests {
        /// The documents of a receiver are larger than what is left.
        @Test func aDocumentThatFindsNoRoomIsFetchedOnceThereIsSome() async throws {
            try await withDisk(of: 160) { day in
                let (order, callback) = try await day.newOrder()
                try await day.bed.advance(to: "Visura evasa")
                let filler = day.bed.dataDirectory + "/archive/filler"
                try day.bed.fill(filler)
                try await day.call(callback, "Visura evasa", of: order)

                try await day.logs(
                    "Archive write failed",
                    .archiveFailing,
                    ["error": "No space left on device", "order.id": order]
                )
                try await day.logs("Not ready: disk nearly full", .diskLow)
                try await day.status("not ready", "Less than", exit: 1)
                try await day.explain(order, "The document", "No space left", "`ricevuta document fetch \(order)`")

                try FileManager.default.removeItem(atPath: filler)
                try await day.mend("document", "fetch", order)
                try await day.isGood(order)
                try await day.logs("Ready again")
            }
        }

        @Test func aDiskThatIsNearlyFullIsToldWhileCallbacksAreStillTaken() async throws {
            try await withDisk(
                of: 96,
                prepare: { try $0.configure("sinks:", as: "storage: {minFreeBytes: 24MiB}\nsinks:") }
            ) {
                day in
                try await day.status(exit: 0)
                let filler = day.bed.dataDirectory + "/filler"
                try day.bed.fill(filler, leaving: 16 << 20)

                try await day.logs("Not ready: disk nearly full", .diskLow, ["problems": "Less than 24MiB free"])
                try await day.status("not ready", "Less than 24MiB free", "storage.minFreeBytes", exit: 1)
                #expect(try await day.bed.text(day.receiver.admin + "/readyz").contains("Less than 24MiB free"))
                let order = try await day.finishedOrder()
                try await day.explain(order, "Nothing: ")

                try FileManager.default.removeItem(atPath: filler)
                try await day.isGood(order)
                try await day.logs("Ready again")
            }
        }

        /// Runs a receiver whose data directory has so many MiB.
        private func withDisk(
            of size: Int,
            prepare: @escaping @Sendable (TestBed) throws -> Void = { _ in },
            _ body: @escaping @Sendable (OperatorsDay) async throws -> Void
        ) async throws {
            try await withTestBed(sandbox: ["--document-size", "2MiB"]) { bed in
                let path = bed.dataDirectory
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                let options = ["-t", "tmpfs", "-o", "size=\(size)m", "tmpfs", path]
                let mount = try await Program.output("/bin/mount", options)
                guard mount.code == 0 else { return }  // A container without the right to mount shows nothing.
                let result: Result<Void, any Error>
                do {
                    try prepare(bed)
                    try await bed.receiver { receiver in try await body(OperatorsDay(bed, receiver)) }
                    result = .success(())
                } catch {
                    result = .failure(error)
                }
                _ = try await Program.output("/bin/umount", ["-l", path])
                try result.get()
            }
        }

        @Test func aDeliveredDocumentIsReadByAnotherUserOfItsGroup() async throws {
            try await withOperatorsDay(prepare: { bed in
                try bed.configure("path: ./documents,", as: "path: ./documents, mode: \"0640\", group: nogroup,")
                // The tests' own directory is nobody else's business otherwise; the folder is the operator's.
                let documents = bed.directory + "/documents"
                try FileManager.default.createDirectory(atPath: documents, withIntermediateDirectories: false)
                for path in [bed.directory, documents] {
                    try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: path)
                }
            }) { day in
                let order = try await day.finishedOrder()
                try await day.isGood(order)
                let file = try #require(try day.bed.deliveredDocuments().first)
                let path = "\(day.bed.directory)/documents/\(file)"

                let member = try await Self.read(path, user: "65534", group: "nogroup")
                #expect(member.code == 0, "\(member.problems)")
                #expect(Data(member.bytes) == (try Data(contentsOf: URL(fileURLWithPath: path))))
                let stranger = try await Self.read(path, user: "65534", group: "daemon")
                #expect(stranger.code != 0, "of another group")
            }
        }

        private static func read(
            _ path: String,
            user: String,
            group: String
        ) async throws -> (bytes: [UInt8], problems: String, code: Int32) {
            try await Program.output(
                "/usr/bin/setpriv",
                ["--reuid=\(user)", "--regid=\(group)", "--clear-groups", "/bin/cat", path]
            )
        }
    }
}

extension TestBed {
    /// Fills the disk with a file, but for so many bytes.
    fileprivate func fill(_ path: String, leaving left: Int = 0) throws {
        try Data().write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        // The last write of each size fails for want of room.
        for size in [1 << 20, 4096] {
            while (try? file.write(contentsOf: Data(repeating: 1, count: size))) != nil {}
        }
        try file.truncate(atOffset: file.seekToEnd() - UInt64(left))
        try file.close()
    }
}
