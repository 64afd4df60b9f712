import BaseKit
import Visengine

extension SandboxOrder {
    /// The order as `GET /richiesta` lists it.
    var summary: JSONObject {
        [
            "_id": .string(id.rawValue), "state": isFinal ? 1 : 0,
            "hash_visura": .string(item.detail.item.hash.rawValue), "nome": .string(item.detail.item.name),
            "ricerca": .bool(item.detail.hasSearch), "id_ricerca": JSONValue(choice?.search),
            "prezzo_visura": price.json, "prezzo_ricerca": searchPrice.json,
            "indice_ricerca": choice.map { JSONValue($0.index) } ?? nil, "stato_richiesta": JSONValue(stage?.rawValue),
            "email_target": JSONValue(email), "timestamp_creation": JSONValue(createdAt),
            "timestamp_last_update": JSONValue(updatedAt), "owner": "account@example.test",
            "sincrona": .bool(item.detail.isSynchronous),
        ]
    }

    /// The order as `GET /richiesta/{_id}` and the callbacks show it.
    var json: JSONObject {
        var object = summary
        object["callback"] = .string(item.supplier)
        object["allegati"] = .array(stage?.hasDocument == true ? [.string("\(id).pdf")] : [])
        object["timestamp_stati"] = .object(
            JSONObject(
                OrderStage.allCases.compactMap { stage in stamps[stage].map { .init(stage.key, JSONValue($0)) } }
            )
        )
        // `false` when there is none (doc).
        object["callback_data"] = callbackData ?? false
        object["opzioni"] =
            options.isEmpty
            ? nil as JSONValue
            : .array(
                options.map {
                    ["tipo": .string($0.kind), "prezzo": $0.price?.json ?? nil, "nome": .string($0.name)]
                }
            )
        object["ricerche"] = .array(searches.map { $0.json(of: item.detail) })
        object["esito"] = ["codice": .string(outcome.code), "info": .string(outcome.info)]
        if let cancellationReason { object["motivo_annullamento"] = .string(cancellationReason) }
        return object
    }
}

extension SandboxSearch {
    /// An element of `ricerche`: inputs and results are JSON in text (doc).
    func json(of item: ItemDetail) -> JSONValue {
        let names = Dictionary(item.fields.map { ($0.key, $0.name) }) { first, _ in first }
        let mapped = JSONObject(values.members.map { .init(names[$0.key] ?? $0.key, $0.value) })
        let found: JSONValue = [
            "indice_0": ["Denominazione": "PRIMA PROVA SRL", "NRea": "100001", "Cciaa": "RM"],
            "indice_1": ["Denominazione": "SECONDA PROVA SRL", "NRea": "100002", "Cciaa": "MI"],
        ]
        let result = if item.hasSearch, case .found = result { Self.text(found) } else { nil as JSONValue }
        return [
            "id_ricerca": .string(id), "stato_ricerca": JSONValue(state),
            "json_ricerca": Self.text(.object(values)), "json_mappato": .object(mapped), "json_risultato": result,
        ]
    }

    private var state: String? {
        switch result {
        case .found: "Ricerca evasa"
        case .failed: "Errore su richiesta dati"
        // What a running search has is not known.
        case nil: nil
        }
    }

    private static func text(_ value: JSONValue) -> JSONValue {
        .string(String(decoding: value.encoded(), as: UTF8.self))
    }
}
