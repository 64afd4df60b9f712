import BaseKit
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HostResolverTests {
    @Test func theSystemFindsAddresses() async {
        let system = HostResolver.system(on: BlockingThreads(name: "look-up", limit: 2))
        #expect(await system.resolve("127.0.0.1", .seconds(5)) == .success(["127.0.0.1"]))
        #expect(await system.resolve("::1", .seconds(5)) == .success(["::1"]))
        #expect((try? await system.resolve("localhost", .seconds(5)).get())?.contains("127.0.0.1") == true)
    }

    @Test func aNameThatNobodyHasIsNotFound() async {
        let system = HostResolver.system(on: BlockingThreads(name: "look-up", limit: 2))

        guard case .failure(.notFound(let reason)) = await system.resolve("name.invalid", .seconds(30)) else {
            Issue.record("expected no address")
            return
        }
        #expect(!reason.isEmpty)
    }
}
