import BaseKit
import RicevutaCore
import Visengine

/// Where a directory sink puts what belongs to a notification: a path below its root, without an extension, such as
/// `{itemName}/{order}-{type}`.
///
/// | placeholder      | becomes                                                                       |
/// |------------------|-------------------------------------------------------------------------------|
/// | `{order}`        | the provider's id of the order                                                |
/// | `{item}`         | the catalogue's key of the item, or `unknown`                                 |
/// | `{itemName}`     | the item's name, or its key                                                   |
/// | `{type}`         | the notification's type, for example `document.available`                     |
/// | `{date}`         | the day on which the fact was confirmed, in UTC, for example `2026-03-01`     |
/// | `{notification}` | the notification's id                                                         |
/// | `{sha256}`       | the hash of the document's content, or `none`                                 |
/// | `{name}`         | the provider's name of the document without its extension, or the order's id  |
/// | `{ext}`          | the document's extension, or `json` without a document                        |
public struct NameTemplate: Sendable, Equatable, CustomStringConvertible {
    enum Placeholder: String, CaseIterable {
        case order, item, itemName, type, date, notification, sha256, name, ext
    }

    enum Part: Equatable, Sendable {
        case text(String)
        case value(Placeholder)
    }

    private static let maxComponents = 8

    private let components: [[Part]]

    /// The template's text.
    public let description: String

    /// One directory for each item: `{itemName}/{order}-{type}`.
    public static let standard = NameTemplate(
        components: [[.value(.itemName)], [.value(.order), .text("-"), .value(.type)]],
        description: "{itemName}/{order}-{type}"
    )

    private init(components: [[Part]], description: String) {
        self.components = components
        self.description = description
    }

    /// Reads a template.
    ///
    /// - Parameter text: 1 to 8 components between slashes; each of literal text and placeholders.
    /// - Throws: ``NameTemplateError``.
    public init(_ text: String) throws(NameTemplateError) {
        let texts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard texts.count <= Self.maxComponents else { throw .tooManyComponents(limit: Self.maxComponents) }
        var components: [[Part]] = []
        for text in texts {
            let parts = try Self.parts(of: text)
            guard !parts.isEmpty else { throw .emptyComponent }
            components.append(parts)
        }
        self.init(components: components, description: text)
    }

    /// Whether names differ from order to order, at least for documents.
    var isUnique: Bool { has([.order, .notification, .sha256, .name]) }

    /// Whether no two orders ever have the same name.
    var namesOrder: Bool { has([.order, .notification]) }

    private func has(_ placeholders: Set<Placeholder>) -> Bool {
        components.joined().contains { part in
            if case .value(let placeholder) = part { placeholders.contains(placeholder) } else { false }
        }
    }

    /// The path for a notification, relative to the sink's root and without an extension; safe whatever the values are.
    func path(for notification: Notification) -> String {
        components.map { parts in
            FileNaming.component(
                parts.map { part in
                    switch part {
                    case .text(let text): text
                    case .value(let placeholder): FileNaming.cleaned(Self.value(placeholder, notification))
                    }
                }.joined()
            )
        }.joined(separator: "/")
    }

    private static func value(_ placeholder: Placeholder, _ notification: Notification) -> String {
        switch placeholder {
        case .order: notification.orderID.rawValue
        case .item: notification.item?.rawValue ?? "unknown"
        case .itemName: notification.itemName ?? notification.item?.rawValue ?? "unknown"
        case .type: notification.type.rawValue
        case .date: String(notification.occurredAt.description.prefix { $0 != "T" })
        case .notification: notification.id
        case .sha256: notification.document?.sha256 ?? "none"
        case .name: notification.document?.name.map(FileNaming.stem) ?? notification.orderID.rawValue
        case .ext: notification.document?.kind.fileExtension ?? "json"
        }
    }

    private static func parts(of text: Substring) throws(NameTemplateError) -> [Part] {
        var parts: [Part] = []
        var rest = text
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else { throw .unbalancedBrace }
            try append(literal: rest[..<open], to: &parts)
            let name = String(rest[rest.index(after: open)..<close])
            guard let placeholder = Placeholder(rawValue: name) else { throw .unknownPlaceholder }
            parts.append(.value(placeholder))
            rest = rest[rest.index(after: close)...]
        }
        try append(literal: rest, to: &parts)
        if case .text(let text)? = parts.first, text.hasPrefix(".") { throw .hiddenComponent }
        return parts
    }

    private static func append(literal: Substring, to parts: inout [Part]) throws(NameTemplateError) {
        guard !literal.isEmpty else { return }
        guard FileNaming.cleaned(String(literal)) == literal else { throw .badCharacter }
        parts.append(.text(String(literal)))
    }
}

/// Why a template is none.
///
/// Nothing of the text is repeated, since it may be a secret in the wrong place.
public enum NameTemplateError: Error, Equatable, Sendable {
    /// There is no placeholder of this name.
    case unknownPlaceholder
    /// A brace without its other half.
    case unbalancedBrace
    /// Nothing at the start, at the end or between two slashes.
    case emptyComponent
    /// A component that starts with a dot: hidden, or the way out of the directory.
    case hiddenComponent
    /// Literal text with a character that some system cannot have in a name.
    case badCharacter
    /// More components than allowed.
    case tooManyComponents(limit: Int)
}

extension NameTemplateError: CustomStringConvertible {
    /// One line for an operator, with what is possible.
    public var description: String {
        switch self {
        case .unknownPlaceholder:
            "unknown placeholder in the template; available: "
                + NameTemplate.Placeholder.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
        case .unbalancedBrace: "unbalanced brace in the template"
        case .emptyComponent: "empty path component in the template"
        case .hiddenComponent: "a path component of the template starts with a dot"
        case .badCharacter: "the template has a character that is not allowed in file names"
        case .tooManyComponents(let limit): "the template has more than \(limit) path components"
        }
    }
}
