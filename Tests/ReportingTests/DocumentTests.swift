import Conformance
import Files
import Foundation
import JSONTree
import Tensors
import TestSupport
import Testing
import Validation
@testable import Reporting

/// What the renderers make of documents: of the kept reports, and of hostile and failing ones.
@Suite struct DocumentTests {
    private static let root = fixtures.deletingLastPathComponent()

    private static let layers = Result { try kept(LayerReport.self) }

    private static let sections = Result {
        [
            try layers.get().section, try kept(PrecisionReport.self).section, try kept(DetectionReport.self).section,
        ]
    }

    private static func kept<Document: Report>(_: Document.Type) throws -> Document {
        let path = root.appendingPathComponent("Reports/\(Document.name).json").path
        return try Document(JSON(parsing: try readFile(path), file: path), file: path)
    }

    private func keptDocument(pictures: [FramePicture] = []) throws -> Document {
        Document(try Self.sections.get(), pictures: pictures)
    }

    /// One network of one layer, all of whose names are the same.
    private func report(named name: String, maxAbsDiff: Float, causes: Int = 0) -> LayerReport {
        let difference = Difference(
            baseline: .float32(Tensor([2], [1, 2])), candidate: .float32(Tensor([2], [1, 2 + maxAbsDiff])))
        let layer = LayerMetrics(
            layer: name, node: name, operator: name, isOutput: true, shape: [2], isolated: nil,
            cumulative: Agreement(difference: difference))
        let network = NetworkComparison(
            network: name, modelSHA256: String(repeating: "0", count: 64),
            cases: [CaseMetrics(name: "case", source: "by hand", layers: [layer])], layersNotCompared: [])
        return LayerReport(
            baseline: Side(engine: name), candidate: Side(engine: name), thresholds: .float32, deviations: [],
            networks: [network])
    }

    @Test("The kept summary is what the kept reports yield")
    func keptSummary() throws {
        let summary = Self.root.appendingPathComponent("Reports/summary.md").path
        let kept = String(decoding: try readFile(summary), as: UTF8.self)
        #expect(Markdown(folds: true).text(try keptDocument()) == kept)
    }

