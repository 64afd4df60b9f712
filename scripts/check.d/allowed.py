"""What is exempt from a rule, and why. An entry that nothing needs any more is a finding itself."""

import fnmatch
import pathlib

from tree import Finding


class Allowance:
    """What one rule lets pass: names or patterns of files, or names of targets, each with its reason."""

    def __init__(self, reasons):
        assert all(reasons.values()), "each exemption needs its reason"
        self.reasons = reasons
        self.used = set()

    def covers(self, name):
        found = [pattern for pattern in self.reasons if fnmatch.fnmatchcase(name, pattern)]
        self.used.update(found)
        return bool(found)

    def unused(self, tree, rule):
        """Findings for entries that the rule, which has just been over the tree, did not need; it starts anew after."""
        own = "scripts/check.d/allowed.py"
        lines = pathlib.Path(__file__).read_text().split("\n")
        for name in self.reasons.keys() - self.used:
            last = name.rpartition("/")[2]
            line = next((number for number, text in enumerate(lines, 1) if f'{last}":' in text), 1)
            yield Finding(own, line, rule, f"nothing needs the exemption of {name} any more: remove it")
        self.used = set()


LISTENER = "Sources/HTTPListener"

UNSAFE = Allowance({
    # The listener, around libmicrohttpd: its pointers end in this target.
    f"{LISTENER}/Daemon/*": "libmicrohttpd's handles, callbacks and buffers; sockets, descriptors and a pthread mutex",
    f"{LISTENER}/Listener/HTTPServer.swift": "asks libmicrohttpd for its version, which is a C string",
    f"{LISTENER}/Requests/PeerAddress.swift": "reads a `sockaddr`",
    # What wraps a C library or a system call that Swift has no safe form of.
    "Sources/BaseKit/Compression/CRC32.swift": "hands bytes to zlib",
    "Sources/BaseKit/Compression/Inflater.swift": "hands bytes to zlib, whose stream has to stay where it is",
    "Sources/BaseKit/Files/DurableFiles.swift": "`mkdir` takes a C string",
    "Sources/BaseKit/Files/DurableFiles+publishing.swift": "`link` and `renameat2`, through CLinux, take C strings",
    "Sources/SQLiteLedger/Statements/Database+checkpoint.swift":
        "hands the connection to SQLite, for which GRDB has no call",
    "Sources/SQLiteLedger/Statements/Statement+bare.swift": "binds and reads statements, without GRDB's copies",
    "Sources/SQLiteLedger/Opening/SQLiteStore+library.swift": "asks SQLite for its version, which is a C string",
    "Sources/ricevuta/Output/ProgramVersion.swift": "the commit is a C string",
    "Sources/ricevuta/Help/Article.swift": "articles are C strings",
    "Sources/BaseKit/Network/HostResolver.swift": "`getaddrinfo` and its list",
    "Sources/BaseKit/System/ServiceManager.swift": "fills in a `sockaddr_un`, and sends to it",
    # Peers that do with a socket what no library would.
    "Tests/AdminEndpointsTests/send.swift": "a raw socket",
    "Tests/EndToEndTests/Harness/RawConnection.swift": "a raw socket",
    "Tests/HTTPListenerTests/RawClient.swift": "a raw socket",
})

TASKS = Allowance({
    f"{LISTENER}/Requests/AsyncRequestHandler.swift": "from the listener's thread to a handler that suspends",
    "Sources/VisengineSandbox/Sandbox.swift": "kept, cancelled and waited for in `stop`",
    "Sources/ricevuta/Serving/Receiver.swift": "stops the admin listener of a start that failed; the process ends then",
})

SLEEPS = Allowance({
    "Tests/BaseKitTests/DeadlinesTests.swift": "the waiting itself is what is tested",
    "Tests/BaseKitTests/TimeLimitTests.swift": "never ends by itself: cancelling it is what is tested",
    "Tests/EndToEndTests/BrokenLedgerTests.swift": "asks again and again for three seconds that the state stays",
    "Tests/EndToEndTests/ConnectionLimitTests.swift": "a peer's pace is what is tested: one callback a second",
    "Tests/EndToEndTests/Harness/TestBed.swift": "`until` itself, which polls with a deadline",
    "Tests/EndToEndTests/Harness/Program.swift": "polls a log for a line, with a deadline",
    "Tests/EndToEndTests/KillingTests.swift": "the random moment at which the program is killed",
    "Tests/EndToEndTests/NginxTests.swift": "the peer's silence is what is tested",
    "Tests/HTTPListenerTests/DripPause.swift": "the pause between two bytes of a slow peer",
    "Tests/HTTPListenerTests/LimitTests.swift": "a handler, and peers, slower than the limit under test",
    "Tests/HTTPListenerTests/LongBodyTests.swift": "a handler that answers late",
    "Tests/SinksTests/HTTPSinkFailureTests.swift": "a receiver that does not answer within the time limit",
    "Tests/SQLiteLedgerTests/CheckpointTests.swift": "a transaction that lasts is what is tested: readers that overlap",
    "Tests/TestSupport/InMemoryLedger/InMemoryJobNotifier.swift": "when a job falls due, and the longest wait",
    "Tests/VisengineClientTests/RetryTests.swift": "never ends by itself: cancelling it is what is tested",
    "Tests/VisengineClientTests/TokenBucketTests.swift": "never ends by itself: cancelling it is what is tested",
})

PRINTS = Allowance({
    "Sources/ricevuta/Output/*": "the output folder itself",
    "Sources/ricevuta/Commands/ConfigCommand.swift": "the example and the schema, which end in a line feed",
})

UNIMPORTED = Allowance({})

NAMESAKES = Allowance({})

PATHS = Allowance({
    "scripts/conformance.d/senders/multipart.py": "what PHP calls the file that it uploads",
})

# What the articles name and nothing here does.
FOREIGN_NAMES = Allowance({
    "forwardfor": "an option of haproxy",
    "idle_timeout": "an attribute of AWS's balancers",
    "keepalive_timeout": "a directive of nginx",
    "maximumCancellationDuration": "a setting of swift-service-lifecycle that is not used, and why",
    "timeout_seconds": "an attribute of AWS's balancers",
    "xff_client_port": "an attribute of AWS's balancers",
})
