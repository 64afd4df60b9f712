/// The configuration files that `ricevuta init` begins with: short, and every line with a reason.
enum InitialConfiguration {
    private static let opening = """
        # Ricevuta configuration; `ricevuta config example` prints one with every key.
        # `ricevuta config check` finds mistakes, `ricevuta doctor` tries everything out.
        """

    private static let keys = """
        # Signs the callback URL of each order. Whoever has it can send callbacks: keep the file to its owner.
        tokens:
          active:
            id: k1
            secret: {fromFile: ./secrets/token-key}
        """

    private static let sinks = """
        # Where documents and notifications go.
        sinks:
          - name: folder
            type: directory
            path: ./documents
            # For programs of another user: mode: "0640" and group: NAME.

          # Signed notifications to a service of yours; `ricevuta listen` plays one.
          #- name: service
          #  type: http
          #  url: http://127.0.0.1:8091/
          #  secrets: [{fromFile: ./secrets/webhook-secret}]
        """

    /// For the provider itself.
    static let forProvider = """
        \(opening)

        # The ledger, the journal and the archive.
        dataDirectory: ./data

        # Callbacks arrive here. Without tls it is for use behind a proxy, which forwards /callbacks to it.
        listener:
          host: 127.0.0.1
          port: 8080
          # The URL at which the provider reaches it, https; required to place orders.
          #publicURL: https://callbacks.example.com

        # Health, metrics and document links; for this machine and its private network only.
        admin:
          host: 127.0.0.1
          port: 8081

        provider:
          # The provider's test environment: https://test.visengine2.altravia.com
          baseURL: https://visengine2.altravia.com
          token: {fromFile: ./secrets/provider-token}

        \(keys)

        \(sinks)

        """

    /// For a sandbox on this machine.
    static func forSandbox(_ ports: InitialPorts) -> String {
        """
        \(opening)
        # This one is for trying it out: the provider is a sandbox here, which `ricevuta serve --sandbox` starts.

        # The ledger, the journal and the archive.
        dataDirectory: ./data

        # Callbacks arrive here.
        listener:
          port: \(ports.callbacks)
          publicURL: http://127.0.0.1:\(ports.callbacks)

        # Health, metrics and document links.
        admin:
          port: \(ports.admin)

        provider:
          baseURL: http://127.0.0.1:\(ports.sandbox)
          token: {fromFile: ./secrets/provider-token}

        \(keys)

        # A sandbox may be asked as often as one likes.
        reconciliation:
          minReadBackInterval: 0s

        \(sinks)

        """
    }
}
