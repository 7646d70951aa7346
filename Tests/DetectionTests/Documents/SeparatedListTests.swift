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

    /// What a file of a name with a content is read as.
    private func read(_ content: [UInt8], named name: String) throws -> DetectionDocument {
        try withTemporaryDirectory { directory in
            let file = URL(fileURLWithPath: "\(directory)/\(name)")
            try Data(content).write(to: file)
            return try DetectionDocument(contentsOf: file)
        }
    }

    private func expectGold(_ text: String, named name: String) throws {
        let read = try read(Array(text.utf8), named: name)
        let faces = try gold.get().images.flatMap(\.faces)
        #expect(read.images.flatMap(\.faces).map(\.box) == faces.map(\.box), "\(name)")
        #expect(read.images.flatMap(\.faces).map(\.confidence) == faces.map(\.confidence), "\(name)")
    }

    @Test("Lists of other layouts hold the same faces: JSON lines, files with faces, COCO, WIDER FACE, UTF-16")
    func layouts() throws {
        let images = try gold.get().images
        func box(_ face: Face) -> String { numbers(face).prefix(4).joined(separator: ", ") }
        func score(_ face: Face) -> String { numbers(face)[4] }
        func row(_ file: String, _ face: Face) -> String {
            let names = ["x", "y", "width", "height", "score"]
            let members = zip(names, numbers(face)).map { "\"\($0)\": \($1)" }.joined(separator: ", ")
            return "{\"image\": \"\(file)\", \(members)}"
        }
        let rows = images.flatMap { image in image.faces.map { row(image.file, $0) } }
        try expectGold(rows.joined(separator: "\n") + "\n", named: "faces.jsonl")
        try expectGold("[" + rows.joined(separator: ",") + "]", named: "records.json")
        let byFile = images.map { image in
            "\"\(image.file)\": ["
                + image.faces.map { "{\"box\": [\(box($0))], \"confidence\": \(score($0))}" }
                .joined(separator: ", ") + "]"
        }
        try expectGold("{" + byFile.joined(separator: ",") + "}", named: "by_file.json")
        let frames = images.map { image in
            "{\"file_name\": \"\(image.file)\", \"faces\": ["
                + image.faces.map { "[\(numbers($0).joined(separator: ", "))]" }.joined(separator: ", ") + "]}"
        }
        try expectGold(frames.joined(separator: "\n"), named: "frames.ndjson")
        let document = try read(
            Array("{\"min_face_size\": 40, \"images\": [\(frames.joined(separator: ","))]}".utf8), named: "own.json")
        #expect(document.minFaceSize == 40 && document.images.flatMap(\.faces).count == 52)
        #expect(try read(Array(frames[0].utf8), named: "one.jsonl").images.count == 1)
        let named = images.enumerated().map { "{\"id\": \($0), \"file_name\": \"\($1.file)\"}" }
        let annotations = images.enumerated().flatMap { index, image in
            image.faces.map {
                "{\"id\": 1, \"image_id\": \(index), \"category_id\": 1, \"bbox\": [\(box($0))], \"score\": \(score($0))}"
            }
        }
        try expectGold(
            "{\"images\": [\(named.joined(separator: ","))], \"annotations\": [\(annotations.joined(separator: ","))]}",
            named: "coco.json")
        let blocks = images.map { image in
            "\(image.file)\n\(image.faces.count)\n"
                + (image.faces.isEmpty
                    ? "0 0 0 0 0 0 0 0 0 0\n"
                    : image.faces.map { numbers($0).joined(separator: " ") + "\n" }.joined())
        }
        try expectGold(blocks.joined(), named: "wider.txt")
        let text = try lines(["file", "x", "y", "width", "height", "confidence"]) { [$1] + numbers($2) }
        let wide: [UInt8] =
            [0xFF, 0xFE] + text.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        #expect(try read(wide, named: "excel.csv").images.flatMap(\.faces).count == 52)
    }

    @Test(
        "Lists of other layouts that say too little are refused with the reason",
        arguments: [
            (
                "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\"}], \"annotations\": [{\"image_id\": 2, \"bbox\": [1, 2, 3, 4]}]}",
                "the image_id of an annotation is not the id of any listed image"
            ),
            ("[{\"file\": \"a.jpg\", \"x\": 1, \"y\": 2}]", "the header names no column \"width\" or \"x2\""),
            ("{\"a.jpg\": [{\"box\": [1, 2, 3, -4]}]}", "the extent of a box is negative"),
            ("a.jpg\n2\n1 2 3 4 0.5\n", "x, y, width and height of a face are expected"),
        ])
    func refusedLayouts(_ text: String, _ reason: String) throws {
        do {
            _ = try read(Array(text.utf8), named: text.first == "a" ? "faces.txt" : "faces.json")
            Issue.record("\(text) was read")
        } catch let error as DetectionDocumentError {
            #expect(error.description.contains(reason), "\(error)")
        }
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

    @Test("A width and a height that are not the box's between its corners are the image's, as in training lists")
    func sizesBesideCorners() throws {
        let text = """
            filename,width,height,class,xmin,ymin,xmax,ymax
            a.jpg,640,480,face,0,0,640,480
            a.jpg,640,480,face,1.5,2,11.5,22
            b.jpg,32,16,face,1,2,4,6
            b.jpg,32,16,face,20,-2,40,6

            """
        let read = try DetectionDocument(csv: Array(text.utf8), file: "faces.csv")
        #expect(read.images.map(\.width) == [640, 32] && read.images.map(\.height) == [480, 16])
        #expect(read.images[0].faces[0].box == BoundingBox(x: 0, y: 0, width: 640, height: 480))
        #expect(read.images[0].faces[1].box == BoundingBox(x: 1.5, y: 2, width: 10, height: 20))
        #expect(read.images[1].faces[0].box == BoundingBox(x: 1, y: 2, width: 3, height: 4))
        #expect(read.images[1].faces[1].box == BoundingBox(x: 20, y: -2, width: 20, height: 8), "beyond its image")
        let json = #"[{"file": "a.jpg", "width": 640, "height": 480, "xmin": 1, "ymin": 2, "xmax": 4, "ymax": 6}]"#
        #expect(
            try DetectionDocument(json: Array(json.utf8), file: "faces.json").images[0].faces[0].box
                == BoundingBox(x: 1, y: 2, width: 3, height: 4))
    }

    @Test("Extents that count both edges, and cut sides, are the box's; others that no image can have are refused")
    func extentsBesideCorners() throws {
        let head = "file,x,y,w,h,x2,y2\n"
        let counted = try DetectionDocument(csv: Array((head + "a.jpg,1,2,12,22,11,22\n").utf8), file: "faces.csv")
        #expect(counted.images[0].faces[0].box == BoundingBox(x: 1, y: 2, width: 12, height: 22))
        #expect(counted.images[0].width == nil)
        let refused = [
            ("100,50,30,40,180,90", "30.0 x 40.0 by its extents, but 80.0 x 40.0 by its sides"),
            ("10,10,99.5,80.5,30,40", "99.5 x 80.5 by its extents, but 20.0 x 30.0 by its sides"),
            ("0.25,0.25,0.5,0.5,1,1", "0.5 x 0.5 by its extents, but 0.75 x 0.75 by its sides"),
        ]
        for (numbers, reason) in refused {
            let error = #expect(throws: (any Error).self) {
                try DetectionDocument(csv: Array((head + "a.jpg,\(numbers)\n").utf8), file: "faces.csv")
            }
            #expect("\(try #require(error))".contains(reason))
        }
    }

    @Test("JSON may begin with a byte order mark")
    func byteOrderMark() throws {
        let text = "\u{FEFF}" + #"{"images": [{"file": "a.jpg", "faces": []}]}"#
        #expect(try DetectionDocument(json: Array(text.utf8), file: "faces.json").images.map(\.file) == ["a.jpg"])
    }
}
