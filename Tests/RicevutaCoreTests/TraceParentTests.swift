import RicevutaCore
import Testing

@Suite struct TraceParentTests {
    static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    static let good = "00-\(trace)-00f067aa0ba902b7-01"

    @Test func readsWhatTheSpecificationShows() throws {
        let parent = try #require(TraceParent(Self.good))

        #expect(parent.traceID == Self.trace && parent.spanID == "00f067aa0ba902b7" && parent.flags == "01")
        #expect(parent.text == Self.good)
    }

    @Test func readsALaterVersionThatSaysMore() {
        #expect(TraceParent("01" + Self.good.dropFirst(2) + "-more")?.traceID == Self.trace)
        #expect(TraceParent("01" + Self.good.dropFirst(2))?.traceID == Self.trace)
    }

    @Test(arguments: [
        "", "x", "00", good + "-more", good + "x", "ff" + good.dropFirst(2), good.uppercased(), " " + good,
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-\(trace)-0000000000000000-01",
        "00-\(trace)-00f067aa0ba902b7-0g", "00-\(trace)-00f067aa0ba902b7-1", "00-\(trace)_00f067aa0ba902b7-01",
        "01" + good.dropFirst(2) + "-" + String(repeating: "x", count: 600),
    ])
    func readsNothingElse(_ text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test func readsOneHeaderOnly() {
        #expect(TraceParent(headers: [Self.good])?.traceID == Self.trace)
        #expect(TraceParent(headers: []) == nil && TraceParent(headers: [Self.good, Self.good]) == nil)
    }

    @Test func aChildHasASpanOfItsOwnInTheSameTrace() throws {
        let parent = try #require(TraceParent(Self.good))
        let child = parent.child()

        #expect(child.traceID == parent.traceID && child.flags == parent.flags)
        #expect(child.spanID != parent.spanID && child.spanID != parent.child().spanID)
        #expect(TraceParent(child.text) == child)
    }
}
