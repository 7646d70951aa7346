/// A user's program that measures both sides' answers.
///
/// It is called with two captures, the baseline's and the candidate's answers, and prints a JSON object of numbers:
/// `{"mAP": 0.71}`.
package struct TaskProgram: Sendable, Hashable {
    static let prefix = "command:"

    /// The program's path or name and its first arguments, separated by spaces.
    package let command: [String]
    /// As it was written, without the number.
    package let name: String
    /// The selected number; nil for all that it prints.
    package let number: String?

    /// - Parameter text: `command:./score.py`, or `command:./score.py#mAP`
    /// - Returns: nil if the text has another form.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count).split(separator: "#", omittingEmptySubsequences: false)
        let command = parts[0].split(separator: " ").map(String.init)
        guard !command.isEmpty, parts.count == 1 || (parts.count == 2 && !parts[1].isEmpty) else { return nil }
        self.command = command
        name = Self.prefix + parts[0]
        number = parts.count == 2 ? String(parts[1]) : nil
    }
}
