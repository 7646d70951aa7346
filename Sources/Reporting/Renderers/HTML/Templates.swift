import Mustache

/// The page's templates: the files beside this one, which are compiled into the program.
struct Templates {
    private let library: MustacheLibrary

    /// - Throws: the parser's error for an invalid template.
    init() throws {
        var library = MustacheLibrary()
        for (name, bytes) in Self.sources { try library.register(Self.text(bytes), named: name) }
        self.library = library
    }

    static var style: String { String(decoding: PackageResources.page_css, as: UTF8.self) }

    func page(_ view: View) -> String { library.render(view, withTemplate: "page") ?? "" }

    private static let sources: [(String, [UInt8])] = [
        ("page", PackageResources.page_mustache), ("phrase", PackageResources.phrase_mustache),
        ("heading", PackageResources.heading_mustache), ("paragraph", PackageResources.paragraph_mustache),
        ("list", PackageResources.list_mustache), ("code", PackageResources.code_mustache),
        ("table", PackageResources.table_mustache), ("folded", PackageResources.folded_mustache),
        ("legend", PackageResources.legend_mustache), ("strip", PackageResources.strip_mustache),
        ("axis", PackageResources.axis_mustache), ("layers", PackageResources.layers_mustache),
        ("strips", PackageResources.strips_mustache), ("bars", PackageResources.bars_mustache),
        ("plan", PackageResources.plan_mustache), ("histogram", PackageResources.histogram_mustache),
        ("frames", PackageResources.frames_mustache),
    ]

    /// Without the final line break, so that templates fit inside lines.
    private static func text(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

/// The data for a template: names and their values.
typealias View = [String: Any]
