import Testing

@testable import Detection

/// Landmarks in the layouts of other people's lists.
@Suite struct ListedLandmarkTests {
    private func landmarks(_ json: String) throws -> [Point] {
        let text = "[{\"file\": \"a.jpg\", \"box\": [10, 20, 30, 40], \(json)}]"
        return try DetectionDocument(json: Array(text.utf8), file: "faces.json").images[0].faces[0].landmarks
    }

    /// Points that lie as those of a face do: an eye beside the other, the mouth below.
    private let face: [Point] = [
        Point(x: 15, y: 30), Point(x: 31, y: 31), Point(x: 23, y: 40), Point(x: 17, y: 52), Point(x: 30, y: 53),
    ]

    @Test("Pairs, named points, triples, five x before five y, and pairs in one row are the same points")
    func layouts() throws {
        #expect(try landmarks("\"landmarks\": [[15, 30], [31, 31], [23, 40], [17, 52], [30, 53]]") == face)
        #expect(
            try landmarks(
                """
                "keypoints": {"nose": [23, 40], "left_eye": [15, 30], "right_eye": [31, 31],
                "mouth_right": [30, 53], "mouth_left": [17, 52]}
                """) == face)
        #expect(
            try landmarks("\"keypoints\": [15, 30, 2, 31, 31, 2, 23, 40, 1, 17, 52, 2, 30, 53, 2]") == face)
        #expect(try landmarks("\"points\": [15, 31, 23, 17, 30, 30, 31, 40, 52, 53]") == face)
        #expect(try landmarks("\"points\": [15, 30, 31, 31, 23, 40, 17, 52, 30, 53]") == face)
    }

    @Test(
        "Points of another kind are none of a face's five",
        arguments: [
            "\"keypoints\": {\"nose\": [23, 40], \"left_eye\": [15, 30]}",
            """
            "keypoints": {"nose": [23], "left_eye": [15, 30], "right_eye": [31, 31], "mouth_right": [30, 53],
            "mouth_left": [17, 52]}
            """,
            "\"landmarks\": [15, 30, 31, 31]", "\"landmarks\": [[15, 30], [31]]", "\"landmarks\": [[15, 30], \"nose\"]",
            "\"landmarks\": null",
        ])
    func others(_ json: String) throws {
        #expect(try landmarks(json).isEmpty)
    }

    @Test("Ten numbers whose two readings lie as close together are pairs")
    func undecided() throws {
        #expect(
            try landmarks("\"points\": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]")
                == [Point](repeating: Point(x: 1, y: 1), count: 5))
        // Pairs reach over 4 + 4, and so do columns: 0...4 across and down.
        #expect(try landmarks("\"points\": [0, 4, 1, 3, 2, 2, 3, 1, 4, 0]")[0] == Point(x: 0, y: 4))
    }
}
