public import RicevutaCore
public import Visengine

extension VisengineAPI: OrderReader {
    /// Reads one order back; see ``readOrder(_:)``.
    public func order(_ id: OrderID) async throws(ProviderFailure) -> Order {
        do throws(VisengineError) {
            return try await readOrder(id)
        } catch {
            throw ProviderFailure(error)
        }
    }

    /// Lists the account's orders; see ``readOrders()``.
    public func orders() async throws(ProviderFailure) -> [Order] {
        do throws(VisengineError) {
            return try await readOrders()
        } catch {
            throw ProviderFailure(error)
        }
    }
}

extension VisengineAPI: DocumentSource {
    /// Streams an order's document, decoded, into a writer (`GET /documento/{_id}`; 422/247 when it is not there yet).
    ///
    /// - Returns: What the provider says of the document; nothing has been checked against it.
    /// - Throws: ``VisengineError``. The caller discards the writer.
    public func readDocument(
        of id: OrderID,
        into writer: any DocumentWriter
    ) async throws(VisengineError) -> DocumentMetadata {
        let download = DocumentDownload(
            transport: transport,
            request: .read(.document, dialect.paths.document(id)),
            writer: writer
        )
        return try await transport.repeating(download.request) { await download.attempt() }
    }

    /// Streams an order's document into a writer; see ``readDocument(of:into:)``.
    public func fetchDocument(
        of id: OrderID,
        into writer: any DocumentWriter
    ) async throws(DocumentFetchError) -> DocumentMetadata {
        do throws(VisengineError) {
            return try await readDocument(of: id, into: writer)
        } catch {
            throw DocumentFetchError(error)
        }
    }
}

extension VisengineAPI: Catalogue {
    /// Reads all that can be ordered; see ``readCatalogue()``.
    public func items() async throws(CallFailure) -> [CatalogueItem] {
        do throws(VisengineError) {
            return try await readCatalogue()
        } catch {
            throw CallFailure(error)
        }
    }

    /// Reads everything about one item; see ``readItem(_:)``.
    public func item(_ hash: ItemHash) async throws(CallFailure) -> ItemDetail {
        do throws(VisengineError) {
            return try await readItem(hash)
        } catch {
            throw CallFailure(error)
        }
    }
}

extension VisengineAPI: OrderPlacer {
    /// Places an order; see ``placeOrder(_:)``.
    public func place(_ placement: OrderPlacement) async throws(CallFailure) -> PlacedOrder {
        do throws(VisengineError) {
            return try await placeOrder(placement)
        } catch {
            throw CallFailure(error)
        }
    }
}
