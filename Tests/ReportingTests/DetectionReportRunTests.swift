import Conformance
import Detection
import Foundation
import Reporting
import TestSupport
import Testing
import Validation

/// Lists of faces against frames: what is compared, and what is said of the rest.
@Suite struct DetectionReportRunTests {
    private let face = "213.604,166.895,203.996,198.833"

    private func judge(_ gold: String, named name: String = "gold.csv", frames: [String], in directory: String) throws
        -> DetectionReport
    {
        let models = fixtures.appendingPathComponent("models").path
        let place = "\(directory)/frames"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for name in frames {
            try FileManager.default.createDirectory(
                at: URL(fileURLWithPath: "\(place)/\(name)").deletingLastPathComponent(),
                withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: fixtures.appendingPathComponent("frames/01_astronaut_close.jpg").path,
                toPath: "\(place)/\(name)")
        }
        try Data(gold.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
        let networks = try ModelLibrary(models).faceNetworks(in: .fp32)
        return try DetectionReport(
            DetectionMeasurement(
                golds: ["\(directory)/\(name)"], frames: place, detector: FaceDetector(networks: networks),
                minimumFaceSize: nil, candidate: Side(engine: "ours", arithmetic: "fp32")))
    }

    @Test("A frame that the list does not name is not judged; one without faces can be named, and missed faces count")
    func unlisted() throws {
        let header = "file,x,y,width,height\n"
        try withTemporaryDirectory { directory in
            let report = try judge("\(header)a.jpg,\(face)\n", frames: ["a.jpg", "b.JPG"], in: directory)
            #expect(report.verdict == .notJudged)
            #expect(report.runs[0].notJudged.map(\.file) == ["b.JPG"])
            #expect(report.runs[0].notJudged.map(\.cause) == [.notListed])
        }
        try withTemporaryDirectory { directory in
            let rows = "a.jpg,\(face)\nb.JPG,\(face)\n"
            let report = try judge(header + rows, frames: ["a.jpg", "b.JPG"], in: directory)
            #expect(report.verdict == .conforms)
        }
        try withTemporaryDirectory { directory in
            let rows = "a.jpg,\(face)\nb.JPG,,,,\n"
            let report = try judge(header + rows, frames: ["a.jpg", "b.JPG"], in: directory)
            #expect(report.verdict == .doesNotConform)
        }
    }

    @Test("A frame whose listed size is not the image's is not judged, and both sizes are named")
    func otherSizes() throws {
        func list(_ width: Int, _ height: Int) -> String {
            let numbers = face.split(separator: ",")
            return """
                {"images": [{"file": "C:\\\\frames\\\\a.jpg", "width": \(width), "height": \(height), "faces": [
                  {"x": \(numbers[0]), "y": \(numbers[1]), "w": \(numbers[2]), "h": \(numbers[3])}]}]}
                """
        }
        try withTemporaryDirectory { directory in
            let report = try judge(list(480, 640), named: "gold.json", frames: ["a.jpg"], in: directory)
            #expect(report.verdict == .notJudged)
            #expect(report.runs[0].notJudged.map(\.cause) == [.otherSize])
            #expect(
                report.runs[0].notJudged.first?.reason.hasPrefix(
                    "the list says 480 x 640 pixels, the image has 640 x 480") == true)
        }
        try withTemporaryDirectory { directory in
            let report = try judge(list(640, 480), named: "gold.json", frames: ["a.jpg"], in: directory)
            #expect(report.verdict == .conforms)
        }
    }

