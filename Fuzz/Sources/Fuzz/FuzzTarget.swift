import Foundation

/// Something that reads bytes from outside, and must answer any of them with a value or a typed error.
///
/// A trap, a hang, an allocation out of proportion, or a property that does not hold is a finding.
struct FuzzTarget: Sendable {
    /// As on the command line and in `Corpus/`.
    let name: String
    /// Reads the bytes. Errors are answers: what it throws is ignored.
    let read: @Sendable ([UInt8]) throws -> Void

    init(_ name: String, _ read: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.read = read
    }

    static let all: [FuzzTarget] = [
        .onnx, .openFace, .program, .weights, .neuralNetwork, .caffe, .kinds, .manifest, .npy, .jpeg, .png, .json, .csv,
        .lists, .reports,
        .deviations, .adapterMessages, .graphs, .operators,
    ]
}

/// Ends the program where a property does not hold, so that libFuzzer keeps the input.
func require(_ condition: Bool, _ property: @autoclosure () -> String) {
    guard !condition else { return }
    let text = property()
    try? FileHandle.standardError.write(contentsOf: Data("does not hold: \(text)\n".utf8))
    preconditionFailure(text)
}
