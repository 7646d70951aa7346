import Conformance
import Detection
import Reporting
import Testing

@Suite struct JUnitTests {
    @Test("A report that could not be judged is an error with its reason, and characters of XML's own are named")
    func notJudged() {
        let run = DetectionReport.Run(
            gold: "a<b>&\"c\"", minimumFaceSize: 60, frames: [],
            notJudged: [.init(file: "x.jpg", cause: .damaged, reason: "damaged\u{1}\nat\u{FFFE}\u{FFFF} < 3")],
            deviations: [])
        let side = Side(engine: "e", arithmetic: "fp32")
        var junit = JUnit()
        junit.add(DetectionReport(baseline: side, candidate: side, runs: [run], deviations: []).section)
        #expect(
            junit.text == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites>
                  <testsuite name="cpp_vs_reference" tests="5" failures="0" errors="3">
                    <testcase classname="cpp_vs_reference" name="everything was compared">
                      <error message="not judged: a&lt;b&gt;&amp;&quot;c&quot;: x.jpg: damaged\u{FFFD}&#10;at\u{FFFD}\u{FFFD} &lt; 3"/>
                    </testcase>
                    <testcase classname="cpp_vs_reference" name="a&lt;b&gt;&amp;&quot;c&quot;/mean_iou">
                      <error message="not judged: it was not measured"/>
                    </testcase>
                    <testcase classname="cpp_vs_reference" name="a&lt;b&gt;&amp;&quot;c&quot;/detection_agreement">
                      <error message="not judged: it was not measured"/>
                    </testcase>
                    <testcase classname="cpp_vs_reference" name="a&lt;b&gt;&amp;&quot;c&quot;/false_positives"/>
                    <testcase classname="cpp_vs_reference" name="a&lt;b&gt;&amp;&quot;c&quot;/not_finite_frames"/>
                  </testsuite>
                </testsuites>

                """)
    }
}
