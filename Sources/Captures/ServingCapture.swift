import Foundation
import JSONTree
import Tensors

/// Reads a capture for a process that distrusts it: writes what the file says of itself to the standard output, and
/// then, for each line of the standard input, the case of that index. Ends with the standard input.
///
/// The process that runs this may die of the file; its limits see to it that it does so soon.
package func serveCapture(_ path: String) throws {
    try put(Array("\(CaptureMessage.greeting)\n".utf8))
    let limits = ReadingLimits()
    limits.allow(byteCount: 0)
    let capture: HDF5Capture
    do throws(CaptureError) {
        capture = try HDF5Capture(path)
    } catch {
        return try put(CaptureMessage.Description(fault: .init(error)))
    }
    try put(
        CaptureMessage.Description(
            header: capture.header, caseNames: capture.caseNames, tensorCounts: capture.tensorCounts))
    while let line = readLine() {
        let words = line.split(separator: " ")
        let inputsOnly = words.dropFirst() == [CaptureMessage.inputsOnly[...]]
        guard let index = words.first.flatMap({ Int($0) }), inputsOnly || words.count == 1,
            capture.caseNames.indices.contains(index)
        else { return }
        let recorded: CaptureCase
        do throws(CaptureError) {
            recorded = try capture.readCase(capture.caseNames[index], inputsOnly: inputsOnly) {
                limits.allow(byteCount: $0)
            }
        } catch {
            try put(CaptureMessage.Description(fault: .init(error)))
            continue
        }
        try put(recorded)
    }
}

private func put(_ recorded: CaptureCase) throws {
    try put(
        CaptureMessage.Description(
            recorded: CaptureMessage.Case(
                name: recorded.name, source: recorded.source, inputs: recorded.inputs.map(\.name),
                tensors: recorded.tensors.map {
                    .init(name: $0.name, node: $0.node, operator: $0.operator, isGraphOutput: $0.isGraphOutput)
                })))
    for values in recorded.inputs.map(\.values) + recorded.tensors.map(\.values) { try putMeasured(values.npy) }
}

private func put(_ description: CaptureMessage.Description) throws {
    try putMeasured(Array(try JSON(encoding: description).text().utf8))
}

private func putMeasured(_ bytes: [UInt8]) throws {
    try put(Array("\(bytes.count)\n".utf8))
    try put(bytes)
}

private func put(_ bytes: [UInt8]) throws {
    try FileHandle.standardOutput.write(contentsOf: bytes)
}
