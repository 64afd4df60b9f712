/// A way of writing things that is not the documented one, but was seen on the provider's page or at a sister service.
public enum SandboxQuirk: String, Sendable, Hashable, CaseIterable {
    /// Callbacks name the order `id` instead of `_id`.
    case plainID
    /// `esito.codice` is a number in callbacks.
    case numericCode
    /// An empty object is written `[]` in callbacks, as PHP does.
    case emptyObjectAsList
    /// JSON callbacks have `\/` for `/`, as PHP's `json_encode` writes it; forms always have.
    case escapedSlashes
    /// Callbacks say the other form's content type.
    case wrongContentType
    /// Form callbacks are `multipart/form-data`, as PHP's curl sends a list of fields.
    case multipart
    /// A document's `dimensione` is a text.
    case sizeAsText
    /// Refusals have a `trace`.
    case trace
    /// Every order has the same document, as two orders for the same facts have.
    case equalDocuments
}
