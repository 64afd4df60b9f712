import BaseKit
import RicevutaCore

/// Documents and events as files in a folder.
struct DirectorySinkType: SinkType {
    let name = "directory"
    let summary = "documents and JSON sidecar files"
    let folderKey: String? = "path"

    let keys: [SettingKey] = [
        .required("path", .path, "Target folder.", sample: "./documents"),
        .value(
            "template",
            .text(TextForm("a name template, such as {item}/{order}-{type}", pattern: "^.+$") { _ in true }),
            "\"{itemName}/{order}-{type}\"",
            "File name below the folder, without extension. It needs {order} or {notification}, or all names are alike."
        ),
        .value(
            "mode",
            .text(TextForm("an octal mode such as 0640", pattern: "^0?[67][0-7]{2}$") { FolderAccess.mode($0) != nil }),
            "\"0600\"",
            "Permissions of the files. Directories have x wherever this has r; a folder that exists stays as it is."
        ),
        .optional(
            "group",
            .text(
                TextForm("the name or the number of a group", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$") { text in
                    text.utf8.allSatisfy {
                        ASCII.isLetter($0) || ASCII.isDigit($0) || [0x2D, 0x2E, 0x5F].contains($0)
                    } && text.utf8.first != 0x2D && text.utf8.first != 0x2E
                }
            ),
            "Group of the files and directories. The service's user has to be a member of it.",
            sample: "documents"
        ),
    ]

    func problems(in values: SettingValues) -> [SettingProblem] {
        guard let text = values.text("template") else { return [] }
        do throws(SettingProblem) {
            guard try template(text).isUnique else {
                return [
                    SettingProblem(
                        "template",
                        "gives every order the same file name; add {order} or {notification}"
                    )
                ]
            }
            return []
        } catch {
            return [error]
        }
    }

    func warnings(in values: SettingValues) -> [SettingProblem] {
        guard let text = values.text("template"), let template = try? NameTemplate(text),  // Refused above.
            template.isUnique, !template.namesOrder
        else { return [] }
        return [
            SettingProblem("template", "may give two orders the same file name, which then get numbers; add {order}")
        ]
    }

    func make(_ values: SettingValues, _ context: SinkContext) throws(SettingProblem) -> any Sink {
        DirectorySink(
            name: context.name,
            receiver: context.receiver,
            root: try values.required("path") { $0.text($1) },
            template: try template(try values.required("template") { $0.text($1) }),
            access: FolderAccess(
                mode: try values.required("mode") { $0.text($1).flatMap(FolderAccess.mode) },
                group: values.text("group")
            ),
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
