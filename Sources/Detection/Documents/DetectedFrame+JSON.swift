extension DetectedFrame: Codable {
    private enum CodingKeys: String, CodingKey {
        case file, width, height, faces
    }

    /// If a frame has no `faces`, its stage `final` holds them.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        file = try container.decode(String.self, forKey: .file)
        func extent(_ key: CodingKeys) throws -> Int? {
            let extent = try container.decodeIfPresent(Int.self, forKey: key)
            if let extent, extent < 1 { throw container.invalid(key, "an image has no \(extent) pixels") }
            return extent
        }
        width = try extent(.width)
        height = try extent(.height)
        record = try CascadeRecord(from: decoder)
        faces =
            record[.final] == nil || container.contains(.faces)
            ? try container.decode([Face].self, forKey: .faces) : record.faces
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file, forKey: .file)
        try container.encodeIfPresent(width, forKey: .width)
        try container.encodeIfPresent(height, forKey: .height)
        try container.encode(faces, forKey: .faces)
        try record.encode(to: encoder)
    }
}

/// Three numbers from 0 to 1, for the proposal, the refinement and the output network.
extension ScoreThresholds: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let numbers = try container.decode([Float].self)
        guard numbers.count == 3, numbers.allSatisfy({ (0...1).contains($0) }) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "score thresholds are three numbers from 0 to 1")
        }
        self.init(proposal: numbers[0], refinement: numbers[1], output: numbers[2])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([proposal, refinement, output])
    }
}

extension Face: Codable {
    private enum CodingKeys: String, CodingKey {
        case x, y, w, h, confidence, landmarks
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys) throws -> Float {
            let value = try container.decode(Float.self, forKey: key)
            guard value.isFinite else { throw container.invalid(key, "\(value) is not a coordinate") }
            return value
        }
        box = BoundingBox(x: try number(.x), y: try number(.y), width: try number(.w), height: try number(.h))
        guard box.width >= 0, box.height >= 0 else {
            throw container.invalid(box.width < 0 ? .w : .h, "the extent of a box is negative")
        }
        confidence = container.contains(.confidence) ? try number(.confidence) : nil
        let points = try container.decodeIfPresent([[Float]].self, forKey: .landmarks) ?? []
        guard points.allSatisfy({ $0.count == 2 }) else {
            throw container.invalid(.landmarks, "a landmark is a pair of x and y")
        }
        guard points.joined().allSatisfy(\.isFinite) else {
            throw container.invalid(.landmarks, "a coordinate is not finite")
        }
        landmarks = points.map { Point(x: $0[0], y: $0[1]) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(box.x, forKey: .x)
        try container.encode(box.y, forKey: .y)
        try container.encode(box.width, forKey: .w)
        try container.encode(box.height, forKey: .h)
        try container.encodeIfPresent(confidence, forKey: .confidence)
        if !landmarks.isEmpty { try container.encode(landmarks.map { [$0.x, $0.y] }, forKey: .landmarks) }
    }
}

extension CascadeRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case scales
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(levels: try container.decodeIfPresent([PyramidLevel].self, forKey: .scales) ?? [])
        let stages = try decoder.container(keyedBy: CascadeStage.self)
        for stage in CascadeStage.allCases {
            self[stage] = try stages.decodeIfPresent([Candidate].self, forKey: stage)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        if !levels.isEmpty {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(levels, forKey: .scales)
        }
        var stages = encoder.container(keyedBy: CascadeStage.self)
        for stage in CascadeStage.allCases {
            try stages.encodeIfPresent(self[stage], forKey: stage)
        }
    }
}

extension CascadeStage: CodingKey {}

extension PyramidLevel: Codable {
    private enum CodingKeys: String, CodingKey {
        case scale, w, h, raw
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = PyramidScale(
            scale: try container.decode(Double.self, forKey: .scale),
            width: try container.decode(Int.self, forKey: .w), height: try container.decode(Int.self, forKey: .h))
        proposals = try container.decode([Candidate].self, forKey: .raw)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(scale.scale, forKey: .scale)
        try container.encode(scale.width, forKey: .w)
        try container.encode(scale.height, forKey: .h)
        try container.encode(proposals, forKey: .raw)
    }
}

/// Nine numbers: x, y, w, h, score, dx1, dy1, dx2, dy2. Landmarks come from the frame's faces.
extension Candidate: Codable {
    package init(from decoder: any Decoder) throws {
        var numbers = try decoder.unkeyedContainer()
        func next() throws -> Float {
            let value = try numbers.decode(Float.self)
            guard value.isFinite else {
                throw DecodingError.dataCorruptedError(in: numbers, debugDescription: "\(value) is not a coordinate")
            }
            return value
        }
        box = BoundingBox(x: try next(), y: try next(), width: try next(), height: try next())
        score = try next()
        regression = BoxRegression(left: try next(), top: try next(), right: try next(), bottom: try next())
        landmarks = []
    }

    package func encode(to encoder: any Encoder) throws {
        var numbers = encoder.unkeyedContainer()
        for value in [
            box.x, box.y, box.width, box.height, score, regression.left, regression.top, regression.right,
            regression.bottom,
        ] {
            try numbers.encode(value)
        }
    }
}

extension KeyedDecodingContainer {
    fileprivate func invalid(_ key: Key, _ reason: String) -> DecodingError {
        DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: reason)
    }
}
