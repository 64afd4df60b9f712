import AsyncHTTPClient
import BaseKit
import NIOCore
import NIOHTTP1
import RicevutaCore
import Visengine

/// Streams one document from the answer into a writer: as much memory as a piece, whatever the document's size.
struct DocumentDownload: Sendable {
    let transport: ProviderTransport
    let request: ProviderRequest
    let writer: any DocumentWriter

    /// Makes one attempt; final once the writer has bytes, because those cannot be taken back.
    func attempt() async -> Attempt<DocumentMetadata> {
        let progress = TimeLimit.Progress()
        let limits = transport.configuration.timeLimits
        let ending = await TimeLimit.run(silence: limits.documentSilence, of: progress) {
            await stream(progress: progress)
        }
        if let result = ending.valueInTime { return result }
        if Task.isCancelled { return .failed(VisengineError(request.call, .cancelled), isFinal: true) }
        let reason = "timed out: no data for \(limits.documentSilence)"
        return .failed(VisengineError(request.call, .network(reason)), isFinal: true)
    }

    private func stream(progress: TimeLimit.Progress) async -> Attempt<DocumentMetadata> {
        var decoder = DocumentDecoder()
        do throws(VisengineError) {
            let response = try await transport.send(request, within: transport.configuration.timeLimits.reading)
            progress.note()
            guard response.status == .ok else {
                _ = try await transport.envelope(of: response, to: request)
                // A success without a document, such as 204.
                throw VisengineError(request.call, .unreadable("no document"))
            }
            try await decode(response.body, with: &decoder, progress: progress)
            return .done(try metadata(from: &decoder))
        } catch {
            return .failed(error, isFinal: decoder.decodedBytes > 0)
        }
    }

    private func decode(
        _ body: HTTPClientResponse.Body,
        with decoder: inout DocumentDecoder,
        progress: TimeLimit.Progress
    ) async throws(VisengineError) {
        do {
            for try await piece in body {
                progress.note()
                // Written as the decoder gives them, 48 KiB at most: what is read at once may be longer.
                var decoded: [[UInt8]] = []
                try decoder.feed(Array(buffer: piece)) { decoded.append(Array($0)) }
                for bytes in decoded {
                    try await writer.write(bytes[...])
                    // A disk that takes its time is no silence of the provider.
                    progress.note()
                }
            }
        } catch let error as ArchiveError {
            throw VisengineError(request.call, .archive(error))
        } catch let error as DocumentDecodingError {
            throw self.error(error)
        } catch {
            throw ConnectionFailure.classify(error, of: request)
        }
    }

    private func metadata(from decoder: inout DocumentDecoder) throws(VisengineError) -> DocumentMetadata {
        do throws(DocumentDecodingError) {
            return try decoder.finish()
        } catch {
            throw self.error(error)
        }
    }

    private func error(_ error: DocumentDecodingError) -> VisengineError {
        guard case .refused(let code, let message) = error else {
            return VisengineError(request.call, .damagedDocument(error))
        }
        return VisengineError(
            request.call,
            .refused(status: 200),
            code: code,
            meaning: transport.configuration.dialect.errors[code],
            message: message
        )
    }
}
