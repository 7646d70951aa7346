import Conformance
import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The checks of reports as a JUnit document, which CI systems show: one suite for each report, one test case
/// for each check.
public struct JUnit {
    private let root = XMLElement(name: "testsuites")

    public init() {}

    public mutating func add<R: Report>(_ report: R) {
        let suite = XMLElement(name: "testsuite")
        let checks = report.checks
        suite.set("name", R.name)
        suite.set("tests", String(checks.count))
        suite.set("failures", String(checks.count { $0.verdict == .doesNotConform }))
        suite.set("errors", report.verdict == .notJudged ? "1" : "0")
        if report.verdict == .notJudged {
            let testcase = XMLElement(name: "testcase")
            testcase.set("classname", R.name)
            testcase.set("name", "everything was compared")
            let error = XMLElement(name: "error")
            error.set("message", "not judged: see \(R.name).json")
            testcase.addChild(error)
            suite.addChild(testcase)
        }
        for check in checks { suite.addChild(testcase(check, in: R.name)) }
        root.addChild(suite)
    }

    private func testcase(_ check: Check, in report: String) -> XMLElement {
        let testcase = XMLElement(name: "testcase")
        testcase.set("classname", report)
        testcase.set("name", check.id)
        if check.verdict == .doesNotConform {
            let failure = XMLElement(name: "failure")
            failure.set("type", check.origin.rawValue)
            failure.set("message", check.failureMessage)
            testcase.addChild(failure)
        } else if let reason = check.knownDeviation {
            let output = XMLElement(name: "system-out")
            output.stringValue = "known deviation: \(check.failureMessage): \(reason)"
            testcase.addChild(output)
        }
        return testcase
    }

    public var text: String {
        let document = XMLDocument(rootElement: root)
        document.version = "1.0"
        document.characterEncoding = "UTF-8"
        return document.xmlString(options: [.nodePrettyPrint]) + "\n"
    }
}

extension XMLElement {
    fileprivate func set(_ name: String, _ value: String) {
        guard let attribute = XMLNode.attribute(withName: name, stringValue: value) as? XMLNode else { return }
        addAttribute(attribute)
    }
}

extension Check {
    /// `1.91e-05 is not below 1e-05`
    public var failureMessage: String {
        let (value, limit) = toldApart(value, from: limit)
        return "\(value) is not \(direction.rawValue.split(separator: "_").joined(separator: " ")) \(limit)"
    }
}
