import Files
import Foundation
import Tensors

/// The files and options of a run, equal for all shards of one run.
package struct RunDescription: Sendable, Codable, Equatable {
    /// A file that is read.
    package struct File: Sendable, Codable, Equatable {
        /// Its role and its path there: `models/pnet.onnx`.
        package let path: String
        package let sha256: String
    }

    /// An option and its value.
    package struct Option: Sendable, Codable, Equatable {
        package let name: String
        package let value: String
    }

    package let options: [Option]
    /// The reports that are made.
    package let reports: [String]
    /// The reports that are left out, each with the reason.
    package let leftOut: [String]
    /// The reports that compare only bundled data.
    package let bundledReports: [String]
    package let files: [File]

    /// - Parameters:
    ///   - directories: of models, captures and frames, each with its role.
    ///   - golds: lists of faces.
    ///   - options: the other options that affect what is compared.
    /// - Throws: ``FileReadingError``.
    package init(
        directories: [(name: String, path: String)], golds: [String], options: [(name: String, value: String)],
        reports: [String], leftOut: [String], bundledReports: [String]
    ) throws(FileReadingError) {
        var files = [File]()
        for directory in directories {
            for path in try allFiles(in: directory.path) {
                let bytes = try readFile("\(directory.path)/\(path)")
                files.append(File(path: "\(directory.name)/\(path)", sha256: sha256Hex(bytes)))
            }
        }
        for gold in golds {
            let name = URL(fileURLWithPath: gold).lastPathComponent
            files.append(File(path: "gold/\(name)", sha256: sha256Hex(try readFile(gold))))
        }
        self.files = files
        self.options = options.map(Option.init)
        self.reports = reports
        self.leftOut = leftOut
        self.bundledReports = bundledReports
    }

    /// Whether the run logs all frames.
    package var hasAllFrames: Bool { options.contains { $0.name == "all-frames" && $0.value == "true" } }

    /// What differs between this run and the other, in words; nil for the same run.
    package func difference(from other: RunDescription) -> String? {
        if let option = options.first(where: { !other.options.contains($0) }) {
            return "\(option.name) \(option.value)"
        }
        if let file = files.first(where: { !other.files.contains($0) }) { return file.path }
        return self == other ? nil : "what is read"
    }
}
