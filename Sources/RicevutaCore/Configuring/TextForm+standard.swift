import BaseKit
import Visengine

extension TextForm {
    /// An IP address or a host name.
    public static let host = TextForm("an IP address or a host name", pattern: "^[A-Za-z0-9.:_-]+$") {
        WebAddress.isHost($0)
    }

    /// An IP address of this machine, which a listener can be bound to.
    public static let listenAddress = TextForm(
        "an IP address, such as 127.0.0.1, or 0.0.0.0 or :: for all interfaces",
        pattern: "^[0-9A-Fa-f.:]+$",
        explain: {
            if WebAddress.isLoopback($0) { return "127.0.0.1 or ::1: a listener needs an IP address, not a name" }
            return WebAddress.isHost($0)
                ? "an IP address, not a host name: 127.0.0.1, or 0.0.0.0 or :: for all interfaces" : nil
        },
        accepts: { AddressRange.bytes(of: $0) != nil }
    )

    /// A URL that paths are added to: of `http` or `https`, without credentials, query and fragment.
    public static let baseAddress = TextForm(
        "an http:// or https:// URL without user name, query and fragment",
        pattern: "^https?://[^/?#@]+[^?#]*$",
        explain: { WebAddress.hasBadPort($0) ? "a port from 1 to 65535 in the address" : nil },
        accepts: { WebAddress.isWellFormed($0) && !$0.contains("?") && !$0.contains("#") }
    )

    /// A URL of `http` or `https`, without credentials and fragment.
    public static let webAddress = TextForm(
        "an http:// or https:// URL without user name and fragment",
        pattern: "^https?://[^/?#@]+",
        explain: { WebAddress.hasBadPort($0) ? "a port from 1 to 65535 in the address" : nil },
        accepts: { WebAddress.isWellFormed($0) }
    )

    /// A URL's path.
    public static let urlPath = TextForm(
        "a path that starts with one slash and does not end with one",
        pattern: "^/([^/?#].*)?[^/?#]$"
    ) { text in
        text.hasPrefix("/") && !text.hasPrefix("//") && !text.hasSuffix("/") && !text.contains { "?# ".contains($0) }
    }

    /// An address or a block of addresses.
    public static let network = TextForm(
        "an IP address or CIDR block without host bits, such as 10.0.0.0/8",
        pattern: "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$",
        explain: { AddressRange.block(around: $0).map { "a CIDR block without host bits; did you mean \($0)?" } },
        accepts: { AddressRange($0) != nil }
    )

    /// A sink's name.
    public static let sinkName = TextForm("1 to 64 characters of a-z, 0-9, - and _", pattern: "^[a-z0-9_-]{1,64}$") {
        SinkName(rawValue: $0) != nil
    }

    /// The hash of a catalogue item.
    public static let item = TextForm(
        "a catalogue item's hash: letters, digits, - and _",
        pattern: "^[A-Za-z0-9_-]{1,128}$"
    ) { ItemHash($0) != nil }

    /// The provider's id of an order.
    public static let order = TextForm("an order ID: letters, digits, - and _", pattern: "^[A-Za-z0-9_-]{1,64}$") {
        OrderID($0) != nil
    }
}
