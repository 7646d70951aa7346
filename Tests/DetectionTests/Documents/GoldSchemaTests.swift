import Detection
import Foundation
import JSONTree
import TestSupport
import Testing

@Suite struct GoldSchemaTests {
    private func schema() throws -> JSONSchema {
        let file = fixtures.deletingLastPathComponent().appendingPathComponent("validation/schemas/gold.schema.json")
        return JSONSchema(try JSON(parsing: [UInt8](Data(contentsOf: file)), file: file.path))
    }

    @Test(
        "The recorded detections follow the schema, and so does what is written from them",
        arguments: ["openface_cpp_min20", "openface_cpp_min60", "openface_cpp_stages_min40"])
    func recorded(_ name: String) throws {
        let file = fixtures.appendingPathComponent("gold/\(name).json")
        #expect(try schema().violations(in: JSON(parsing: [UInt8](Data(contentsOf: file)), file: file.path)) == [])
        let document = try DetectionDocument(contentsOf: file)
        #expect(try schema().violations(in: JSON(encoding: document)) == [])
    }

    @Test(
        "A document without frames, files or boxes, or with boxes that are none, does not fit the schema",
        arguments: [
            #"{}"#, #"{"images": []}"#, #"{"images": [{"file": "a.jpg"}]}"#,
            #"{"images": [{"faces": []}]}"#, #"{"images": [{"file": "a.jpg", "faces": [{"x": 1, "y": 2, "w": 3}]}]}"#,
            #"{"images": [{"file": "a.jpg", "faces": [{"x": 1, "y": 2, "w": -3, "h": 4}]}]}"#,
            #"{"images": [{"file": "a.jpg", "final": [[1, 2, 3, 4, 0.9]]}]}"#,
            #"{"images": [{"file": "a.jpg", "faces": [{"x": 1, "y": 2, "w": 3, "h": 4, "landmarks": [[1]]}]}]}"#,
        ])
    func refused(_ text: String) throws {
        #expect(try !schema().violations(in: JSON(parsing: Array(text.utf8), file: "gold")).isEmpty)
    }
}
