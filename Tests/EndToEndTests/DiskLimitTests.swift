import BaseKit
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    /// Readiness is lost before the disk is full, and everybody who asks is told why.
    @Suite(.timeLimit(.minutes(2)))
    struct DiskLimitTests {
        @Test func lessFreeSpaceThanWantedIsToldOnceAndCallbacksAreTaken() async throws {
            try await withTestBed { bed in
                // More than any disk has.
                let limit = "storage: {minFreeBytes: 1024TiB}\n"
                let plain = try String(contentsOfFile: bed.configuration, encoding: .utf8)
                try (plain + limit).write(toFile: bed.configuration, atomically: true, encoding: .utf8)
                try await bed.receiver { receiver in
                    let line = try await Program.line(with: "Not ready: disk nearly full", in: receiver.log)
                    #expect(line.contains(#""alarm":"disk_low""#) && line.contains(#""level":"warning""#))
                    #expect(line.contains("Less than 1024TiB free in the data directory (storage.minFreeBytes)"))
                    #expect(try await bed.text(receiver.admin + "/readyz").contains("Less than 1024TiB free"))
                    #expect(try await bed.metric("ricevuta_ready", of: receiver) == 0)
                    let status = try await bed.command(["status"])
                    #expect(status.code == 1 && status.text.contains("Less than 1024TiB free"))
                    _ = try await bed.finishedOrders(1)
                    try await bed.until { try await bed.status()["jobs"] == [:] }

                    // Two looks later it is no news.
                    let looks = try bed.reportAge()
                    try await bed.until { try bed.reportAge() > looks + 2 * 5000 }
                    #expect(try await bed.alarms(of: receiver, "disk_low") == 1)

                    try plain.write(toFile: bed.configuration, atomically: true, encoding: .utf8)
                    receiver.program.signal(.terminalClosed)
                    let back = try await Program.line(with: "Ready again", in: receiver.log)
                    #expect(back.contains(#""level":"notice""#))
                    #expect(try await bed.text(receiver.admin + "/readyz").hasPrefix("ready\n"))
                    try await bed.until { try await bed.command(["status"]).code == 0 }
                    let log = try String(contentsOfFile: receiver.log, encoding: .utf8)
                    #expect(log.split(separator: "Not ready").count == 2, "told once")
                }
            }
        }
    }
}

extension TestBed {
    /// When the receiver wrote its report, in milliseconds since 1970.
    fileprivate func reportAge() throws -> Int64 {
        let text = try String(contentsOfFile: dataDirectory + "/serve.json", encoding: .utf8)
        return try #require(try JSONValue(parsing: Array(text.utf8))["writtenMilliseconds"]?.int64)
    }
}
