import Foundation
import Testing

/// An nginx before the receiver, with connections to it that are kept.
struct Proxy: Sendable {
    /// Its address, in the place of the receiver's.
    let origin: String

    static let executable = "/usr/sbin/nginx"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: executable) }

    /// Runs nginx on a port of loopback for as long as `body` runs.
    static func run<Result: Sendable>(
        before receiver: String,
        in directory: String,
        _ body: @Sendable (Proxy) async throws -> Result
    ) async throws -> Result {
        let work = directory + "/nginx"
        try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: false)
        // Below the ports that the system hands out by itself.
        let port = UInt16.random(in: 20_000...29_999)
        let upstream = try #require(URL(string: receiver))
        let text = configuration(port: port, upstream: "\(upstream.host() ?? ""):\(upstream.port ?? 80)")
        try text.write(toFile: work + "/nginx.conf", atomically: true, encoding: .utf8)
        let log = work + "/output.log"
        return try await Program.run(executable, ["-p", work, "-c", work + "/nginx.conf"], output: log) { _ in
            // The last thing that it does before it listens.
            _ = try await Program.line(with: "start worker process", in: log)
            return try await body(Proxy(origin: "http://127.0.0.1:\(port)"))
        }.result
    }

    /// The proxy's address of a callback.
    func url(for callback: String) throws -> String {
        let path = try #require(URL(string: callback)).path(percentEncoded: true)
        return origin + path
    }

    private static func configuration(port: UInt16, upstream: String) -> String {
        """
        daemon off;
        worker_processes 1;
        pid nginx.pid;
        error_log stderr notice;
        events { worker_connections 256; }
        http {
          access_log off;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          client_max_body_size 16m;
          client_body_buffer_size 16m;
          upstream receiver {
            server \(upstream);
            keepalive 4;
          }
          server {
            listen 127.0.0.1:\(port);
            location / {
              proxy_pass http://receiver;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host $host;
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            }
          }
        }

        """
    }
}
