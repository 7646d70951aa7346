import Files
import Foundation
import NetworkGraph
import Tensors

/// An input of a model, given as a .npy file.
struct GivenTensor {
    let name: String
    let path: String
    let values: AnyTensor

    /// The inputs given as `name=file.npy`; a model with one input needs no name.
    ///
    /// - Throws: ``CommandError`` for a name that the model does not have or that is given twice, or a file that is not
    ///   .npy.
    static func all(_ arguments: [String], for graph: Graph) throws -> [GivenTensor] {
        let names = graph.inputs.map(\.name)
        var given = Set<String>()
        return try arguments.map { argument in
            var (name, path) = (names.first ?? "", argument)
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2, names.contains(parts[0]) {
                (name, path) = (parts[0], parts[1])
            } else {
                // A file's name may hold an equals sign.
                guard names.count == 1, parts.count < 2 || FileManager.default.fileExists(atPath: argument) else {
                    throw CommandError(
                        .usage,
                        "--input \(argument): the model's inputs are \(names.joined(separator: ", ")); name one of them"
                    )
                }
            }
            guard given.insert(name).inserted else {
                throw CommandError(.usage, "--input \(argument): \(name) is given twice")
            }
            do {
                return GivenTensor(name: name, path: path, values: try AnyTensor(npy: try readFile(path)))
            } catch let error as TensorError {
                throw CommandError(.badData, "\(path): \(error)")
            }
        }
    }
}
