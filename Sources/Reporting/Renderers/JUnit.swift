import Conformance

/// Renders the checks of sections as a JUnit document for CI systems: one suite for each report, one test case for each
/// check, and one failing case for each cause found.
package struct JUnit {
    private var suites = [XMLElement]()

    package init() {}

    package mutating func add(_ section: Section) {
        let isWhole = section.notJudged.isEmpty && section.verdict != .notJudged
        let errors = section.count(.notJudged) + (isWhole ? 0 : 1)
        var suite = XMLElement(
            "testsuite",
            [
                ("name", section.name),
                ("tests", String(section.causes.count + section.checks.count + (isWhole ? 0 : 1))),
                ("failures", String(section.causes.count + section.count(.doesNotConform))),
                ("errors", String(errors)),
            ])
        if !isWhole {
            let reason = section.notJudged.first.map { ": \($0)" } ?? ""
            suite.children.append(
                XMLElement(
                    "testcase", [("classname", section.name), ("name", "everything was compared")],
                    children: [XMLElement("error", [("message", "not judged\(reason)")])]))
        }
        suite.children += section.causes.enumerated().map { index, cause in
            XMLElement(
                "testcase", [("classname", section.name), ("name", "cause \(index + 1)")],
                children: [XMLElement("failure", [("type", "cause"), ("message", cause)])])
        }
        suite.children += section.checks.map { testcase($0, in: section.name) }
        suites.append(suite)
    }

    private func testcase(_ check: Check, in report: String) -> XMLElement {
        var testcase = XMLElement("testcase", [("classname", report), ("name", check.id)])
        if check.verdict == .doesNotConform {
            testcase.children = [
                XMLElement("failure", [("type", check.origin.rawValue), ("message", check.failureMessage)])
            ]
        } else if check.verdict == .notJudged {
            testcase.children = [XMLElement("error", [("message", "not judged: it was not measured")])]
        } else if let reason = check.knownDeviation {
            testcase.children = [
                XMLElement("system-out", text: "known deviation: \(check.failureMessage): \(reason)")
            ]
        }
        return testcase
    }

    package var text: String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + XMLElement("testsuites", children: suites).lines(indent: "").joined(separator: "\n") + "\n"
    }
}

/// An element of an XML document (https://www.w3.org/TR/xml/). Foundation's class crashes on Linux because it frees
/// nodes in use.
private struct XMLElement {
    let name: String
    let attributes: [(name: String, value: String)]
    var children: [XMLElement]
    let text: String?

    init(
        _ name: String, _ attributes: [(name: String, value: String)] = [], children: [XMLElement] = [],
        text: String? = nil
    ) {
        self.name = name
        self.attributes = attributes
        self.children = children
        self.text = text
    }

    func lines(indent: String) -> [String] {
        let start = ([name] + attributes.map { "\($0.name)=\"\(escaped($0.value))\"" }).joined(separator: " ")
        if let text { return ["\(indent)<\(start)>\(escaped(text))</\(name)>"] }
        if children.isEmpty { return ["\(indent)<\(start)/>"] }
        return ["\(indent)<\(start)>"] + children.flatMap { $0.lines(indent: indent + "  ") } + ["\(indent)</\(name)>"]
    }

    /// XML's special characters are escaped; those that XML 1.0 forbids (2.2: control characters, U+FFFE and U+FFFF)
    /// become U+FFFD.
    private func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n", "\t", "\r": escaped += "&#\(scalar.value);"
            case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Check {
    /// The value and its limit as text; a dash if it was not measured.
    var figures: (value: String, limit: String) {
        let anyNumber = isAnyNumber ? "finite" : nil
        guard let value else { return ("-", anyNumber ?? limit.short) }
        let texts = toldApart(value, from: limit)
        return (texts.value, anyNumber ?? texts.limit)
    }

    /// Whether any number meets the limit, and only infinities and NaN do not.
    private var isAnyNumber: Bool { direction == .below && limit == .infinity }

    /// `1.91e-05 is not below 1e-05`
    package var failureMessage: String {
        let (value, limit) = figures
        return isAnyNumber ? "\(value) is not finite" : "\(value) is not \(direction.words) \(limit)"
    }
}
