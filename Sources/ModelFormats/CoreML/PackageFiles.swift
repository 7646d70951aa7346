import Foundation
import JSONTree

/// The files of an `.mlpackage`: a manifest, the model and its weights.
struct PackageFiles {
    let model: [UInt8]
    /// nil where the manifest names none.
    let weights: [UInt8]?

    private struct Item {
        let name: String
        let path: String
    }

    static let weightsPath = "weights/weight.bin"

    /// - Throws: ``ModelError``.
    init(_ package: String) throws(ModelError) {
        let manifestFile = "\(package)/Manifest.json"
        guard let text = FileManager.default.contents(atPath: manifestFile) else {
            throw .unreadable(file: package, reason: "it has no Manifest.json")
        }
        func fault(_ reason: String) -> ModelError { .malformed(file: package, reason: "manifest: \(reason)") }
        let manifest: JSON
        do throws(JSONError) {
            manifest = try JSON(parsing: [UInt8](text), file: manifestFile)
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
        func content(_ item: Item, _ inside: String = "") throws(ModelError) -> [UInt8] {
            let parts = item.path.split(separator: "/", omittingEmptySubsequences: false)
            guard !item.path.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
                throw fault("item \"\(item.name)\" has the path \"\(item.path)\", which leaves the package")
            }
            let file = "\(package)/Data/\(item.path)\(inside)"
            let root = URL(fileURLWithPath: "\(package)/Data").resolvingSymlinksInPath().path
            guard URL(fileURLWithPath: file).resolvingSymlinksInPath().path.hasPrefix(root + "/") else {
                throw fault("item \"\(item.name)\" is a link that leaves the package")
            }
            guard let bytes = FileManager.default.contents(atPath: file) else {
                throw fault("item \"\(item.name)\": there is no file \(item.path)\(inside)")
            }
            return [UInt8](bytes)
        }
        guard let root = items[rootIdentifier] else {
            throw fault("the root model is no item")
        }
        model = try content(root)
        let directory = root.path.split(separator: "/").dropLast().joined(separator: "/")
        let weightsItem = items.values.first { $0.path == "\(directory)/weights" }
        weights = if let weightsItem { try content(weightsItem, "/weight.bin") } else { nil }
    }
}
