import BaseKit
import RicevutaCore

/// Documents and events as files in a folder.
struct DirectorySinkType: SinkType {
    let name = "directory"
    let summary = "documents and JSON sidecar files"

    let keys: [SettingKey] = [
        .required("path", .path, "Target folder.", sample: "./documents"),
        .value(
            "template",
            .text(TextForm("a name template, such as {item}/{order}-{type}", pattern: "^.+$") { _ in true }),
            "\"{item}/{order}-{type}\"",
            "File name below the folder, without extension."
        ),
    ]

    func problems(in values: SettingValues) -> [SettingProblem] {
        guard let text = values.text("template") else { return [] }
        do throws(SettingProblem) {
            _ = try template(text)
            return []
        } catch {
            return [error]
        }
    }

    func make(_ values: SettingValues, _ context: SinkContext) throws(SettingProblem) -> any Sink {
        DirectorySink(
            name: context.name,
            receiver: context.receiver,
            root: try values.required("path") { $0.text($1) },
            template: try template(try values.required("template") { $0.text($1) }),
            source: context.source,
            limits: context.limits
        )
    }

    private func template(_ text: String) throws(SettingProblem) -> NameTemplate {
        do throws(NameTemplateError) {
            return try NameTemplate(text)
        } catch {
            throw SettingProblem("template", error.description)
        }
    }
}
