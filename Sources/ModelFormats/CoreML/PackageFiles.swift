import Files
import Foundation
import JSONTree

/// The files of an `.mlpackage`: a manifest, the model and its weights.
struct PackageFiles {
    let model: [UInt8]
    /// Nil if the manifest names none, or if the named file does not exist.
    let weights: [UInt8]?

    private struct Item {
        let name: String
        let path: String
    }

    static let weightsPath = "weights/weight.bin"
    static let folder = "Data/com.apple.CoreML"

    init(model: [UInt8], weights: [UInt8]?) { (self.model, self.weights) = (model, weights) }

    /// - Throws: ``ModelError``.
    init(_ package: String) throws(ModelError) {
        func fault(_ reason: String) -> ModelError { .malformed(file: package, reason: "manifest: \(reason)") }
        guard let text = try Self.content("Manifest.json", of: package) else {
            throw .unreadable(file: package, reason: "it has no Manifest.json")
        }
        let manifest: JSON
        do throws(JSONError) {
            manifest = try JSON(parsing: text, file: "\(package)/Manifest.json")
        } catch {
            throw fault("\(error)")
        }
        guard manifest["fileFormatVersion"] == .string("1.0.0") else {
            throw fault("its fileFormatVersion is not 1.0.0, which is known")
        }
        guard case .object(let entries)? = manifest["itemInfoEntries"],
            case .string(let rootIdentifier)? = manifest["rootModelIdentifier"]
        else { throw fault("it has no itemInfoEntries or no rootModelIdentifier") }
        var items = [String: Item]()
        for entry in entries {
            guard case .string(let path)? = entry.value["path"], case .string(let name)? = entry.value["name"],
                case .string? = entry.value["author"]
            else { throw fault("item \(entry.key) lacks an author, a name or a path") }
            items[entry.key] = Item(name: name, path: path)
        }
        func content(_ item: Item, _ inside: String = "") throws(ModelError) -> [UInt8]? {
            let parts = item.path.split(separator: "/", omittingEmptySubsequences: false)
            guard !item.path.contains("\0") else { throw fault("item \"\(item.name)\" has a NUL in its path") }
            guard !item.path.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
                throw fault("item \"\(item.name)\" has the path \"\(item.path)\", which leaves the package")
            }
            return try Self.content("Data/\(item.path)\(inside)", of: package)
        }
        guard let root = items[rootIdentifier] else {
            throw fault("the root model is not among the items")
        }
        guard let model = try content(root) else {
            throw fault("item \"\(root.name)\": there is no file \(root.path)")
        }
        self.model = model
        let directory = root.path.split(separator: "/").dropLast().joined(separator: "/")
        let weightsPath = "\(directory)/weights"
        if let weightsItem = items.values.first(where: { $0.path == weightsPath }) {
            // A program without large constants has an item for weights, but no file in it.
            weights = try content(weightsItem, "/weight.bin")
        } else if let misplaced = items.values.filter({ $0.name == "weights" }).map(\.path).min() {
            throw fault("item \"weights\" has the path \"\(misplaced)\", where \"\(weightsPath)\" is right")
        } else {
            weights = nil
        }
    }

    /// The bytes of a file within a package; nil if it does not exist.
    ///
    /// - Throws: ``ModelError`` if a link leads out of the package, or if it is not a file.
    private static func content(_ path: String, of package: String) throws(ModelError) -> [UInt8]? {
        let file = "\(package)/\(path)"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let root = URL(fileURLWithPath: package).resolvingSymlinksInPath().path
        guard URL(fileURLWithPath: file).resolvingSymlinksInPath().path.hasPrefix(root + "/") else {
            throw .malformed(file: package, reason: "\(path) is a link, or below one, that leaves the package")
        }
        do {
            return try readFile(file, followsPipes: false)
        } catch {
            throw error.isTooLarge
                ? .unsupported(file: package, reason: "\(path): \(error.reason)")
                : .malformed(file: package, reason: "\(path): \(error.reason)")
        }
    }
}
