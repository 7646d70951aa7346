import Foundation
import JSONTree
import TestSupport
import Testing

@testable import Detection

/// What a list with one thing wrong, or unusual, is read as.
private struct ChangedList: CustomTestStringConvertible {
    let name: String
    let text: String
    /// The frames with their boxes and scores, in order; nil where the list is refused.
    let frames: [String]?
    /// What the error says, among other things.
    let reason: String

    var testDescription: String { text }

    /// A list that is refused.
    static func refused(_ name: String, _ text: String, _ reason: String) -> ChangedList {
        ChangedList(name: name, text: text, frames: nil, reason: reason)
    }

    /// A list that is read, as `file: x y w h score`.
    static func read(_ name: String, _ text: String, _ frames: [String]) -> ChangedList {
        ChangedList(name: name, text: text, frames: frames, reason: "")
    }

    private static func csv(_ rows: String, _ reason: String) -> ChangedList {
        refused("faces.csv", "file,x,y,width,height,confidence\n" + rows, reason)
    }

    private static func own(_ images: String, _ reason: String) -> ChangedList {
        refused("faces.json", "{\"images\": [\(images)]}", reason)
    }

    private static func records(_ rows: String, _ reason: String) -> ChangedList {
        refused("faces.json", "[\(rows)]", reason)
    }

    private static func coco(_ images: String, _ annotations: String, _ reason: String) -> ChangedList {
        refused("faces.json", "{\"images\": [\(images)], \"annotations\": [\(annotations)]}", reason)
    }

    static let separated: [ChangedList] = [
        csv("a.jpg,1,2,3,\"4,0.5\n", "a quote is not closed"),
        csv("\"a.jpg,1,2,3,4,0.5\nb.jpg,1,2,3,4,0.5\n", "a quote is not closed"),
        csv("a.jpg,1,2,\"3\"3,4,0.5\n", "text follows a closing quote"),
        csv("a.jpg,1,2,3 3,4,0.5\n", "width is \"3 3\", not a number"),
        csv("a.jpg,1,2,1.2.3,4,0.5\n", "not a number"),
        csv("a.jpg,1,2,\u{0663},4,0.5\n", "not a number"),
        csv("a.jpg,1,2,inf,4,0.5\n", "not a number"),
        csv("a.jpg,1,2,1e999,4,0.5\n", "not a number"),
        csv("a.jpg,1,2,1e39,4,0.5\n", "beyond float32"),
        csv("a.jpg,1,2,0x1p3,4,0.5\n", "not a number"),
        csv("a.jpg,1,2,3,4,high\n", "confidence is \"high\", not a number"),
        csv("a.jpg,1,2,3,4,0.5,0.5\n", "7 fields, expected 6"),
        csv("a.jpg;1;2;3;4;0.5\n", "1 fields, expected 6"),
        csv(",1,2,3,4,0.5\n", "it names no file"),
        csv("a.jpg,,,,,0.5\n", "a box needs x and y"),
        csv("a.jpg,1,2,,,0.5\n", "a box needs a width and a height"),
        csv("a.jpg,1,2,3,4,0.5\na.jpg,,,,,\n", "both with a face and without one"),
        refused("faces.csv", "1,2,3,4,a.jpg\n", "the header names no column"),
        refused("faces.csv", "file,file,x,y,width,height\n", "mean the same"),
        refused("faces.csv", "file,x,y,width\na.jpg,1,2,3\n", "no column \"height\" or \"y2\""),
        refused("faces.csv", "file,x1,y1,x2,y2\na.jpg,9,2,3,4\n", "the extent of a box is negative"),
        refused("faces.csv", "file,x,y,w,h,image_width\na,1,2,3,4,640.5\n", "not a number of pixels"),
        refused("faces.csv", "file,x,y,w,h,image_width\na,1,2,3,4,64\na,1,2,3,4,65\n", "another size"),
        refused("faces.csv", "file;x;y;w;h\na.jpg;1.234,5;2;3;4\n", "not a number"),
        read("faces.csv", "file;x;y;w;h\na.jpg;1,5;2;3;4\n", ["a.jpg: 1.5 2.0 3.0 4.0 -"]),
        read("faces.csv", "h,w,y,x,file\n4,3,2,1,\"a.jpg\" \n", ["a.jpg: 1.0 2.0 3.0 4.0 -"]),
        read(
            "faces.csv", "file,x,y,w,h\n\"a,\"\"b\".jpg,1,2,3,4".replacing("\".jpg", with: ".jpg\""),
            ["a,\"b.jpg: 1.0 2.0 3.0 4.0 -"]),
        read("faces.csv", "file,x,y,w,h\r\na.jpg,1,2,3,4\r\n,,,,\r\n", ["a.jpg: 1.0 2.0 3.0 4.0 -"]),
    ]

