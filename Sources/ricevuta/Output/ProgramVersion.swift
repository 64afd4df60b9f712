import CLinux
import HTTPListener
import SQLiteLedger

/// Which program this is, and with which libraries it runs.
enum ProgramVersion {
    /// The version of the program itself.
    static let number = "0.1.0"

    /// The commit that it was built from; `nil` where whoever built it did not say.
    static let commit: String? = {
        let text = unsafe String(cString: build_commit())
        return text.isEmpty ? nil : text
    }()

    /// What `--version` prints.
    static let text = """
        ricevuta \(number)\(commit.map { " (\($0))" } ?? "")
        libmicrohttpd \(HTTPServer.libraryVersion), SQLite \(SQLiteStore.libraryVersion)
        """
}
