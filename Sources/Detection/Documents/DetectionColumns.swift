/// The meaning of each field in a line of a list of faces, by the names in the header.
///
/// Order and letter case of names do not matter, and spaces, `-` and `_` between words are equivalent; columns with
/// other names are ignored.
struct DetectionColumns {
    /// The meaning of a column.
    enum Meaning: CaseIterable {
        case file, left, top, width, height, right, bottom, confidence, imageWidth, imageHeight

        /// The meaning of a column's name, if known.
        init?(name: String) {
            let name = DetectionColumns.normalized(name)
            guard let meaning = Self.allCases.first(where: { $0.names.contains(name) }) else { return nil }
            self = meaning
        }

        /// The names that lists use for it.
        var names: [String] {
            switch self {
            case .file:
                [
                    "file", "file_name", "filename", "file_path", "filepath", "image", "image_name", "image_file",
                    "image_path", "img", "frame", "path",
                ]
            case .left: ["x", "left", "x1", "x_min", "xmin", "box_x", "bbox_x", "bbox_x1", "box_left"]
            case .top: ["y", "top", "y1", "y_min", "ymin", "box_y", "bbox_y", "bbox_y1", "box_top"]
            case .width: ["width", "w", "box_width", "box_w", "bbox_width", "bbox_w", "face_width"]
            case .height: ["height", "h", "box_height", "box_h", "bbox_height", "bbox_h", "face_height"]
            case .right: ["x2", "right", "x_max", "xmax", "bbox_x2", "box_right"]
            case .bottom: ["y2", "bottom", "y_max", "ymax", "bbox_y2", "box_bottom"]
            case .confidence: ["confidence", "score", "conf", "probability", "prob"]
            case .imageWidth: ["image_width", "img_width", "frame_width"]
            case .imageHeight: ["image_height", "img_height", "frame_height"]
            }
        }
    }

    private var positions: [Meaning: Int] = [:]

    /// A name in its normal form for comparison.
    private static func normalized(_ name: String) -> String {
        String(name.lowercased().map { " -".contains($0) ? "_" : $0 })
    }

    /// - Throws: a ``Reason`` if the header leaves unclear where a file or a box is.
    init(header: [String]) throws(Reason) {
        let names = header.map(Self.normalized)
        for meaning in Meaning.allCases {
            let found = names.indices.filter { meaning.names.contains(names[$0]) }
            guard found.count < 2 else {
                throw Reason(
                    "columns " + found.map { "\"\(header[$0])\"" }.joined(separator: " and ") + " mean the same")
            }
            positions[meaning] = found.first
        }
        for (needed, instead) in [
            (Meaning.file, nil), (.left, nil), (.top, nil), (.width, Meaning.right), (.height, .bottom),
        ] where positions[needed] == nil && instead.flatMap({ positions[$0] }) == nil {
            let wanted = [needed, instead].compactMap { $0?.names.first.map { "\"\($0)\"" } }.joined(separator: " or ")
            throw Reason("the header names no column \(wanted); file, x, y, width and height are needed")
        }
    }

    /// The field of a line with a given meaning; nil if the list has no such column.
    func field(_ meaning: Meaning, of fields: [String]) -> String? {
        positions[meaning].flatMap { $0 < fields.count ? fields[$0] : nil }
    }

    /// Why a line or a header cannot be read.
    struct Reason: Error {
        let text: String

        init(_ text: String) { self.text = text }
    }
}

/// A number in decimal digits; Double also reads hexadecimal numbers and words, which are refused.
func decimal(_ text: String) -> Double? {
    guard text.allSatisfy({ "0123456789+-.eE".contains($0) }), let value = Double(text), value.isFinite
    else { return nil }
    return value
}
