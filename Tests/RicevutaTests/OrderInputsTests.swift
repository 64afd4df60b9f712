import BaseKit
import Foundation
import Testing
import Visengine

@testable import ricevuta

@Suite struct OrderInputsTests {
    private let item: ItemDetail

    init() throws {
        item = ItemDetail(
            item: CatalogueItem(name: "Visura", category: "", hash: try #require(ItemHash(rawValue: "a"))),
            fields: [
                ItemField(key: "$0", json: ["nome": "Cognome", "tipo": "testo", "null": false]),
                ItemField(key: "$1", json: ["nome": "Delega", "tipo": "file", "null": true]),
            ],
            options: [ItemOption(json: ["nome": "opzione_0", "tipo": "urgenza", "prezzo": 4])].compactMap(\.self)
        )
    }

    private func inputs(
        _ fields: [String] = [],
        files: [String] = [],
        values: String? = nil,
        options: [String] = []
    ) throws(CommandFailure) -> OrderInputs {
        let inputs = try OrderInputs(item, fields: fields, files: files, values: values, options: options)
        try inputs.check(for: item)
        return inputs
    }

    @Test(arguments: ["$0=Esempio", "0=Esempio", "cognome=Esempio", "COGNOME=Esempio"])
    func namesAFieldByKeyOrName(field: String) throws {
        #expect(try inputs([field]).values == ["$0": "Esempio"])
    }

    @Test func aValueMayHoldAnEqualsSign() throws {
        #expect(try inputs(["0=a=b"]).values == ["$0": "a=b"])
    }

    @Test(arguments: ["opzione_0", "urgenza", "URGENZA"])
    func namesAnOptionByNameOrKind(option: String) throws {
        #expect(try inputs(["0=x"], options: [option]).options == ["opzione_0"])
    }

    @Test(arguments: [["0"], [], ["7=x"], ["0="]])
    func refusesWhatTheItemDoesNotTake(fields: [String]) {
        let failure = #expect(throws: CommandFailure.self) { try inputs(fields) }
        #expect(failure?.code.exitStatus == .badInput)
    }

    @Test func readsFilesAndValues() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "ricevuta-inputs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }  // It is the system's temporary directory.
        let file = directory.appending(path: "delega.pdf")
        try Data("%PDF-".utf8).write(to: file)
        let values = directory.appending(path: "values.json")
        try Data(#"{"Cognome": "Esempio"}"#.utf8).write(to: values)

        let read = try inputs(files: ["delega=\(file.path)"], values: values.path).values

        #expect(read == ["$0": "Esempio", "$1": "delega.pdf|data:application/pdf;base64,JVBERi0="])
        #expect(throws: CommandFailure.self) { try inputs(["0=x"], files: ["1=\(directory.path)/none"]) }
        try Data("[1]".utf8).write(to: values)
        #expect(throws: CommandFailure.self) { try inputs(values: values.path) }
    }
}
