import Foundation
import TestSupport

@testable import Detection

/// The boxes that the instrumented C++ detector had after every stage, for faces of at least 40 pixels.
enum StageGold {
    static func read() throws -> DetectionDocument {
        try document.get()
    }

    private static let document = Result {
        try DetectionDocument(contentsOf: fixtures.appendingPathComponent("gold/openface_cpp_stages_min40.json"))
    }
}
