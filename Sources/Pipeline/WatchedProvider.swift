import RicevutaCore
import Visengine

/// A provider's API whose answers and failures are seen by the provider's health.
struct WatchedReader: OrderReader {
    let provider: ProviderID
    let reader: any OrderReader
    let health: ProviderHealth

    func order(_ id: OrderID) async throws(ProviderFailure) -> Order {
        do throws(ProviderFailure) {
            let order = try await reader.order(id)
            health.answered(provider, .order)
            return order
        } catch {
            if !Task.isCancelled { health.failed(provider, .order, error) }
            throw error
        }
    }

    func orders() async throws(ProviderFailure) -> [Order] {
        do throws(ProviderFailure) {
            let orders = try await reader.orders()
            health.answered(provider, .orders)
            return orders
        } catch {
            if !Task.isCancelled { health.failed(provider, .orders, error) }
            throw error
        }
    }
}

/// A provider's documents, seen in the same way.
struct WatchedDocuments: DocumentSource {
    let provider: ProviderID
    let documents: any DocumentSource
    let health: ProviderHealth

    func fetchDocument(
        of id: OrderID,
        into writer: any DocumentWriter
    ) async throws(DocumentFetchError) -> DocumentMetadata {
        do throws(DocumentFetchError) {
            let metadata = try await documents.fetchDocument(of: id, into: writer)
            health.answered(provider, .document)
            return metadata
        } catch {
            switch error {
            case .provider(let failure) where !Task.isCancelled: health.failed(provider, .document, failure)
            case .provider, .archive: break
            // Something came, at least.
            case .damaged: health.answered(provider, .document)
            }
            throw error
        }
    }
}
