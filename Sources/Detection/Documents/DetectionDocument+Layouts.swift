import JSONTree

extension JSON {
    /// A list of faces, converted from another layout to ``DetectionDocument``'s; any other value is returned
    /// unchanged:
    ///
    /// - COCO: `images` with `id` and `file_name`, and `annotations` with `image_id`, `bbox` and perhaps `score`;
    /// - an object of files, each with its list of faces;
    /// - an array of faces, each with its file, as data frames and COCO results are written;
    /// - an array of frames, each with its file and its list of faces.
    ///
    /// A face is an object of named numbers, or has a `box` of four (PyPI mtcnn), or is an array of four or five.
    ///
    /// - Throws: a ``DetectionColumns/Reason`` if a face in such a layout cannot be read.
    func withNamedFaces() throws(DetectionColumns.Reason) -> JSON {
        var frames = ListedFrames()
        switch self {
        case .object(let members):
            if case .array(let images)? = self["images"], case .array(let annotations)? = self["annotations"] {
                try frames.add(images, annotations)
            } else if !members.isEmpty, self["images"] == nil, members.allSatisfy({ $0.value.isListOfFaces }) {
                for member in members {
                    guard case .array(let faces) = member.value else { continue }
                    try frames.add(frame: member.key)
                    for face in faces { try frames.add(face, to: member.key) }
                }
            } else if file != nil, self["images"] == nil {
                return try JSON.array([self]).withNamedFaces()
            } else if case .array(let images)? = self["images"], images.contains(where: \.hasOtherFaces) {
                let named = try JSON.array(images).withNamedFaces()
                return .object(members.map { $0.key == "images" ? Member($0.key, named["images"] ?? $0.value) : $0 })
            } else {
                return self
            }
        case .array(let rows) where !rows.isEmpty && rows.allSatisfy({ $0.file != nil }):
            for row in rows {
                guard let file = row.file else { continue }
                let lists = ["faces", "detections", "boxes", "bboxes", "results"].compactMap { row[$0] }
                guard case .array(let faces)? = lists.first else {
                    guard !frames.isListed(file) else { throw DetectionColumns.Reason("\(file) is listed twice") }
                    try frames.add(row, to: file)
                    continue
                }
                try frames.add(frame: file, size: row)
                for face in faces { try frames.add(face, to: file) }
            }
        default: return self
        }
        return .object([Member("images", .array(frames.inOrder))])
    }

    /// Whether a frame's faces use other fields than x, y, w and h.
    var hasOtherFaces: Bool {
        guard case .array(let faces)? = self["faces"] else { return false }
        return faces.contains { face in
            if case .array = face { return true }
            return ["box", "bbox", "rect", "bounding_box"].contains { face[$0] != nil }
        }
    }

    private var isListOfFaces: Bool {
        guard case .array(let faces) = self else { return false }
        return faces.allSatisfy { face in
            switch face {
            case .object: true
            case .array(let numbers): (4...5).contains(numbers.count) && numbers.allSatisfy { $0.value != nil }
            default: false
            }
        }
    }

    /// The file of a row, under any of its known names, `image_id` if it is a string.
    private var file: String? {
        guard case .object(let members) = self else { return nil }
        for member in members {
            let key = member.key.lowercased()
            if DetectionColumns.Meaning.file.names.contains(key) || key == "image_id",
                case .string(let file) = member.value
            {
                return file
            }
        }
        return nil
    }

    fileprivate var value: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    fileprivate var numbers: [Double]? {
        guard case .array(let elements) = self else { return nil }
        let numbers = elements.compactMap(\.value)
        return numbers.count == elements.count ? numbers : nil
    }
}

/// Frames in the order of first mention, each with its faces.
private struct ListedFrames {
    private var files: [String] = []
    private var sizes: [String: [JSON.Member]] = [:]
    private var faces: [String: [JSON]] = [:]

    /// Whether the list has the frame as a frame, not just in single faces.
    func isListed(_ file: String) -> Bool { sizes[file] != nil }

