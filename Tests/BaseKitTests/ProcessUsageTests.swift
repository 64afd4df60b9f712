import Foundation
import Testing

@testable import BaseKit

@Suite struct ProcessUsageTests {
    /// The name of a program may hold spaces and parentheses.
    private static let line = """
        4711 (a (b) c) S 1 4711 4711 0 -1 4194304 2000 0 0 0 150 50 0 0 20 0 7 0 12300 104857600 2560 \
        18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 3 0 0 0 0 0
        """

    @Test func readsWhatTheKernelShows() throws {
        let usage = try #require(ProcessUsage(stat: Self.line, bootedAt: 1000))
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))

        #expect(usage.cpuSeconds == 200 / ticks && usage.startedAt == 1000 + 12_300 / ticks)
        #expect(usage.threads == 7 && usage.virtualBytes == 104_857_600)
        #expect(usage.residentBytes == 2560 * Int64(sysconf(Int32(_SC_PAGESIZE))))
    }

    @Test(arguments: ["", "4711 (a) S", "4711 (a) S 1 2 3"])
    func readsNothingElse(_ line: String) {
        #expect(ProcessUsage(stat: line, bootedAt: 0) == nil)
    }

    @Test func findsTheLimitOfOpenFiles() {
        let limits = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             63412                63412                processes
            Max open files            1024                 1048576              files
            """
        #expect(ProcessUsage.maxFiles(limits) == 1024)
        #expect(ProcessUsage.maxFiles("Max open files  unlimited  unlimited  files") == nil)
    }

    @Test func knowsThisProcess() throws {
        let usage = try #require(ProcessUsage.current())
        let age = Date().timeIntervalSince1970 - usage.startedAt

        #expect(usage.residentBytes > 1 << 20 && usage.virtualBytes >= usage.residentBytes)
        #expect(usage.threads >= 1 && (usage.openFiles ?? 0) >= 3)
        #expect(age > -2 && age < 86_400, "\(age)")
    }
}
