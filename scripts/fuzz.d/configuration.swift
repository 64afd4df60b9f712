import Foundation
import Sinks

@testable import RicevutaConfiguration

/// Stands in a value of a seed, and so in whatever the fuzzer makes of it.
private let marker = "wErTvOlL"

private let environment = [
    "TOKEN": String(repeating: "k7", count: 32),
    "WEBHOOK": "whsec_" + Data(repeating: 7, count: 32).base64EncodedString(),
]

/// A configuration is read or refused; a problem is told at a place in the file, and never with a value from it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    // A secret could be said to be in a device that never ends, or in a pipe that nobody writes to.
    guard let text = String(validating: bytes, as: UTF8.self), !text.contains("fromFile") else { return 0 }
    let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 2 + text.unicodeScalars.count { $0.value > 0x7F }
    do {
        _ = try Configuration.parse(text, of: "fuzz.yaml", environment: environment, sinkTypes: SinkTypes.all)
    } catch {
        require(!error.problems.isEmpty, "refused without a reason")
        for problem in error.problems {
            require((0...lines).contains(problem.line), "a place outside of the file")
            require(!problem.message.contains(marker), "a value in a message")
            require(!problem.message.isEmpty, "an empty message")
        }
    }
    return 0
}