    /// - Parameter size: May contain the image's `width` and `height`.
    mutating func add(frame file: String, size: JSON? = nil) throws(DetectionColumns.Reason) {
        guard faces[file] == nil else { throw DetectionColumns.Reason("\(file) is listed twice") }
        files.append(file)
        faces[file] = []
        sizes[file] = ["width", "height"].compactMap { key in
            guard let value = size?[key], value != .null else { return nil }
            // Some programs write every number with a fraction.
            let whole = value.value.flatMap { Int64(exactly: $0) }
            return JSON.Member(key, whole.map { .integer($0) } ?? value)
        }
    }

    /// COCO's images and annotations.
    mutating func add(_ images: [JSON], _ annotations: [JSON]) throws(DetectionColumns.Reason) {
        var names: [String: String] = [:]
        for image in images {
            guard let id = image["id"], case .string(let file)? = image["file_name"] else {
                throw DetectionColumns.Reason("an image of COCO's needs an id and a file_name")
            }
            guard names.updateValue(file, forKey: "\(id)") == nil else {
                throw DetectionColumns.Reason("\(file): another image has its id")
            }
            try add(frame: file, size: image)
        }
        for annotation in annotations {
            guard let id = annotation["image_id"], let file = names["\(id)"] else {
                throw DetectionColumns.Reason("the image_id of an annotation is not the id of any listed image")
            }
            try add(annotation, to: file)
        }
    }

    mutating func add(_ face: JSON, to file: String) throws(DetectionColumns.Reason) {
        if faces[file] == nil { files.append(file) }
        faces[file, default: []].append(try face.inOwnLayout(file: file))
    }

    var inOrder: [JSON] {
        files.map { file in
            .object(
                [JSON.Member("file", .string(file))] + (sizes[file] ?? [])
                    + [JSON.Member("faces", .array(faces[file] ?? []))])
        }
    }
}

extension JSON {
    /// A face in any of the known layouts, with x, y, w, h, confidence and landmarks.
    fileprivate func inOwnLayout(file: String) throws(DetectionColumns.Reason) -> JSON {
        var named: [(String, String)] = []
        var points: [[Double]] = []
        if let numbers {
            guard (4...5).contains(numbers.count) else {
                throw DetectionColumns.Reason("\(file): a face of \(numbers.count) numbers, expected 4 or 5")
            }
            named = Array(zip(["x", "y", "width", "height", "confidence"], numbers.map { "\($0)" }))
        }
        if case .object(let members) = self {
            for member in members {
                if ["box", "bbox", "rect", "bounding_box"].contains(member.key.lowercased()) {
                    if let box = member.value.numbers, box.count == 4 {
                        named += zip(["x", "y", "width", "height"], box.map { "\($0)" })
                    } else if case .object(let sides) = member.value {
                        for side in sides { try named.append((side.key, side.value.field(side.key, file: file))) }
                    }
                } else if ["keypoints", "landmarks", "points"].contains(member.key.lowercased()) {
                    points = member.value.points
                } else if DetectionColumns.Meaning(name: member.key).map({ $0 != .file }) == true {
                    try named.append((member.key, member.value.field(member.key, file: file)))
                }
            }
        }
        let header = ["file"] + named.map(\.0)
        let fields = [file] + named.map(\.1)
        guard let face = try FaceLine(fields, try DetectionColumns(header: header), decimalComma: false).face else {
            throw DetectionColumns.Reason("\(file): a face without a box")
        }
        let box = face.box
        var members = zip(["x", "y", "w", "h"], [box.x, box.y, box.width, box.height])
            .map { Member($0, .number(Double($1))) }
        if let confidence = face.confidence { members.append(Member("confidence", .number(Double(confidence)))) }
        if !points.isEmpty {
            members.append(Member("landmarks", .array(points.map { .array($0.map { .number($0) }) })))
        }
        return .object(members)
    }

