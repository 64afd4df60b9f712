import BaseKit

/// Reads a callback's body in any of its shapes.
///
/// No captured callback of Visengine's is public. What is known is pieced together from its clients and its sister
/// services, so every reading is accepted: JSON as it is, under `data`, under any field, or as text in one; a form
/// field of any name holding JSON; nested names as PHP writes them; the same in the parts of a multipart body; with the
/// right content type, a wrong one or none.
public enum CallbackDecoder {
    /// Reads one body.
    ///
    /// Safe for any input, and free of shared state: the listener's threads call it for every callback.
    ///
    /// - Parameters:
    ///   - body: the whole body; a byte order mark is skipped, and text that is not UTF-8 is read as ISO 8859-1.
    ///   - contentType: the header's value. It only decides what is tried first when the body itself does not show it.
    /// - Returns: What the callback claims. All of it may be absent except one: an id, a state, or something of our own
    ///   data.
    /// - Throws: ``CallbackDecodingError``.
    public static func decode(
        body: [UInt8],
        contentType: String?
    ) throws(CallbackDecodingError) -> CallbackClaim {
        let text = ASCII.trimmed(body.starts(with: [0xEF, 0xBB, 0xBF]) ? body[3...] : body[...])
        guard let first = text.first else { throw .empty }
        let claim =
            switch first {
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""):
                if let claim = plain(text, of: body) {
                    claim
                } else {
                    OrderLocator(root: try jsonOrForm(text, contentType: contentType)).claim()
                }
            default: try partsOrForm(text, contentType: contentType)
            }
        guard let claim else { throw .noOrder }
        return claim
    }

    /// Reads the shapes that nearly all callbacks have, at a fraction of the cost; `nil` for any other, good or bad.
    private static func plain(_ text: ArraySlice<UInt8>, of body: [UInt8]) -> CallbackClaim? {
        let bytes = text.count == body.count ? body : Array(text)
        // What it does not take, the other ways read, which say what is wrong.
        return (try? PlainOrder(in: bytes))?.claim()
    }

    private static func partsOrForm(
        _ text: ArraySlice<UInt8>,
        contentType: String?
    ) throws(CallbackDecodingError) -> CallbackClaim? {
        guard MultipartBody.isLikely(text, contentType: contentType) else { return try form(text) }
        do throws(FormDecodingError) {
            return OrderLocator(root: .object(try MultipartBody(parsing: text, contentType: contentType).object))
                .claim()
        } catch {
            // It only says that it is one, or begins like one.
            if let claim = try? form(text) { return claim }
            throw .malformedMultipart(error)
        }
    }

    private static func form(_ text: ArraySlice<UInt8>) throws(CallbackDecodingError) -> CallbackClaim? {
        do {
            if let claim = OrderLocator(root: .object(try FormBody(parsing: text).object)).claim() { return claim }
        } catch {
            throw .malformedForm(error)
        }
        // JSON that was put behind a name without being escaped falls apart at its first ampersand; read it whole.
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")), let value = try? json(text[(equals + 1)...]) else {
            return nil
        }
        return OrderLocator(root: value).claim()
    }

    private static func jsonOrForm(
        _ text: ArraySlice<UInt8>,
        contentType: String?
    ) throws(CallbackDecodingError) -> JSONValue {
        do {
            return try json(text)
        } catch {
            // A form's field may have a name that begins so; nothing but a form's content type makes it worth trying.
            guard contentType?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true,
                let form = try? FormBody(parsing: text)
            else { throw .malformedJSON(error) }
            return .object(form.object)
        }
    }

    private static func json(_ text: ArraySlice<UInt8>) throws(JSONParsingError) -> JSONValue {
        do {
            return try JSONValue(parsing: Array(text))
        } catch {
            guard error.reason == .invalidUTF8 else { throw error }
            return try JSONValue(parsing: Latin1.utf8(text))
        }
    }
}
