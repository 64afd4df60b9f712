/// A document as the admin server serves it.
public struct ServedDocument: Sendable, Equatable {
    /// The absolute path of the file.
    public var path: String
    /// The MIME type.
    public var contentType: String
    /// The extension of the name that is suggested to a browser, without a dot.
    public var fileExtension: String

    /// Creates a description.
    public init(path: String, contentType: String, fileExtension: String) {
        self.path = path
        self.contentType = contentType
        self.fileExtension = fileExtension
    }
}