    /// A number as the field of a line, even if written as text; nil for null.
    private func field(_ name: String, file: String) throws(DetectionColumns.Reason) -> String {
        switch self {
        case .string(let text): return text
        case .null: return ""
        default:
            guard let value else { throw DetectionColumns.Reason("\(file): \(name) is not a number") }
            return "\(value)"
        }
    }

    /// Landmarks as pairs: from an object, in the order of eyes, nose and mouth; from COCO's triples, without the third
    /// number; from ten numbers, as five x and five y or as pairs, whichever keeps the points closer together.
    private var points: [[Double]] {
        if case .object = self {
            let names = ["left_eye", "right_eye", "nose", "mouth_left", "mouth_right"]
            let found = names.compactMap { self[$0]?.numbers }
            return found.count == names.count && found.allSatisfy { $0.count == 2 } ? found : []
        }
        if let flat = numbers, flat.count == 15 {
            return stride(from: 0, to: 15, by: 3).map { [flat[$0], flat[$0 + 1]] }
        }
        if let flat = numbers, flat.count == 10 {
            let pairs = stride(from: 0, to: 10, by: 2).map { [flat[$0], flat[$0 + 1]] }
            let columns = (0..<5).map { [flat[$0], flat[$0 + 5]] }
            return columns.extent < pairs.extent ? columns : pairs
        }
        guard case .array(let elements) = self else { return [] }
        let found = elements.compactMap(\.numbers)
        return found.count == elements.count && found.allSatisfy { $0.count == 2 } ? found : []
    }
}

extension [[Double]] {
    /// Half the perimeter of the points' bounding box.
    fileprivate var extent: Double {
        let (x, y) = (map { $0[0] }, map { $0[1] })
        return (x.max() ?? 0) - (x.min() ?? 0) + (y.max() ?? 0) - (y.min() ?? 0)
    }
}

extension DetectionDocument {
    /// Reads the text lists of WIDER FACE and FDDB: for each frame one line with its file, one with the number of
    /// faces, and one line of numbers for each: x, y, width, height, and perhaps a score.
    ///
    /// - Parameter file: The name to use in errors.
    /// - Returns: nil if the text has another form.
    init?(blocks text: String, file: String) throws(DetectionDocumentError) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
            $0.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        func count(at line: Int) -> Int? {
            lines.indices.contains(line) && lines[line].count == 1
                ? Int(lines[line][0]).flatMap { $0 >= 0 ? $0 : nil } : nil
        }
        guard let first = lines.firstIndex(where: { !$0.isEmpty }), count(at: first) == nil, count(at: first + 1) != nil
        else { return nil }
        var images: [DetectedFrame] = []
        var line = first
        while line < lines.count {
            guard !lines[line].isEmpty else {
                line += 1
                continue
            }
            guard let count = count(at: line + 1) else {
                throw .malformed(file: file, at: "line \(line + 2)", reason: "the number of faces is expected")
            }
            var frame = DetectedFrame(file: lines[line].joined(separator: " "), width: nil, height: nil, faces: [])
            line += 2
            for _ in 0..<count {
                let numbers = lines.indices.contains(line) ? lines[line].compactMap(decimal).map { Float($0) } : []
                guard numbers.count >= 4, numbers.count == lines[line].count, numbers.allSatisfy(\.isFinite),
                    numbers[2] >= 0, numbers[3] >= 0
                else {
                    throw .malformed(
                        file: file, at: "line \(line + 1)", reason: "x, y, width and height of a face are expected")
                }
                frame.faces.append(
                    Face(
                        box: BoundingBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3]),
                        confidence: numbers.count == 5 ? numbers[4] : nil))
                line += 1
            }
            // WIDER FACE writes a line of zeros for frames without faces.
            if count == 0, lines.indices.contains(line), lines[line].count > 1,
                lines[line].allSatisfy({ Float($0) == 0 })
            {
                line += 1
            }
            images.append(frame)
        }
        self.init(source: nil, minFaceSize: nil, scoreThresholds: nil, images: images)
        try checkFramesAreNamedOnce(file: file)
    }
}
