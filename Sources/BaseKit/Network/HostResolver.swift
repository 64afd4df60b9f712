import Glibc

/// Resolves a host name to its addresses, so that the addresses that were checked are the ones connected to.
package struct HostResolver: Sendable {
    /// Why there are none.
    package enum Failure: Error, Equatable {
        /// What the resolver said.
        case notFound(String)
        /// The name service did not answer in time.
        case timedOut
    }

    /// The text of each address, in the resolver's order, each once.
    package var resolve: @Sendable (_ host: String, _ timeLimit: Duration) async -> Result<[String], Failure>

    /// Creates a resolver from a function.
    package init(
        _ resolve: @escaping @Sendable (_ host: String, _ timeLimit: Duration) async -> Result<[String], Failure>
    ) {
        self.resolve = resolve
    }

    /// Asks the system: `/etc/hosts`, DNS, whatever `nsswitch.conf` names.
    ///
    /// The call blocks and cannot be interrupted, so it is left behind on its thread when it takes too long.
    package static func system(on threads: BlockingThreads) -> HostResolver {
        HostResolver { host, timeLimit in
            let outcome = await threads.run(within: timeLimit) { lookUp(host) }
            switch outcome {
            case .finished(let answer): return answer
            case .abandoned: return .failure(.timedOut)
            case .refused(let count): return .failure(.notFound("\(count) earlier lookups still hang"))
            }
        }
    }

    // The one place here that calls C with pointers: Foundation and NIO give a host's first address only.
    private static func lookUp(_ host: String) -> Result<[String], Failure> {
        var wanted = unsafe addrinfo()
        unsafe wanted.ai_family = AF_UNSPEC
        unsafe wanted.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &wanted, &list)
        guard code == 0 else { return .failure(.notFound(unsafe String(cString: gai_strerror(code)))) }
        defer { unsafe freeaddrinfo(list) }

        var addresses: [String] = []
        var next = unsafe list
        while let entry = unsafe next {
            let length = unsafe entry.pointee.ai_addrlen
            var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let named = unsafe getnameinfo(
                entry.pointee.ai_addr,
                length,
                &name,
                socklen_t(name.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if named == 0, !addresses.contains(text) { addresses.append(text) }
            unsafe next = entry.pointee.ai_next
        }
        return .success(addresses)
    }
}