    @Test("Frames below the directory are named by their paths from it, or from elsewhere where no other has the name")
    func directories() throws {
        let header = "file,x,y,width,height\n"
        let frames = ["a.jpg", "sub/a.jpg", "sub/b.jpg"]
        try withTemporaryDirectory { directory in
            let rows = "a.jpg,\(face)\nsub/a.jpg,\(face)\n/elsewhere/b.jpg,\(face)\n"
            let report = try judge(header + rows, frames: frames, in: directory)
            #expect(report.verdict == .conforms, "\(report.notJudged)")
            #expect(report.runs[0].summary.expectedFaces == 3)
        }
        try withTemporaryDirectory { directory in
            // The same name, its accent composed in the list and not in the directory.
            let report = try judge("\(header)caf\u{E9}.jpg,\(face)\n", frames: ["cafe\u{301}.jpg"], in: directory)
            #expect(report.verdict == .conforms, "\(report.notJudged)")
        }
        try withTemporaryDirectory { directory in
            // Which of the two is meant cannot be told.
            let rows = "/elsewhere/a.jpg,\(face)\nb.jpg,\(face)\n"
            let report = try judge(header + rows, frames: ["sub/a.jpg", "other/a.jpg", "b.jpg"], in: directory)
            // In the directory's order, with what is elsewhere last.
            #expect(report.runs[0].notJudged.map(\.cause) == [.notListed, .notListed, .unreadable])
        }
        try withTemporaryDirectory { directory in
            let rows = "x/b.jpg,\(face)\ny/b.jpg,\(face)\n"
            #expect(throws: ComparisonError.listedTwice("sub/b.jpg", list: "gold", as: ["x/b.jpg", "y/b.jpg"])) {
                try judge(header + rows, frames: frames, in: directory)
            }
        }
    }

    @Test("A frame that is not there is not judged, and named without the directory")
    func missing() throws {
        try withTemporaryDirectory { directory in
            let report = try judge(
                "file,x,y,width,height\na.jpg,\(face)\nc.jpg,\(face)\n", frames: ["a.jpg"], in: directory)
            #expect(report.verdict == .notJudged)
            #expect(report.runs[0].notJudged.map(\.cause) == [.unreadable])
            #expect(!report.notJudged.joined().contains(directory))
        }
    }

    @Test("A stage is compared though the list has no pyramid, and the list's own thresholds count")
    func stagesAndThresholds() throws {
        func gold(_ extra: String) -> String {
            """
            {"min_face_size": 60\(extra), "images": [{"file": "a.jpg",
              "faces": [{"x": 213.604, "y": 166.895, "w": 203.996, "h": 198.833}],
              "onet_input": [[1, 2, 3, 4, 0.9, 0, 0, 0, 0]]}]}
            """
        }
        try withTemporaryDirectory { directory in
            let report = try judge(gold(""), named: "gold.json", frames: ["a.jpg"], in: directory)
            #expect(report.verdict == .conforms)
            #expect(report.runs[0].frames[0].stages.map(\.stage) == ["onet_input"])
            #expect(report.runs[0].frames[0].firstDeparture == "onet_input")
        }
        try withTemporaryDirectory { directory in
            let strict = ", \"score_thresholds\": [1, 1, 1]"
            let report = try judge(gold(strict), named: "gold.json", frames: ["a.jpg"], in: directory)
            #expect(report.runs[0].summary.misses == 1)
        }
    }

    @Test("Landmarks and thresholds that are no numbers are refused by name")
    func notFinite() throws {
        for (fault, name) in [
            ("\"landmarks\": [[\"nan\", 1]]", "landmarks"), ("\"landmarks\": [[1, \"inf\"]]", "landmarks"),
        ] {
            let face = "{\"x\": 1, \"y\": 1, \"w\": 2, \"h\": 2, \(fault)}"
            let json = "{\"images\": [{\"file\": \"a.jpg\", \"faces\": [\(face)]}]}"
            let error = #expect(throws: DetectionDocumentError.self) {
                try DetectionDocument(json: Array(json.utf8), file: "g.json")
            }
            #expect(error?.description.contains(name) == true)
        }
        let json = "{\"score_thresholds\": [0.6, 7, 0.7], \"images\": []}"
        #expect(throws: DetectionDocumentError.self) { try DetectionDocument(json: Array(json.utf8), file: "g.json") }
    }
}
