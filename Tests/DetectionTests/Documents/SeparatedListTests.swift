import Foundation
import TestSupport
import Testing

@testable import Detection

/// Lists of faces as spreadsheets, data frames and other people's programs write them.
@Suite struct SeparatedListTests {
    private let gold = Result {
        try DetectionDocument(contentsOf: fixtures.appendingPathComponent("gold/openface_cpp_min60.json"))
    }

    /// The gold's faces under a header of our own making.
    private func lines(
        _ header: [String], separator: String = ",", _ fields: (_ row: Int, _ file: String, Face) -> [String]
    ) throws -> String {
        var lines = [header.joined(separator: separator)]
        for image in try gold.get().images {
            for face in image.faces {
                lines.append(fields(lines.count - 1, image.file, face).joined(separator: separator))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func numbers(_ face: Face) -> [String] {
        [face.box.x, face.box.y, face.box.width, face.box.height, face.confidence ?? 0].map { "\($0)" }
    }

    private func isGold(_ text: String) throws -> Bool {
        let read = try DetectionDocument(csv: Array(text.utf8), file: "faces.csv")
        let faces = try gold.get().images.flatMap(\.faces)
        #expect(faces.count == 52)
        return read.images.flatMap(\.faces).map(\.box) == faces.map(\.box)
            && read.images.flatMap(\.faces).map(\.confidence) == faces.map(\.confidence)
    }

    @Test("Columns are found by their names, in any order, with others beside them")
    func names() throws {
        let head = ["file", "x", "y", "width", "height", "confidence"]
        #expect(try isGold(lines(head) { [$1] + numbers($2) }))
        #expect(try isGold(lines(head.reversed()) { ([$1] + numbers($2)).reversed() }))
        #expect(try isGold(lines([""] + head) { ["\($0)", $1] + numbers($2) }))
        #expect(try isGold(lines(["Unnamed: 0"] + head + ["note"]) { ["\($0)", $1] + numbers($2) + ["seen"] }))
        #expect(try isGold(lines(["File", "X", "Y", "W", "H", "Score"]) { [$1] + numbers($2) }))
        #expect(try isGold(lines(["image name", "left", "top", "box-width", "BBOX_H", "Prob"]) { [$1] + numbers($2) }))
    }

    @Test("Semicolons, tabs and spaces separate fields as well, and beside semicolons a comma is a decimal point")
    func separators() throws {
        let head = ["file", "x", "y", "width", "height", "confidence"]
        for separator in [";", "\t", ", ", " ; "] {
            #expect(try isGold(lines(head, separator: separator) { [$1] + numbers($2) }), "\(separator)")
        }
        #expect(
            try isGold(
                "sep=;\n"
                    + lines(head, separator: ";") { row, file, face in
                        [file] + numbers(face).map { $0.replacing(".", with: ",") }
                    }))
    }

    @Test("Corners that are named as corners are corners")
    func corners() throws {
        for head in [["x1", "y1", "x2", "y2"], ["xmin", "ymin", "xmax", "ymax"], ["left", "top", "right", "bottom"]] {
            let text = "file,\(head.joined(separator: ","))\na.jpg,1.5,2,11.5,22\n"
            let read = try DetectionDocument(csv: Array(text.utf8), file: "faces.csv")
            #expect(read.images[0].faces[0].box == BoundingBox(x: 1.5, y: 2, width: 10, height: 20))
        }
    }

    @Test("The size of an image may stand beside its faces")
    func sizes() throws {
        let text = "file,x,y,w,h,image_width,image_height\na.jpg,1,2,3,4,640,480\nb.jpg,,,,,32,16\n"
        let read = try DetectionDocument(csv: Array(text.utf8), file: "faces.csv")
        #expect(read.images.map(\.width) == [640, 32] && read.images.map(\.height) == [480, 16])
        #expect(read.images[1].faces.isEmpty)
    }

    @Test("JSON may begin with a byte order mark")
    func byteOrderMark() throws {
        let text = "\u{FEFF}" + #"{"images": [{"file": "a.jpg", "faces": []}]}"#
        #expect(try DetectionDocument(json: Array(text.utf8), file: "faces.json").images.map(\.file) == ["a.jpg"])
    }
}
