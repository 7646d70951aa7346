import Foundation
import JSONTree
import TestSupport
import Testing

@testable import Detection

@Suite struct DetectionDocumentTests {
    private func csv(_ text: String) throws -> DetectionDocument {
        try DetectionDocument(csv: Array(text.utf8), file: "faces.csv")
    }

    private func json(_ text: String) throws -> DetectionDocument {
        try DetectionDocument(json: Array(text.utf8), file: "faces.json")
    }

    private func failure(_ read: () throws -> DetectionDocument) -> String? {
        do {
            _ = try read()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("The gold files name 30 frames with 52, 73 and 87 faces", arguments: [(60, 52), (40, 73), (20, 87)])
    func gold(minimum: Int, faces: Int) throws {
        let document = try DetectionDocument(
            contentsOf: fixtures.appendingPathComponent("gold/openface_cpp_min\(minimum).json"))
        #expect(document.minFaceSize == minimum)
        #expect(document.scoreThresholds == ScoreThresholds())
        #expect(document.images.count == 30)
        #expect(document.images.map(\.faces.count).reduce(0, +) == faces)
        let first = try #require(document.images.first)
        #expect(first.file == "01_astronaut_close.jpg")
        #expect(first.width == 640 && first.height == 480)
    }

    @Test("The stage gold has every stage of every frame, and its faces are those of the last")
    func stages() throws {
        let document = try StageGold.read()
        #expect(document.images.count == 30)
        for frame in document.images {
            #expect(CascadeStage.allCases.allSatisfy { frame.record[$0] != nil })
            #expect(frame.faces == frame.record.faces)
        }
        let first = document.images[0].record
        #expect(first.levels.map(\.proposals.count) == [36, 29, 11, 19, 16, 7, 1, 0])
        #expect(first.levels[0].proposals[0].regression.bottom == 0.157796353)
    }

    @Test("A list is the same whether it is read a frame at a time or as a whole")
    func frameByFrame() throws {
        let text = try String(
            contentsOf: fixtures.appendingPathComponent("gold/openface_cpp_min60.json"), encoding: .utf8)
        // With this member it may be COCO's, and is read as a whole.
        let whole = try json("{\"annotations\": null, " + text.dropFirst())
        #expect(try json(text) == whole)
    }

    @Test("A document that is written reads back equal")
    func roundTrip() throws {
        let box = BoundingBox(x: 1.25, y: -2, width: 30.0001, height: 1e-3)
        let faces = [
            Face(box: box, confidence: 0.75, landmarks: (0..<5).map { Point(x: Float($0), y: 0.1) }),
            Face(box: box, confidence: nil),
        ]
        var record = CascadeRecord(
            levels: [PyramidLevel(scale: PyramidScale(scale: 0.3, width: 4, height: 5), proposals: [])])
        record[.outputInput] = [
            Candidate(box: box, score: 0.5, regression: BoxRegression(left: 1, top: 2, right: 3, bottom: 4))
        ]
        let document = DetectionDocument(
            source: "a test", minFaceSize: 40,
            scoreThresholds: ScoreThresholds(proposal: 0.5, refinement: 0.75, output: 0.9),
            images: [DetectedFrame(file: "a.jpg", width: 9, height: 8, faces: faces, record: record)])
        #expect(try json(JSON(encoding: document).text()) == document)
    }

    @Test("Boxes are all that is needed")
    func least() throws {
        let document = try json(#"{"images": [{"file": "a.jpg", "faces": [{"x": 1, "y": 2, "w": 3, "h": 4}]}]}"#)
        #expect(
            document.images[0].faces == [Face(box: BoundingBox(x: 1, y: 2, width: 3, height: 4), confidence: nil)])
    }

    @Test(
        "An error names the file and the line or the key",
        arguments: [
            ("{", "faces.json: line 1:"),
            ("[]", "faces.json: the top:"),
            (#"{"images": [{"file": "a.jpg"}]}"#, #"faces.json: images[0]: "faces" is missing"#),
            (
                #"{"images": [{"file": "a.jpg", "faces": [{"x": 1, "y": "2", "w": 3, "h": 4}]}]}"#,
                "faces.json: images[0].faces[0].y:"
            ),
            (
                #"{"images": [{"file": "a.jpg", "faces": [{"x": 1, "y": 2, "w": -3, "h": 4}]}]}"#,
                "faces.json: images[0].faces[0].w: the extent of a box is negative"
            ),
            (
                #"{"images": [{"file": "a.jpg", "faces": [{"x": 1e300, "y": 2, "w": 3, "h": 4}]}]}"#,
                "faces.json: images[0].faces[0].x:"
            ),
            (
                #"{"images": [{"file": "a.jpg", "faces": [], "onet_raw": [[1, 2]]}]}"#,
                "faces.json: images[0].onet_raw[0]:"
            ),
            (
                #"{"images": [{"file": "a.jpg", "width": -640, "height": 480, "faces": []}]}"#,
                "faces.json: images[0].width: an image has no -640 pixels"
            ),
            (
                #"{"images": [{"file": "a.jpg", "fil\u0065": "b.jpg", "faces": []}]}"#,
                "faces.json: line 1: an object has"
            ),
            (
                #"{"images": [{"file": "b.jpg", "faces": []}, {"file": "b.jpg", "faces": []}]}"#,
                "faces.json: b.jpg: the frame is listed twice"
            ),
        ])
    func jsonErrors(_ text: String, message: String) {
        let failure = failure { try json(text) }
        #expect(failure?.hasPrefix(message) == true, "\(failure ?? "no error")")
    }

    @Test("CSV gives the same as JSON: faces in order, frames without faces, quoted names, no confidence")
    func csvReading() throws {
        let document = try csv(
            "file,x,y,width,height,confidence\r\n\"a, \"\"b\"\".jpg\",1,2,3,4,0.5\r\n\r\nc.jpg,,,,,\n"
                + "\"a, \"\"b\"\".jpg\",5.5,-6,7e1,8,\n")
        #expect(document.images.map(\.file) == ["a, \"b\".jpg", "c.jpg"])
        #expect(
            document.images[0].faces == [
                Face(box: BoundingBox(x: 1, y: 2, width: 3, height: 4), confidence: 0.5),
                Face(box: BoundingBox(x: 5.5, y: -6, width: 70, height: 8), confidence: nil),
            ])
        #expect(document.images[1].faces.isEmpty)
        #expect(try csv("file,x,y,width,height\na.jpg,1,2,3,4").images[0].faces[0].confidence == nil)
        // As spreadsheets write it, with a byte order mark.
        #expect(try csv("\u{FEFF}file,x,y,width,height\r\na.jpg,1,2,3,4\r\n").images.map(\.file) == ["a.jpg"])
    }

    @Test(
        "A CSV error names the file and the line",
        arguments: [
            ("", "faces.csv: line 1: it is empty"),
            ("file,x,y\n", "faces.csv: line 1: the header names no column \"width\" or \"x2\""),
            ("file,x,y,width,height\na,1,2,3,4\nb,1,2,3\n", "faces.csv: line 3: 4 fields"),
            ("file,x,y,width,height\n\n\na,1,two,3,4\n", "faces.csv: line 4: y is \"two\""),
            ("file,x,y,width,height\na,1,,3,4\n", "faces.csv: line 2: a box needs x and y"),
            ("file,x,y,width,height\na,1,2,0x10,4\n", "faces.csv: line 2: width is \"0x10\", not a number"),
            ("file,x,y,width,height\na,1,2,3,4\na,,,,\n", "faces.csv: line 3: a is listed both with a face and"),
            ("file,x,y,width,height\na,,,,\na,1,2,3,4\n", "faces.csv: line 3: a is listed both with a face and"),
            ("file,x,left,y,width,height\n", "faces.csv: line 1: columns \"x\" and \"left\" mean the same"),
            ("file,x,y,x2,y2\na,5,2,3,4\n", "faces.csv: line 2: the extent of a box is negative"),
            (
                "file,x,y,w,h,image_width,image_height\na,1,2,3,4,-5,6\n",
                "faces.csv: line 2: image_width is -5.0, not a number of pixels"
            ),
            ("file,x,y,width,height\na,1,2,nan,4\n", "faces.csv: line 2: width is \"nan\""),
            ("file,x,y,width,height\na,1,2,3,-4\n", "faces.csv: line 2: the extent of a box is negative"),
        ])
    func csvErrors(_ text: String, message: String) {
        let failure = failure { try csv(text) }
        #expect(failure?.hasPrefix(message) == true, "\(failure ?? "no error")")
    }

    @Test("A missing file cannot be read")
    func missing() {
        let failure = failure { try DetectionDocument(contentsOf: fixtures.appendingPathComponent("none.json")) }
        #expect(failure?.contains("none.json: cannot be read") == true)
    }
}
