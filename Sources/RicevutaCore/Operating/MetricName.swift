/// Every metric that `/metrics` shows, by its name: the one table of them.
///
/// What a metric says is in ``help``, its labels are in ``labels``, what Prometheus takes it for is in ``type``. The
/// page *Metrics* of the documentation is made from these.
public enum MetricName: String, Sendable, CaseIterable {
    /// Authenticated callbacks by outcome.
    case callbacks = "ricevuta_callbacks_total"
    /// Callback requests rejected before storing, by reason.
    case refusals = "ricevuta_refusals_total"
    /// Time from a callback's last byte to its answer.
    case acknowledgement = "ricevuta_callback_acknowledgement_seconds"
    /// When the last callback was taken.
    case lastCallback = "ricevuta_last_callback_timestamp_seconds"
    /// Open connections to the callback listener.
    case connections = "ricevuta_connections"
    /// Open connections without a request: idle, or with incomplete request headers.
    case connectionsWithoutHead = "ricevuta_connections_without_head"
    /// Connections accepted.
    case connectionsAccepted = "ricevuta_connections_accepted_total"
    /// Connections closed by the listener, by reason.
    case connectionsClosed = "ricevuta_connections_closed_total"
    /// When the callback listener's TLS certificate expires.
    case certificateExpiry = "ricevuta_certificate_expiry_timestamp_seconds"

    /// Acknowledged callbacks not yet in the ledger.
    case journalUnsettled = "ricevuta_journal_unsettled"
    /// Quarantined callbacks that the ledger rejected.
    case journalQuarantined = "ricevuta_journal_quarantined"
    /// Damaged places found in the journal at startup.
    case journalDamage = "ricevuta_journal_damage"
    /// Journal syncs, each of which acknowledges all that waited.
    case journalSyncs = "ricevuta_journal_syncs_total"
    /// Duration of writes to the journal with their sync.
    case journalSyncDuration = "ricevuta_journal_sync_duration_seconds"
    /// Writes to the journal that failed.
    case journalFailedWrites = "ricevuta_journal_failed_writes_total"
    /// Size of the journal's files.
    case journalBytes = "ricevuta_journal_bytes"

    /// Storage engine of the ledger: name, version, known defects.
    case ledgerInfo = "ricevuta_ledger_info"
    /// Size of the ledger's files.
    case ledgerBytes = "ricevuta_ledger_bytes"
    /// Callbacks in the ledger, without duplicates.
    case ledgerCallbacks = "ricevuta_ledger_callbacks"
    /// Callbacks in the ledger by verdict.
    case ledgerCallbacksByVerdict = "ricevuta_ledger_callbacks_by_verdict"
    /// Callbacks whose fact the ledger already had.
    case ledgerDuplicates = "ricevuta_ledger_duplicates_total"
    /// Orders by confirmed state.
    case ledgerOrders = "ricevuta_ledger_orders"
    /// Age of the oldest confirmed order whose document is still expected.
    case ledgerOldestOpenOrder = "ricevuta_ledger_oldest_open_order_seconds"
    /// Orders that wait until somebody chooses a search's result.
    case ledgerChoicesNeeded = "ricevuta_ledger_choices_needed"
    /// Orders past their promised time.
    case ledgerLateOrders = "ricevuta_ledger_late_orders"
    /// Documents that have been available for an hour or longer and failed to be fetched.
    case ledgerOverdueDocuments = "ricevuta_ledger_overdue_documents"
    /// Orders whose document is in the archive.
    case ledgerDocuments = "ricevuta_ledger_documents"
    /// Quarantined documents of orders that have no good one.
    case ledgerQuarantined = "ricevuta_ledger_quarantined"
    /// Deliveries by state.
    case ledgerDeliveries = "ricevuta_ledger_deliveries"
    /// Open jobs by kind.
    case ledgerJobs = "ricevuta_ledger_jobs"
    /// Age of the oldest overdue job by kind.
    case ledgerOldestDue = "ricevuta_ledger_oldest_due_seconds"
    /// Expired entries removed from the ledger, by kind.
    case removed = "ricevuta_removed_total"

    /// Job attempts by kind and outcome.
    case jobs = "ricevuta_jobs_total"
    /// Duration of job attempts by kind.
    case jobDuration = "ricevuta_job_duration_seconds"
    /// Bytes of archived documents.
    case documentBytes = "ricevuta_document_bytes_total"
    /// Time from placing an order here to its archived document.
    case orderDuration = "ricevuta_order_document_duration_seconds"

