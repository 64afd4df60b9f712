import RicevutaCore
import Testing

@Suite struct ProviderIDTests {
    @Test(arguments: ["a", "visengine", "docu-eng", "docu-engi", "visengine2", "abcdefghijklmnop", "a-"])
    func keepsItsName(name: String) throws {
        let id = try #require(ProviderID(rawValue: name))

        #expect(id.rawValue == name && "\(id)" == name)
        #expect(id.byteCount == name.utf8.count)
        #expect(id.utf8 == Array(name.utf8))
        #expect(id == ProviderID(rawValue: name))
        #expect(Set([id, try #require(ProviderID(rawValue: name))]).count == 1)
    }

    @Test(arguments: ["", "A", "1a", "-a", "a b", "a_b", "è", "abcdefghijklmnopq", "a\u{0}"])
    func refusesWhatIsNoName(name: String) { #expect(ProviderID(rawValue: name) == nil) }

    @Test func tellsNamesApart() throws {
        let names = ["a", "b", "ab", "ba", "abcdefgh", "abcdefghi", "abcdefghj", "visengine"]

        #expect(Set(try names.map { try #require(ProviderID(rawValue: $0)) }).count == names.count)
        #expect(ProviderID.visengine.rawValue == "visengine")
        // Two words and nothing that is counted: it is copied with every callback.
        #expect(MemoryLayout<ProviderID>.size == 16 && _isPOD(ProviderID.self))
    }
}
