public import RicevutaCore

/// The types of sinks that can be configured.
public enum SinkTypes {
    /// One line each, in the order of the example.
    public static let all: [any SinkType] = [
        DirectorySinkType(),
        HTTPSinkType(),
    ]
}