    static let documents: [ChangedList] = [
        own("{\"file\": \"\", \"faces\": []}", "it names no file"),
        own("{\"faces\": []}", "\"file\" is missing"),
        own("{\"file\": 3, \"faces\": []}", "images[0].file"),
        own("{\"file\": \"a\", \"faces\": {}}", "images[0].faces"),
        own("{\"file\": \"a\", \"faces\": null}", "images[0].faces"),
        own("{\"file\": \"a\", \"width\": 640.5, \"faces\": []}", "images[0].width"),
        own("{\"file\": \"a\", \"width\": 1e30, \"faces\": []}", "images[0].width"),
        own("{\"file\": \"a\", \"faces\": [{\"x\": true, \"y\": 2, \"w\": 3, \"h\": 4}]}", "faces[0].x"),
        own("{\"file\": \"a\", \"faces\": [{\"x\": 1, \"y\": 2, \"w\": 3}]}", "\"h\" is missing"),
        own("{\"file\": \"a\", \"faces\": [{\"x\": 1, \"y\": 2, \"w\": 3, \"h\": 4, \"landmarks\": [[1]]}]}", "pair"),
        own("{\"file\": \"a\", \"faces\": []}, {\"file\": \"a\", \"faces\": []}", "listed twice"),
        own("{\"file\": \"a\", \"faces\": [[1, 2, 3]]}", "a face of 3 numbers"),
        own("{\"file\": \"a\", \"faces\": [[1, 2, 3, 4, 0.5, 6]]}", "a face of 6 numbers"),
        refused("faces.json", "{\"min_face_size\": \"40\", \"images\": []}", "min_face_size"),
        refused("faces.json", "{\"score_thresholds\": [0.5, 0.6], \"images\": []}", "score_thresholds"),
        refused("faces.json", "{\"score_thresholds\": [0.5, 0.6, 7], \"images\": []}", "score_thresholds"),
        refused("faces.json", "{\"images\": 3}", "images"),
        refused("faces.json", "{\"images\": []} {}", "line 1"),
        refused("faces.json", "{\"images\": [],}", "line 1"),
        refused("faces.json", "{\"images\": [], \"images\": []}", "line 1"),
    ]

    static let otherLayouts: [ChangedList] = [
        records("{\"file\": \"a\", \"faces\": []}, {\"file\": \"a\", \"faces\": []}", "a is listed twice"),
        records("{\"file\": \"a\", \"faces\": []}, {\"file\": \"a\", \"box\": [1, 2, 3, 4]}", "a is listed twice"),
        records("{\"file\": \"a\", \"box\": [1, 2, 3, 4]}, {\"file\": \"a\", \"faces\": []}", "a is listed twice"),
        records("{\"file\": \"a\", \"box\": [1, 2, 3]}", "no column"),
        records("{\"file\": \"a\", \"box\": [1, 2, \"3\", 4]}", "no column"),
        records("{\"file\": \"a\", \"box\": [1, 2, 3, 4], \"x\": 5}", "mean the same"),
        records("{\"file\": \"a\", \"box\": [1, 2, 3, 4], \"score\": [0.5]}", "score is not a number"),
        records("{\"file\": \"a\", \"box\": [1, 2, 3, 4], \"score\": true}", "score is not a number"),
        records("{\"file\": \"a\", \"box\": [1, 2, 3, 4], \"score\": \"0x1\"}", "not a number"),
        records("{\"file\": \"a\", \"box\": [1, 2, 3, 4]}, {\"box\": [1, 2, 3, 4]}", "the top"),
        records("{\"file\": \"a\", \"width\": 640.5, \"height\": 480, \"faces\": []}", "images[0].width"),
        records("{\"file\": \"a\", \"width\": -640, \"height\": 480, \"faces\": []}", "no -640 pixels"),
        records("{\"file\": \"a\", \"width\": \"wide\", \"faces\": []}", "images[0].width"),
        records("{\"file\": \"a\", \"box\": [1, 2, 1e39, 4]}", "beyond float32"),
        coco(
            "{\"id\": 1, \"file_name\": \"a\"}, {\"id\": 1, \"file_name\": \"b\"}",
            "{\"image_id\": 1, \"bbox\": [1, 2, 3, 4]}", "another image has its id"),
        coco("{\"id\": 1, \"file_name\": \"a\"}, {\"id\": 2, \"file_name\": \"a\"}", "", "a is listed twice"),
        coco("{\"id\": 1}", "", "needs an id and a file_name"),
        coco("{\"id\": 1, \"file_name\": \"a\"}", "{\"bbox\": [1, 2, 3, 4]}", "not the id of"),
        coco("{\"id\": 1, \"file_name\": \"a\"}", "{\"image_id\": \"1\", \"bbox\": [1, 2, 3, 4]}", "not the id of"),
        coco("{\"id\": 1, \"file_name\": \"a\"}", "{\"image_id\": 1}", "no column"),
        coco("{\"id\": 1, \"file_name\": \"a\", \"width\": 0}", "", "no 0 pixels"),
        refused("faces.jsonl", "{\"file\": \"a\", \"faces\": []}\n{\"file\": \"a\", \"faces\": []}\n", "listed twice"),
        refused("faces.jsonl", "{\"file\": \"a\", \"faces\": []}\n{\"file\": \"b\", \"faces\": [}\n", "line 1"),
        refused("faces.txt", "a.jpg\n1\n1 2 0x10 4 0.5\n", "x, y, width and height of a face are expected"),
        refused("faces.txt", "a.jpg\n1\n1 2 nan 4 0.5\n", "x, y, width and height of a face are expected"),
        refused("faces.txt", "a.jpg\n1\n1 2 -3 4 0.5\n", "x, y, width and height of a face are expected"),
        refused("faces.txt", "a.jpg\n1\n1 2 3\n", "x, y, width and height of a face are expected"),
        refused("faces.txt", "a.jpg\n99999999999\n1 2 3 4\n", "x, y, width and height of a face are expected"),
        refused("faces.txt", "a.jpg\n1\n1 2 3 4\n5 6 7 8\n", "the number of faces is expected"),
        refused("faces.txt", "a.jpg\n0\na.jpg\n0\n", "listed twice"),
        read("faces.txt", "a.jpg\n1\n1 2 3 4 5 6 7 8 9 10\n", ["a.jpg: 1.0 2.0 3.0 4.0 -"]),
        read(
            "faces.json", "[{\"file\": \"a\", \"x\": \"1.5\", \"y\": 2, \"w\": 3, \"h\": 4, \"score\": null}]",
            ["a: 1.5 2.0 3.0 4.0 -"]),
        read(
            "faces.json", "[{\"file\": \"a\", \"width\": 640.0, \"height\": 480, \"faces\": [[1, 2, 3, 4, 0.5]]}]",
            ["a: 1.0 2.0 3.0 4.0 0.5"]),
        read("faces.txt", "a.jpg\n0\n0 0\nb.jpg\n1\n1 2 0.5 0.25\n", ["a.jpg:", "b.jpg: 1.0 2.0 0.5 0.25 -"]),
        read("faces.csv", "file,x,y,w,h,image_width,image_height\na,1,2,3,4,1,1\n", ["a: 1.0 2.0 3.0 4.0 -"]),
        read("faces.json", "{\"a\": [], \"b\": [[1, 2, 3, 4]]}", ["a:", "b: 1.0 2.0 3.0 4.0 -"]),
    ]
}

