import CMicroHTTPD
import Glibc

// How connections come in, and who makes room for whom.
//
// A crowd that connects and says nothing must not keep out those who have something to say. nginx closes the idle
// connections that have been idle longest when it runs short, haproxy and Go give a head a time in which it has to
// come, and all of them can count connections by address. Here it is all three; and a place is not refused to the
// newcomer, since a callback comes once, but taken from whoever has had one longest without bringing a request.
extension ListenerLoop {
    /// Accepts who waits, as far as there is room.
    func letIn() {
        for _ in 0..<64 {
            if isFull {
                // Nobody gives way to nobody.
                guard gate.isAnybodyWaiting else { return }
                guard makeRoom() > 0 else { return gate.accept(false) }
            }
            switch gate.next() {
            case .connection(let socket, let peer): add(socket, peer)
            case .nobody: return
            case .noDescriptor:
                // At the next sweep, or as soon as some connection ends.
                if makeRoom() == 0 { return gate.accept(false) }
            }
        }
        noteProgress()
    }

    private var isFull: Bool { connections.count - expired >= core.mostConnections }

    private func add(_ socket: Int32, _ peer: PeerAddress) {
        let isProxy = core.configuration.isProxy?(peer.bytes) ?? false
        let connection = Connection(socket, peer: peer, isProxy: isProxy, number: nextNumber, loop: self)
        nextNumber += 1
        if !isProxy, core.limits.maxConnectionsPerAddress > 0 { joinGroup(connection) }
        connections[ObjectIdentifier(connection)] = connection
        tally.accepted += 1
        noteProgress()
        if core.isTLS { return handOver(connection, isLarge: true) }
        arriving[connection.number] = connection
        lookAt(connection)
        guard arriving[connection.number] != nil else { return }
        connection.isWatched = gate.watch(connection: socket, number: connection.number)
        if !connection.isWatched { turnAway(connection) }
    }

    /// Hands a connection to the library once its head is there, or more of it than the gate looks at.
    func lookAt(_ connection: Connection) {
        switch UInt32(cmhd_peek(connection.socket)) {
        case CMHD_HEAD_WHOLE.rawValue: handOver(connection, isLarge: connection.isProxy)
        case CMHD_HEAD_LARGE.rawValue: handOver(connection, isLarge: true)
        case CMHD_HEAD_ENDED.rawValue: turnAway(connection)
        default: if connection.hasPeerEnded() { turnAway(connection) }
        }
    }

    private func handOver(_ connection: Connection, isLarge: Bool) {
        arriving[connection.number] = nil
        if connection.isWatched { gate.forget(connection: connection.socket) }
        guard let daemons else { return turnAway(connection) }
        let daemon = isLarge ? daemons.large : daemons.small
        handing = connection
        connection.phase = .idle
        connection.daemon = daemon
        connection.isOwner = false
        connection.handedAt = now
        noteGivesWay(since: connection.since)
        let isTaken = daemon.handle.add(socket: connection.socket)
        handing = nil
        if !isTaken {
            connection.close()
            remove(connection)
        }
    }

    /// Closes a connection that is still at the gate.
    func turnAway(_ connection: Connection) {
        arriving[connection.number] = nil
        connection.close()
        remove(connection)
    }
}

// MARK: - Room

/// The connections of one address: of IPv6, of its first 64 bits, which one customer has for himself.
final class AddressGroup {
    var members: [ObjectIdentifier: Connection] = [:]
}

extension ListenerLoop {
    /// Closes some of those that give way, the oldest first.
    ///
    /// At the gate they stand in the order in which they came, so that a crowd there costs little; to look for others
    /// takes a look at all, and is worth several at once.
    ///
    /// - Returns: How many.
    private func makeRoom() -> Int {
        if let first = oldestAtGate, first.since <= othersSince {
            first.giveWay()
            tally.overConnectionLimit += 1
            return 1
        }
        var found: [Connection] = []
        var best = Int.max
        for connection in connections.values {
            guard let rank = connection.rankToGiveWay(now), rank <= best else { continue }
            if rank < best { (best, found) = (rank, []) }
            found.append(connection)
        }
        guard !found.isEmpty else { return 0 }
        found.sort { $0.isOlder(than: $1) }
        let chosen = found.prefix(max(1, core.mostConnections / 64))
        for connection in chosen { connection.giveWay() }
        tally.overConnectionLimit += chosen.count
        forgetOthers()
        for connection in found.dropFirst(chosen.count) where best == 0 && connection.isHandedOver {
            noteGivesWay(since: connection.since)
        }
        return chosen.count
    }

    /// `nil` as well when it is a proxy's, which does not give way first.
    private var oldestAtGate: Connection? {
        while firstArriving < nextNumber {
            if let first = arriving[firstArriving] { return first.isProxy ? nil : first }
            firstArriving += 1
        }
        return nil
    }

    private func joinGroup(_ connection: Connection) {
        let group = groups[connection.peer.group] ?? AddressGroup()
        if group.members.count >= core.limits.maxConnectionsPerAddress {
            // Those that have shown a good token do not count: they are the ones that all this is for.
            let giving = group.members.values.filter { $0.rankToGiveWay(now) == 0 }
            if giving.count >= core.limits.maxConnectionsPerAddress,
                let oldest = giving.min(by: { $0.isOlder(than: $1) })
            {
                oldest.giveWay()
                tally.ofOneAddress += 1
            }
        }
        group.members[ObjectIdentifier(connection)] = connection
        groups[connection.peer.group] = group
    }

    func leaveGroup(_ connection: Connection) {
        guard let group = groups[connection.peer.group] else { return }
        group.members[ObjectIdentifier(connection)] = nil
        if group.members.isEmpty { groups[connection.peer.group] = nil }
    }
}

// MARK: - Reporting

/// What a listener has counted since it started.
struct ListenerTally {
    var accepted = 0
    var overConnectionLimit = 0
    var ofOneAddress = 0
    var lateHeads = 0
    var lateRequests = 0
    /// How many had given way at the last report, and when the next one is due.
    var reported = 0
    var reportDue = Instant(nanoseconds: 0)
}

extension ListenerLoop {
    /// Publishes the counts, and reports connections that had to give way, at most once in a minute.
    func report() {
        var statistics = ListenerStatistics()
        statistics.open = connections.count
        statistics.withoutHead = connections.values.count { $0.awaitsItsHead }
        statistics.accepted = tally.accepted
        statistics.overConnectionLimit = tally.overConnectionLimit
        statistics.overAddressLimit = tally.ofOneAddress
        statistics.lateHeads = tally.lateHeads
        statistics.lateRequests = tally.lateRequests
        core.publish(statistics)
        let gaveWay = tally.overConnectionLimit + tally.ofOneAddress
        guard gaveWay > tally.reported, now >= tally.reportDue else { return }
        core.configuration.onConnectionLimit?(statistics)
        tally.reported = gaveWay
        tally.reportDue = now.advanced(by: .seconds(60))
    }
}
