import BaseKit
import RicevutaCore
import Visengine

/// Asks for an item's fields, one by one in the order of the form, until the item takes the answers.
struct OrderForm {
    let item: ItemDetail
    /// Shows a prompt and reads a line; `nil` when there will be none.
    let ask: (String) -> String?
    /// Shows a line.
    let say: (String) -> Void

    /// Fills what was not given yet, or is not taken.
    ///
    /// - Throws: ``CommandFailure`` when the input ends.
    func fill(_ inputs: inout OrderInputs) throws(CommandFailure) {
        say("\(item.item.name), \(item.price.map { "\($0) EUR" } ?? "price unknown")")
        for line in Self.lines(item.instructions) { say(String(line)) }
        for field in item.fields where !isGood(field, inputs) { try askFor(field, &inputs) }
        while true {
            let missing = item.validation.unmet(byFilled: inputs.filled)
            if missing.isEmpty { break }
            say("\nStill required: \(missing.map { $0.words(item.name(ofField:)) }.joined(separator: "; "))")
            let keys = missing.reduce(into: Set<String>()) { $0.formUnion($1.fields) }.subtracting(inputs.filled)
            for field in item.fields where keys.contains(field.key) { try askFor(field, &inputs) }
        }
        if inputs.options.isEmpty { try askForOptions(&inputs) }
    }

    private func isGood(_ field: ItemField, _ inputs: OrderInputs) -> Bool {
        guard let value = inputs.values[field.key] else { return false }
        return field.problem(with: value) == nil
    }

    private func askFor(_ field: ItemField, _ inputs: inout OrderInputs) throws(CommandFailure) {
        let isRequired = item.requires(field)
        say("\n\(field.name) (\(field.type.words)\(isRequired ? "" : ", optional"))")
        for line in Self.lines(field.instructions) { say("  \(line)") }
        for (index, choice) in field.choices.enumerated() {
            say("  \(index + 1)  \(choice.label)\(choice.isDefault ? " (default)" : "")")
        }
        while true {
            let answer = try read(field.type == .file ? "file: " : "> ")
            if answer.isEmpty {
                if let choice = field.choices.first(where: \.isDefault) {
                    return inputs.values[field.key] = choice.code
                }
                if !isRequired { return inputs.values[field.key] = nil }
                say("  must not be empty")
                continue
            }
            guard let value = value(answer, field, inputs) else { continue }
            if let problem = field.problem(with: value) {
                say("  \(problem.requirement)")
                continue
            }
            inputs.values[field.key] = value
            return
        }
    }

    /// What is sent for an answer; `nil` when it means nothing, which has been said then.
    private func value(_ answer: String, _ field: ItemField, _ inputs: OrderInputs) -> String? {
        if !field.choices.isEmpty {
            if let number = Int(answer), field.choices.indices.contains(number - 1) {
                return field.choices[number - 1].code
            }
            var inputs = inputs
            inputs.set(answer, for: field.key, item)
            if let code = inputs.values[field.key], field.choices.contains(where: { $0.code == code }) { return code }
            say("  choose 1 to \(field.choices.count), or one of the labels")
            return nil
        }
        guard field.type == .file else { return answer }
        do throws(FileFailure) {
            return try OrderInputs.file(answer)
        } catch {
            say("  \(error)")
            return nil
        }
    }

    private func askForOptions(_ inputs: inout OrderInputs) throws(CommandFailure) {
        for option in item.options {
            let answer = try read("\nOption \(option.kind) for \(option.priceText)? [y/N] ")
            if Terminal.isYes(answer) { inputs.options.append(option.name) }
        }
    }

    private func read(_ prompt: String) throws(CommandFailure) -> String {
        guard let line = ask(prompt) else {
            throw CommandFailure(.cancelled, "cancelled: no order was placed")
        }
        return String(decoding: ASCII.trimmed(Array(line.utf8)[...]), as: UTF8.self)
    }

    private static func lines(_ html: String?) -> [Substring] {
        html.map { HTMLText.plain($0).split(separator: "\n") } ?? []
    }
}