    @Test("A page holds what the summary says, and asks for nothing from elsewhere")
    func page() throws {
        let document = try keptDocument()
        let page = try Page(document).text
        for text in [document.sentence, document.next] { #expect(page.contains(text)) }
        for layer in try Self.layers.get().networks.flatMap(\.layers) {
            #expect(page.contains(layer.metrics.layer), "\(layer.metrics.layer)")
        }
        for text in ["<script", "http://", "https://", "url(", "@import", "{{"] {
            #expect(!page.contains(text), "\(text)")
        }
        #expect(page.utf8.count < 3 << 20)
    }

    @Test("The same pictures give the same page, in whatever order and however often shards hold them")
    func pictures() throws {
        let frames = try Self.kept(DetectionReport.self).runs[0].frames.prefix(3).map(\.file)
        let pictures = frames.map { FramePicture(file: $0, width: 640, height: 480, jpeg: "/9j/") }
        let page = try Page(keptDocument(pictures: pictures)).text
        #expect(page.contains("data:image/jpeg;base64,/9j/"))
        #expect(try Page(keptDocument(pictures: pictures.reversed() + pictures)).text == page)
    }

    @Test("Names from files are text on a page, and obeyed nowhere")
    func hostileNames() throws {
        let name = "<img src=x onerror=alert(1)>\"'&{{text}}\u{1B}[31m\n|`"
        let document = Document([report(named: name, maxAbsDiff: 1).section])
        let page = try Page(document).text
        #expect(!page.contains("<img") && !page.contains("\u{1B}") && !page.contains("onerror=alert(1)>"))
        #expect(page.contains("&lt;img"))
        for line in TerminalSummary(document).lines { #expect(!line.text.shownLine.contains("\u{1B}")) }
    }

    @Test("A run ends in 25 lines at most, however much fails; quietly in one")
    func terminalSummary() {
        let many = Document(["a", "b", "c"].map { report(named: $0, maxAbsDiff: 1).section })
        #expect(TerminalSummary(many, page: "out/report.html").lines.count <= TerminalSummary.mostLines)
        #expect(TerminalSummary(many, extent: .quiet).lines.count == 1)
        let all = TerminalSummary(many, extent: .verbose).lines.map(\.text)
        for failure in many.failures { #expect(all.contains { $0.contains(failure.id) }) }
    }

    @Test("A failing document says where to begin, and its failures are GitHub's errors")
    func failure() {
        let document = Document([report(named: "net", maxAbsDiff: 1).section])
        #expect(document.verdict == .doesNotConform)
        #expect(document.next.hasPrefix("Begin with net/net/cumulative/max_abs_diff: 1 is not below"))
        let lines = GitHubAnnotations(document).lines
        #expect(lines.contains("::error title=net/net/cumulative/max_abs_diff::1 is not below 1e-05"))
    }

    @Test("A limit that any number meets is said to be that, not to be infinite")
    func finite() {
        let any = Threshold(.candidateBoundRatio, .below, .infinity, .derived, "")
        let check = Check(.infinity, of: "net/layer/isolated", against: any, deviations: [])
        #expect(check.verdict == .doesNotConform)
        #expect(check.figures.limit == "finite" && check.failureMessage == "inf is not finite")
    }

    @Test("What is not shown is counted in a sentence, and nothing where all is shown")
    func more() {
        #expect(13.more(than: 12, "listed") == "1 more is listed below.")
        #expect(14.more(than: 12, "named") == "2 more are named below.")
        #expect(12.more(than: 12, "listed") == nil)
    }

    @Test("Every metric's name is explained where a check of it fails", arguments: Metric.allCases)
    func meanings(metric: Metric) {
        let check = Check(2, of: "net/layer", against: Threshold(metric, .atMost, 1, .requested, ""), deviations: [])
        #expect([check].meanings == .list(["\(code: metric.rawValue): \(metric.meaning)"]))
    }

    @Test("A column that holds a word among numbers stays a column of numbers")
    func numbersWithWords() throws {
        let table = Table(["layer", "error"], [["a", "1"], ["b", "-"], ["c", "none"]].map(\.cells))
        let view = PageBlocks([]).view(table)
        let columns = try #require(view["columns"] as? [View])
        #expect(columns.map { $0["number"] as? Bool } == [false, true])
    }

    @Test("Titles and messages of annotations hold no sign that ends them")
    func annotations() {
        let document = Document([report(named: "a:b,c%\n::x", maxAbsDiff: 1).section])
        for line in GitHubAnnotations(document).lines {
            #expect(line.hasPrefix("::error title=a%3Ab%2Cc%25%0A%3A%3Ax/"), "\(line)")
            #expect(!line.contains("\n"))
        }
    }

    @Test("What folds on a page is under a heading elsewhere, and a figure is its text")
    func folding() {
        let chart = Block.figure(.bars(BarChart(title: "", axis: "", bars: [])))
        let blocks: [Block] = [.folded("more", [.paragraph("said")]), .folded("pictures", [chart])]
        #expect(Markdown(folds: true).text(blocks) == "<details><summary>more</summary>\n\nsaid\n\n</details>")
        #expect(Markdown(folds: false).text(blocks) == "### more\n\nsaid")
    }

    @Test("A logarithmic axis has a place for every value, also for none and for too much")
    func axis() {
        let axis = LogAxis([1e-7, 1e-3])
        let places = [0, 1e-7, 1e-5, 1e-3, .infinity].map { Double(axis.place(of: $0)) ?? -1 }
        #expect(places == places.sorted() && places.allSatisfy { 0 < $0 && $0 < 100 })
        #expect(axis.place(of: 1e-5) == "50.00")
        #expect(LogAxis([0, .nan, .infinity]).place(of: .nan) != "nan")
    }
}