@Suite struct ListCorruptionTests {
    @Test(
        "A list with one thing wrong is refused by what is wrong, and else its faces are those that it says",
        arguments: ChangedList.separated + ChangedList.documents + ChangedList.otherLayouts)
    fileprivate func changed(_ list: ChangedList) throws {
        try withTemporaryDirectory { directory in
            let file = URL(fileURLWithPath: "\(directory)/\(list.name)")
            try Data(list.text.utf8).write(to: file)
            do {
                let images = try DetectionDocument(contentsOf: file).images
                let described = images.map { image in
                    "\(image.file):"
                        + image.faces.map { face in
                            let box = face.box
                            let score = face.confidence.map { "\($0)" } ?? "-"
                            return " \(box.x) \(box.y) \(box.width) \(box.height) \(score)"
                        }.joined()
                }
                #expect(described == list.frames)
            } catch let error as DetectionDocumentError {
                #expect(list.frames == nil, "\(error)")
                #expect(error.description.contains(list.reason) && error.description.contains(list.name), "\(error)")
            }
        }
    }

    @Test("UTF-16 is read in either order of bytes, whatever the letters")
    func wideText() throws {
        try withTemporaryDirectory { directory in
            let text = "file,x,y,w,h\nGröße 顔.jpg,1,2,3,4\n"
            for isLittle in [true, false] {
                let bytes = ([0xFEFF] + text.utf16).flatMap { unit -> [UInt8] in
                    let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
                    return isLittle ? pair : pair.reversed()
                }
                let file = URL(fileURLWithPath: "\(directory)/faces.csv")
                try Data(bytes).write(to: file)
                #expect(try DetectionDocument(contentsOf: file).images.map(\.file) == ["Größe 顔.jpg"])
                // A byte that is left over makes it no text.
                try Data(bytes + [0]).write(to: file)
                #expect(throws: DetectionDocumentError.self) { try DetectionDocument(contentsOf: file) }
            }
        }
    }

    @Test("Every number of a list counts: one that is changed changes what is read")
    func everyNumber() throws {
        let text = "file,x,y,width,height,confidence\na.jpg,1,2,3,4,5\n"
        let read = try DetectionDocument(csv: Array(text.utf8), file: "faces.csv")
        for digit in "12345" {
            let other = text.replacing("\(digit)", with: "\(digit)\(digit)")
            #expect(try DetectionDocument(csv: Array(other.utf8), file: "faces.csv") != read)
        }
    }
}
