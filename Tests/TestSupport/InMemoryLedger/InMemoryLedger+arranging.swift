package import BaseKit
package import RicevutaCore
package import Visengine

/// Arranging what a test begins with: work as it would stand after many attempts.
extension InMemoryLedger {
    /// Has this order, with a verify job that is leased and was tried as often as the work says.
    ///
    /// - Returns: The work under the lease that holds.
    package func arrange(_ work: VerifyWork) -> VerifyWork {
        var work = work
        work.lease = arrange(work.order, .verify(work.order.key), work.lease, candidates: work.candidates)
        return work
    }

    /// Has this order, with a fetch job as above.
    ///
    /// - Returns: The work under the lease that holds.
    package func arrange(_ work: FetchWork) -> FetchWork {
        var work = work
        work.lease = arrange(work.order, .fetch(work.order.key), work.lease, candidates: [])
        return work
    }

    private func arrange(
        _ order: OrderRecord,
        _ id: JobID,
        _ lease: JobLease,
        candidates: [OrderID]
    ) -> JobLease {
        arrange { tables in
            var row = LedgerTables.OrderRow(record: order)
            for (number, id) in candidates.reversed().enumerated() {
                row.candidates.candidates.append(CandidateList.Candidate(id: id, callback: Int64(number)))
            }
            tables.orders[order.key] = row
            var job = Job(id: id, due: order.createdAt, source: .callback, scheduled: order.createdAt)
            job.attempt = lease.attempt
            job.refusals = lease.refusals
            job.lease = Job.Lease(holder: tables.holder, serial: .random(in: 1 ... .max), until: .distantFuture)
            tables.jobs[id] = job
            return tables.lease(of: job)
        }
    }

    /// Has another order, with a token of its own, that is bound to this id already.
    package func arrangeOrder(_ id: OrderID, now: Timestamp) {
        arrange { tables in
            let record = OrderRecord(
                key: -1 - Int64(tables.orders.count),
                provider: .visengine,
                nonce: .random(),
                id: id,
                origin: .external,
                placement: .placed,
                createdAt: now
            )
            tables.orders[record.key] = LedgerTables.OrderRow(record: record)
        }
    }

    /// Has this delivery due, tried once less than the work says.
    package func arrange(_ work: DeliverWork) {
        arrange { tables in
            let notification = work.notification
            tables.told.append(LedgerTables.Told(notification: notification, order: notification.orderKey))
            tables.deliveries.append(
                LedgerTables.DeliveryRow(
                    id: work.deliveryID,
                    notification: tables.told.endIndex - 1,
                    sink: work.sink,
                    replayOf: nil,
                    createdAt: notification.occurredAt
                )
            )
            let number = tables.deliveries.endIndex - 1
            let now = notification.occurredAt
            tables.arm(.deliver, subject: JobID.deliver(number).subject, sink: work.sink, due: now, now: now)
            tables.jobs[.deliver(number)]?.attempt = work.lease.attempt - 1
        }
    }
}

extension Timestamp {
    /// Later than any test.
    fileprivate static let distantFuture = Timestamp(milliseconds: .max)
}
