@testable import RicevutaCore

private let keys: CallbackTokenKeys = {
    guard let active = TokenKey(id: "k1", secret: [UInt8](repeating: 1, count: 32)),
        let retired = TokenKey(id: "old", secret: [UInt8](repeating: 2, count: 32))
    else { fatalError("the keys are good") }
    return CallbackTokenKeys(active: active, retired: [retired])
}()

/// A token that is good is the one that was made for its order, to the byte.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzToken(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    let text = String(decoding: bytes, as: UTF8.self)
    if case .valid(let nonce, _) = keys.check(text) {
        require(keys.mint(nonce) == text, "two tokens for one order")
    }
    // With a good code behind whatever stands for the nonce.
    if let nonce = OrderNonce(rawValue: text) {
        let minted = keys.mint(nonce)
        guard case .valid(nonce, keyID: "k1") = keys.check(minted) else { fatalError("a minted token is refused") }
        for place in minted.utf8.indices {
            var other = Array(minted.utf8)
            other[minted.utf8.distance(from: minted.utf8.startIndex, to: place)] ^= 1
            let changed = String(decoding: other, as: UTF8.self)
            if case .valid = keys.check(changed) { fatalError("a changed token is good") }
        }
    }
    return 0
}
