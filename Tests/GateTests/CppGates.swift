import Conformance
import Detection
import Engines
import Files
import JSONTree
import Reporting
import TestSupport
import Testing
import Validation

/// The limits that are requested of the detector against the C++ gold standard, and those that it is known to keep.
@Suite struct CppGates {
    static let report = Result {
        try DetectionReport(
            DetectionMeasurement(
                golds: ["openface_cpp_stages_min40", "openface_cpp_min60"].map(BundledFiles.gold),
                frames: BundledFiles.frames,
                detector: FaceDetector(networks: ModelLibrary(BundledFiles.models).faceNetworks(in: .fp32)),
                minimumFaceSize: nil, candidate: LayerMeasurement.builtIn),
            deviations: BundledFiles.knownDeviations()[DetectionReport.self])
    }

    private func summaries() throws -> [DetectionReport.Summary] {
        let runs = try Self.report.get().runs
        #expect(runs.map(\.summary.frames) == [30, 30])
        #expect(runs.allSatisfy { $0.summary.expectedFaces > 50 && $0.notJudged.isEmpty })
        return runs.map(\.summary)
    }

    @Test("Mean IoU above the target of 0.90")
    func meanIoU() throws {
        for summary in try summaries() { #expect(try #require(summary.meanIou) > 0.9) }
    }

    @Test("Detection agreement at the target of 100 %")
    func agreement() throws {
        for summary in try summaries() { #expect(summary.detectionAgreement == 1) }
    }

    @Test("False positives at the target of 0")
    func falsePositives() throws {
        for summary in try summaries() { #expect(summary.falsePositives == 0 && summary.misses == 0) }
    }

    /// Measured on 122 images: a program that keeps every rule matches to 0.999999 and 6.1e-5 pixel; the most
    /// harmless broken rule costs more than these limits.
    @Test("Every face within an IoU of 0.9999 and 0.01 pixel, every stage's boxes equal")
    func rules() throws {
        for summary in try summaries() {
            #expect(try #require(summary.smallestIou) > 0.9999)
            #expect(summary.largestCoordinateDifference < 0.01)
        }
        let frames = try Self.report.get().runs[0].frames
        #expect(frames.allSatisfy { $0.firstDeparture == nil && !$0.stages.isEmpty })
        #expect(frames.flatMap(\.stages).allSatisfy { $0.expectedCount == $0.foundCount })
    }

    /// The reports in Reports/ were written by an optimised build.
    @Test("Any build finds the faces of the report in Reports, to the bit")
    func sameBits() throws {
        let path = BundledFiles.storedReport(DetectionReport.name)
        let stored: DetectionReport = try JSON(parsing: readFile(path), file: path).decode()
        for run in try Self.report.get().runs { #expect(stored.runs.contains(run)) }
    }
}
