import Foundation

/// What a process uses of its machine, as Linux shows it below `/proc`.
///
/// The corresponding manual page is `proc(5)`.
package struct ProcessUsage: Sendable, Equatable {
    /// When it started, in seconds since 1970.
    package var startedAt: Double
    /// User and system time, in seconds.
    package var cpuSeconds: Double
    package var residentBytes: Int64
    package var virtualBytes: Int64
    package var threads: Int
    /// Open file descriptors; `nil` when they cannot be counted.
    package var openFiles: Int?
    /// The most file descriptors that it may open; `nil` without a limit.
    package var maxFiles: Int?

    /// What this process uses now; `nil` where `/proc/self` cannot be read.
    ///
    /// Reads nothing that is on a disk.
    package static func current() -> ProcessUsage? {
        guard let stat = text("/proc/self/stat"), let bootedAt, var usage = ProcessUsage(stat: stat, bootedAt: bootedAt)
        else { return nil }
        // The descriptor that reads the list is in it, too. A list that cannot be read is left out.
        usage.openFiles = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { $0.count - 1 }
        usage.maxFiles = text("/proc/self/limits").flatMap(maxFiles)
        return usage
    }

    /// Reads a line of `/proc/PID/stat`; nothing when it is something else.
    ///
    /// - Parameters:
    ///   - stat: The line.
    ///   - bootedAt: When the machine started, in seconds since 1970.
    package init?(stat: String, bootedAt: Double) {
        // The second field is the program's name in parentheses, which may hold anything.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[end...].split(separator: " ").dropFirst().compactMap { Int64($0) }
        // The state, a letter, is the third and drops out; the numbers begin with the fourth.
        func field(_ number: Int) -> Int64? { fields.indices.contains(number - 4) ? fields[number - 4] : nil }
        guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22),
            let virtual = field(23), let resident = field(24)
        else { return nil }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        startedAt = bootedAt + Double(start) / ticks
        cpuSeconds = Double(user + system) / ticks
        residentBytes = resident * Int64(sysconf(Int32(_SC_PAGESIZE)))
        virtualBytes = virtual
        self.threads = Int(threads)
    }

    /// Reads the soft limit of open files out of `/proc/PID/limits`.
    static func maxFiles(_ limits: String) -> Int? {
        let name = "Max open files"
        let line = limits.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { $0.dropFirst(name.count).split(separator: " ").first }.flatMap { Int($0) }
    }

    /// When the machine started: `btime` in `/proc/stat`, which does not change.
    private static let bootedAt: Double? = text("/proc/stat")?.split(separator: "\n")
        .first { $0.hasPrefix("btime ") }
        .flatMap { Double($0.dropFirst("btime ".count)) }

    private static func text(_ path: String) -> String? {
        // Where it is missing there is nothing to tell.
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
