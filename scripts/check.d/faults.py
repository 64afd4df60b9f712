"""Faults to plant, at least one for each rule, and what looks like a fault and is none."""

import dataclasses

import layers

CORE, FLOW = layers.LAYERS["core"][0], layers.LAYERS["flow"][0]
ADAPTER, OTHER_ADAPTER = layers.LAYERS["adapters"][:2]


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is planted: a file of its own that holds `text`, or `text` in place of `instead_of` in one that is there."""

    rule: str
    what: str
    text: str
    path: str = f"Sources/{CORE}/Planted.swift"
    instead_of: str = ""


def swift(rule, *texts, path=f"Sources/{CORE}/Planted.swift"):
    return [Fault(rule, text.rstrip("\n} ").split("\n")[-1].strip(), text + "\n", path) for text in texts]


def in_manifest(rule, what, instead_of, text):
    return Fault(rule, what, text, "Package.swift", instead_of)


TEST = f"Tests/{CORE}Tests/Planted.swift"
ARTICLES = f"Sources/{CORE}/{CORE}.docc"
LONG = "word " * 30
PEM = "-----BEGIN {} KEY-----"

FAULTS = [
    Fault("NothingElseAtTheTop", "a file that a compiler left", "planted", "Planted.dia"),
    Fault("SwiftFormat", "a semicolon and two spaces", "let  planted = 1;\n"),
    *swift(
        "UnsafeWhereListed",
        "let planted = unsafe read()",
        "func planted(_ start: UnsafeRawBufferPointer) {}",
        "func planted(_ start: UnsafeMutablePointer<Int>) {}",
        "let planted: OpaquePointer? = nil",
        '@_silgen_name("planted") func planted()',
    ),
    *swift("UnsafeWhereListed", "let planted = unsafe read()", path=TEST),
    *swift(
        "ReasonForDanger",
        "final class Planted: @unchecked Sendable {}",
        "/// A value.\nfinal class Planted: @unchecked Sendable {}",
        "nonisolated(unsafe) var planted = 1",
        "let planted = try! read()",
        "let planted = value as! Int",
        'func planted() { fatalError("planted") }',
        'func planted() { preconditionFailure("planted") }',
    ),
    *swift(
        "ReasonForDroppedError",
        "let planted = try? read()",
        "// About something else.\nlet other = 1\nlet planted = try? read()",
        'let planted = "\\((try? read()) ?? 0)"',
    ),
    *swift(
        "NoUnstructuredTask",
        "let planted = Task { await run() }",
        "let planted = Task(priority: .high) { await run() }",
        "let planted = Task.detached { await run() }",
    ),
    *swift("NoGlobalQueue", "func planted() { DispatchQueue.global().async {} }"),
    *swift(
        "NoSleepInTests",
        "func planted() async throws { try await Task.sleep(for: .seconds(1)) }",
        "    usleep(1_000)",
        path=TEST,
    ),
    *swift("NoPrint", 'func planted() { print("planted") }', 'func planted() { debugPrint("planted") }'),
    Fault("LineLength", "a comment of Swift", f"// {LONG}\n"),
    Fault("LineLength", "a string of Swift", f'let planted = "{LONG}"\n'),
    Fault("LineLength", "a comment of a shell script", f"#!/usr/bin/env bash\n# {LONG}\nset -euo pipefail\n",
          "scripts/planted"),
    Fault("LineLength", "a line of Python", f'planted = "{LONG}"\n', "scripts/planted.py"),
    Fault("LineLength", "a comment of C", f"// {LONG}\n", f"Sources/{layers.LAYERS['C'][0]}/planted.c"),
    Fault("FileLength", "401 lines", "// A line.\n" * 401),
    Fault("FileLength", "401 lines of a test", "// A line.\n" * 401, TEST),
    *swift(
        "PublicDocumented",
        "public struct Planted {}",
        "// No documentation.\npublic func planted() {}",
        "/// Documented.\npublic struct Planted {\n    public init() {}\n}",
        "/// Documented.\npublic enum Planted {\n    case undocumented\n}",
        "/// Documented.\npublic protocol Planted {\n    var undocumented: Int { get }\n}",
    ),
    Fault("NamesInArticles", "a type that is not there", "`PlantedType` does it.\n", f"{ARTICLES}/Planted.md"),
    Fault("NamesInArticles", "a file that is not there", "See `Sources/Planted.swift`.\n", f"{ARTICLES}/Planted.md"),
    Fault("LinksInArticles", "an article that is not there", "See <doc:Nowhere>.\n", f"{ARTICLES}/Planted.md"),
    Fault("LinksInArticles", "a file that is not there", "](nowhere.md) ", "README.md", "](Sources/"),
    Fault("TargetsInArchitecture", "an import that the map lacks", "| `BaseKit`, `MetricsExporter`, ",
          f"{ARTICLES}/Architecture.md", "| `BaseKit`, `HTTPListener`, `MetricsExporter`, "),
    Fault("TargetsInArchitecture", "a target that the map lacks", "", f"{ARTICLES}/Architecture.md",
          "| `AdminEndpoints` "),
    Fault("ImportsDeclared", "a file of no target", "let planted = 1\n", "Sources/Nowhere/Planted.swift"),
    *swift("ImportsDeclared", "import Yams", "public import GRDB", "@testable import VisengineSandbox"),
    in_manifest("DependenciesUsed", f"{FLOW} declares Yams", f'name: "{FLOW}",\n            dependencies: [',
                f'name: "{FLOW}",\n            dependencies: [.product(name: "Yams", package: "Yams"), '),
    *swift("ImportDirection", f"import {ADAPTER}", f"import {FLOW}"),
    *swift("ImportDirection", f"import {OTHER_ADAPTER}", path=f"Sources/{ADAPTER}/Planted.swift"),
    *swift("ImportDirection", f"import {ADAPTER}", path=f"Sources/{FLOW}/Planted.swift"),
    *swift("ImportDirection", "import VisengineSandbox", path="Sources/ricevuta/Planted.swift"),
    in_manifest("ImportDirection", f"{FLOW} declares {ADAPTER}", f'name: "{FLOW}",\n            dependencies: [',
                f'name: "{FLOW}",\n            dependencies: ["{ADAPTER}", '),
    in_manifest("ImportDirection", "a target without a layer", "    targets: [\n",
                '    targets: [\n        .target(name: "Planted"),\n'),
    *swift("NoTypeNamedLikeModule", f"public struct {CORE} {{}}", f"typealias {CORE} = Int"),
    *swift(
        "NoDisabledTest",
        '@Test(.disabled("planted")) func planted() {}',
        "@Suite(.enabled(if: false)) struct Planted {}",
        "#if false\n@Test func planted() {}",
        path=TEST,
    ),
    Fault("NoDisabledTest", "a file that nobody builds", "let planted = 1\n", f"{TEST}.disabled"),
    *swift("NoNoteToSelf", "// TO" "DO: planted"),
    Fault("NoNoteToSelf", "FIX" "ME in a script", "# FIX" "ME\n", "scripts/planted.py"),
    Fault("NoConflictMarker", "one side of a merge", "<<<<<<" "< HEAD\nplanted\n", "planted.md"),
    Fault("NoConflictMarker", "the other side", "planted\n>>>>>>" "> theirs\n", "scripts/planted.py"),
    *swift("NoPathOfAMachine", 'let planted = "/wo' 'rk/planted"', "// /ho" "me/planted/notes", "// /t" "mp/planted"),
    Fault("NoPathOfAMachine", "as an address", "url: file:///ho" "me/planted\n", "scripts/planted.yaml"),
    Fault("NoPathOfAMachine", "in a document", "See `/Us" "ers/planted/notes`.\n", "planted.md"),
    Fault("NoRegistryHost", "an index of Python packages", "--index-url https://pypi." "org/simple\n", "planted.txt"),
    Fault("NoRegistryHost", "a proxy of Go modules", "GOPROXY=https://proxy.golang." "org\n", "scripts/planted.env"),
    Fault("NoPrivateKey", "a PEM file", f"{PEM.format('PRIVATE')}\n{'MIIEvQIBADANBgkqhkiG' * 3}\n",
          "certs/planted.pem"),
    Fault("NoPrivateKey", "in a string", f"let planted = {PEM.format('EC PRIVATE')}\\n{'MHcCAQEEIIrY' * 5}\n", TEST),
    Fault("StrictShell", "no `set` at all", "#!/usr/bin/env bash\necho planted\n", "scripts/planted"),
    Fault("StrictShell", "`set -e` alone", "#!/usr/bin/env bash\nset -e\necho planted\n", "scripts/planted"),
    Fault("StrictShell", "an `if` without its end", "#!/usr/bin/env bash\nset -euo pipefail\nif true; then\n",
          "scripts/planted"),
    Fault("PythonCompiles", "a bracket that stays open", "planted = (1,\n", "scripts/planted.py"),
]

HARMLESS = {
    f"Sources/{CORE}/Harmless.swift": '''
/// Neither `try!` nor `as!`, nor `fatalError("…")` and `Task { }` in a comment are any; public struct Nothing.
///
/// Used from one thread, which is what lets it be `@unchecked Sendable`.
final class Harmless: @unchecked Sendable {
    // Nobody needs the error.
    let one = try? read()
    let two = try? read()  // As above.
    let three = "print(1), try? and unsafe, UnsafePointer<Int>, DispatchQueue.global(), import Yams"
    let four = #"a "quoted" // comment, \\(Task { })"#
    let text = """
        import Yams
        public struct Undocumented {}
        let text = try! read()
        """
    // What it says of five is: `as!` is proven by the check above.
    let five = value as! Int
    // Proven by six:
    let six =
        try? read()

    func run() async {
        await withTaskGroup(of: Void.self) { group in group.addTask { await TaskName { 1 } } }
        printer.print("1")
        Terminal.print("1")
        let unsafely = 1
    }
}
'''.lstrip(),
    f"Tests/{CORE}Tests/Harmless.swift": '''
@Suite struct HarmlessTests {
    func until(_ holds: () -> Bool) async throws {
        while !holds() { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func isEnabledAndNotDisabled() { #expect(".disabled(" != "/var/lib/ricevuta") }
}
'''.lstrip(),
}
