import BaseKit
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1))) struct OrderTests {
    @Test func readsAnOrderOfVisengine() throws {
        let order = try Order(json: JSONValue(parsing: Array(CallbackShape.order.utf8)))

        #expect(
            order
                == Order(
                    id: try #require(OrderID(rawValue: "70a1b2c3d4e5f60718293a4b")),
                    item: ItemHash(rawValue: "0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
                    itemName: "Servizio di prova",
                    state: .available,
                    isFinal: true,
                    lastUpdate: Timestamp(seconds: 1_750_000_007),
                    outcome: Outcome(code: "0", info: "OK"),
                    searches: [Search(id: "70a1b2c3d4e5f60718293a4b_0", state: "Ricerca evasa")],
                    echo: .token(CallbackShape.token)
                )
        )
    }

    @Test func readsAnOrderOfDocuengine() throws {
        let order = try Order(json: [
            "id": "70a1b2c3d4e5f60718293a4b", "documentId": "70a1b2c3d4e5f60718290000", "name": "Bilancio",
            "state": "CANCELLED", "timestamps": ["creation": 1_750_000_000, "lastUpdate": 1_750_000_005],
            "callback": ["url": "https://hooks.example.test", "data": ["order": "A-42"]],
            "cancellationReason": "no such company",
        ])

        #expect(order.state == .cancelled)
        #expect(order.isFinal == true)
        #expect(order.createdAt == Timestamp(seconds: 1_750_000_000))
        #expect(order.lastUpdate == Timestamp(seconds: 1_750_000_005))
        #expect(order.item?.rawValue == "70a1b2c3d4e5f60718290000")
        #expect(order.cancellationReason == "no such company")
        #expect(order.echo == .foreign)
    }

    @Test func takesWhatPHPMakesOfEmptyAndMissingThings() throws {
        let order = try Order(json: [
            "_id": "70a1b2c3d4e5f60718293a4b", "state": "0", "stato_richiesta": nil, "callback_data": false,
            "ricerche": [], "timestamp_stati": [], "opzioni": nil, "esito": ["codice": 101, "info": "x"],
            "timestamp_last_update": nil, "callback": "_rib_xx_Prova",
        ])

        #expect(order.isFinal == false)
        #expect(order.state == nil)
        #expect(order.echo == .absent)
        #expect(order.outcome == Outcome(code: "101", info: "x"))
        #expect(order.lastUpdate == nil)
        #expect(order.searches.isEmpty)
    }

    static let withoutID: [(JSONValue, OrderDecodingError)] = [
        (JSONValue.string("x"), OrderDecodingError.notAnObject), ([:], .missingID), (["_id": ""], .missingID),
        (["_id": "../etc"], .missingID), (["_id": nil, "id": false], .missingID),
    ]

    @Test(arguments: withoutID)
    func refusesWhatHasNoID(_ json: JSONValue, _ error: OrderDecodingError) {
        #expect(throws: error) { try Order(json: json) }
    }

    static let spellings: [(String, OrderState)] = [
        ("In ricerca", OrderState.searching), ("In erogazione", .processing), ("Dati disponibili", .available),
        ("Visura evasa", .fulfilled), ("Annullata", .cancelled), ("Dati disponbili", .available),
        ("in_erogazione", .processing), ("IN ELABORAZIONE", .processing), ("in lavorazione", .processing),
        ("PENDING", .processing), ("evaso", .fulfilled), ("evasa", .fulfilled), ("COMPLETED", .fulfilled),
        ("NEW", .searching), ("SEARCH", .searching), ("WAIT", .processing), ("DONE", .fulfilled),
        ("CANCELLED", .cancelled), ("canceled", .cancelled), ("data available", .available),
        ("  dati   disponibilì ", .available), ("Sospesa", .unknown("Sospesa")),
    ]

    @Test(arguments: spellings)
    func knowsStatesInAllTheirSpellings(_ wireName: String, _ state: OrderState) {
        #expect(OrderState(wireName: wireName) == state)
        #expect(OrderState(name: state.name).name == state.name)
    }

    @Test func readsTheEnvelope() throws {
        let good = try #require(Envelope(json: ["data": ["a": 1], "success": true, "message": "", "error": nil]))
        let bad = try #require(
            Envelope(json: ["success": false, "message": "document not yet available", "error": 247, "data": nil])
        )
        let bare = try #require(Envelope(json: ["data": [], "message": ["a": 1]]))

        #expect(good == Envelope(data: ["a": 1], isSuccess: true))
        #expect(bad.error == .documentNotYetAvailable)
        #expect(!bad.isSuccess && bad.data == nil)
        #expect(bare.isSuccess && bare.message == #"{"a":1}"#)
        #expect(Envelope(json: "x") == nil)
        #expect(Envelope(json: ["token": "x"]) == nil)
        #expect(
            String(decoding: bad.json.encoded(), as: UTF8.self)
                == #"{"data":null,"success":false,"message":"document not yet available","error":247}"#
        )
    }
}
