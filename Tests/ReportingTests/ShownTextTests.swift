import Reporting
import Testing

@Suite struct ShownTextTests {
    @Test(
        "What a terminal would obey stands as its number",
        arguments: [
            ("\u{1B}[31mred\u{7}", "\\u{1B}[31mred\\u{7}"), ("a\rb", "a\\u{D}b"), ("a\u{9B}2J", "a\\u{9B}2J"),
            ("gpj.\u{202E}png", "gpj.\\u{202E}png"), ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"),
            ("a\u{2028}b", "a\\u{2028}b"), ("a\u{200B}b\u{FEFF}", "a\\u{200B}b\\u{FEFF}"),
            ("\u{7F}\0", "\\u{7F}\\u{0}"),
        ])
    func escaped(_ text: String, _ shown: String) {
        #expect(text.shownLine == shown && text.shownLines == shown)
    }

    @Test("All that is seen stays as it is", arguments: ["conv4_1/weights:0", "größe 顔 👩‍👩‍👧", "می‌خواهم", "", "a|b`c"])
    func kept(_ text: String) {
        #expect(text.shownLine == text)
    }

    @Test("A name of several lines is one line, and a text of several lines keeps them")
    func lines() {
        #expect("a\nb".shownLine == "a\\u{A}b")
        #expect("a\u{1B}\n\nb\n".shownLines == "a\\u{1B}\n\nb\n")
        let table = Markdown(folds: true).text([.table(Table(["x"], [["a\nb|c"]]))])
        #expect(table.hasSuffix("| a\\u{A}b\\|c |"))
    }
}
