import CLinux
import HTTPListener
import SQLiteLedger

/// Which program this is, and with which libraries it runs.
enum ProgramVersion {
    /// The version of the program itself.
    static let number = "0.1.0"

    /// The commit that it was built from; `nil` if the build did not set it.
    static let commit: String? = {
        let text = unsafe String(cString: build_commit())
        return text.isEmpty ? nil : text
    }()

    /// What `--version` prints.
    static let text = """
        ricevuta \(number)\(commit.map { " (\($0))" } ?? "")
        libmicrohttpd \(HTTPServer.libraryVersion), SQLite \(SQLiteStore.libraryVersion)\(tls), Swift \(swift)
        """

    private static var tls: String { HTTPServer.tlsLibraryVersion.map { ", GnuTLS \($0)" } ?? "" }

    /// What it was compiled with: the compiler does not say it in any other way.
    private static var swift: String {
        #if compiler(>=6.4)
        "6.4 or newer"
        #elseif compiler(>=6.3)
        "6.3"
        #else
        "6.2"
        #endif
    }
}