    /// Attempts at calls to the provider by call and outcome.
    case providerCalls = "ricevuta_provider_calls_total"
    /// Duration of attempts at calls to the provider by call.
    case providerCallDuration = "ricevuta_provider_call_duration_seconds"
    /// 1 if calls of this kind fail in a row, else 0.
    case providerFailing = "ricevuta_provider_failing"
    /// 1 if the circuit breaker of this operation is open, else 0.
    case providerCircuitOpen = "ricevuta_provider_circuit_open"

    /// Deliveries that wait for the sink.
    case sinkPending = "ricevuta_sink_pending"
    /// Waiting deliveries that have failed at least once.
    case sinkRetrying = "ricevuta_sink_retrying"
    /// Age of the oldest waiting delivery.
    case sinkOldestPending = "ricevuta_sink_oldest_pending_seconds"
    /// Open dead letters of the sink.
    case sinkDeadLetters = "ricevuta_sink_dead_letters"
    /// Age of the sink's oldest open dead letter.
    case sinkOldestDeadLetter = "ricevuta_sink_oldest_dead_letter_seconds"
    /// 1 if the sink answered 410 and was not enabled since, else 0.
    case sinkDisabled = "ricevuta_sink_disabled"
    /// 1 if an operator paused the sink, else 0.
    case sinkPaused = "ricevuta_sink_paused"
    /// 1 while the sink's attempts have been failing in a row, else 0.
    case sinkFailing = "ricevuta_sink_failing"
    /// Delivery attempts by sink, outcome and class of the answer's HTTP status.
    case deliveryAttempts = "ricevuta_delivery_attempts_total"
    /// Duration of delivery attempts by sink.
    case deliveryDuration = "ricevuta_delivery_attempt_duration_seconds"

    /// Alarms by kind: what an operator should look into.
    case alarms = "ricevuta_alarms_total"
    /// 1 if /readyz answers 200, else 0.
    case ready = "ricevuta_ready"
    /// Free space on the data directory's file system.
    case diskFree = "ricevuta_disk_free_bytes"
    /// The configured limit of free space under which readiness is lost (storage.minFreeBytes).
    case diskLimit = "ricevuta_disk_min_free_bytes"
    /// Which program runs.
    case buildInfo = "ricevuta_build_info"
    /// Configuration in use: fingerprint of its file (SHA-256, first 12 digits).
    case configurationInfo = "ricevuta_configuration_info"
    /// 1 at startup, one more with each reload of the configuration.
    case configurationGeneration = "ricevuta_configuration_generation"
    /// When the configuration in use was loaded.
    case configurationLoaded = "ricevuta_configuration_loaded_timestamp_seconds"
    /// 1 if the last reload was accepted, 0 if the file was refused and the old configuration is in use.
    case configurationReload = "ricevuta_configuration_last_reload_successful"
    /// When the process started.
    case processStart = "process_start_time_seconds"
    /// User and system CPU time spent.
    case processCPU = "process_cpu_seconds_total"
    /// Resident memory.
    case processResidentMemory = "process_resident_memory_bytes"
    /// Virtual memory.
    case processVirtualMemory = "process_virtual_memory_bytes"
    /// Open file descriptors.
    case processOpenFiles = "process_open_fds"
    /// Maximum number of open file descriptors.
    case processMaxFiles = "process_max_fds"
    /// Threads of the process.
    case processThreads = "process_threads"
}

extension MetricName {
    /// What Prometheus takes a metric for.
    public enum MetricType: String, Sendable {
        /// Only goes up, from 0 at each start.
        case counter
        /// A value of this moment.
        case gauge
        /// Counts by size, with sum and number.
        case histogram
    }

    /// What Prometheus takes it for.
    public var type: MetricType {
        switch self {
        case .acknowledgement, .journalSyncDuration, .jobDuration, .orderDuration, .providerCallDuration,
            .deliveryDuration:
            .histogram
        default: rawValue.hasSuffix("_total") ? .counter : .gauge
        }
    }

    /// The unit of its values, as its name says it; `nil` for counts, and for what is 0 or 1.
    public var unit: String? {
        let name = type == .counter ? String(rawValue.dropLast("_total".count)) : rawValue
        return ["seconds", "bytes"].first { name.hasSuffix("_" + $0) }
    }

    /// The bounds of a histogram's buckets in seconds, ascending; `nil` for those that suit a call over the network.
    public var buckets: [Double]? {
        switch self {
        case .acknowledgement, .journalSyncDuration:
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20]
        // From minutes to a month: some documents are made at once, for others people look in archives.
        case .orderDuration:
            [60, 300, 900, 3600, 14_400, 43_200, 86_400, 172_800, 259_200, 432_000, 604_800, 1_209_600, 2_592_000]
        default: nil
        }
    }
}
