import Conformance
import Detection
import Validation

/// Fills the templates of a document's blocks.
struct PageBlocks {
    private let pictures: [String: (id: String, picture: FramePicture)]

    init(_ pictures: [FramePicture]) {
        self.pictures = Dictionary(
            pictures.enumerated().map { ($1.file, ("frame\($0)", $1)) }, uniquingKeysWith: { first, _ in first })
    }

    func id(of file: String) -> String? { pictures[file]?.id }

    func view(_ block: Block) -> View {
        switch block {
        case .title(let phrase), .heading(let phrase): ["kind": "heading", "spans": spans(phrase)]
        case .paragraph(let phrase): ["kind": "paragraph", "spans": spans(phrase)]
        case .list(let items):
            ["kind": "list", "items": items.map { item -> View in ["spans": spans(item)] }]
        case .table(let table): view(table)
        case .code(let lines): ["kind": "code", "text": shown(lines)]
        case .folded(let title, let blocks):
            ["kind": "folded", "spans": spans(title), "blocks": blocks.map(view)]
        case .figure(let figure, let text):
            view(figure).merging(["text": text.map(view)]) { $1 }
        }
    }

    private func view(_ figure: Figure) -> View {
        switch figure {
        case .layers(let column): view(column)
        case .strips(let chart): view(chart)
        case .bars(let chart): view(chart)
        case .histogram(let chart): view(chart)
        case .frames(let gallery): view(gallery)
        case .plan(let picture): view(picture)
        }
    }

    func spans(_ phrase: Phrase) -> [View] {
        phrase.spans.map { span in
            var view: View = ["text": span.text.shownLine]
            switch span {
            case .plain: view["plain"] = true
            case .strong: view["strong"] = true
            case .emphasis: view["emphasis"] = true
            case .code: view["code"] = true
            case .verdict(let verdict):
                view["badge"] = true
                view.merge(verdict.view) { $1 }
            }
            return view
        }
    }

    func view(_ table: Table) -> View {
        // A column of numbers may hold a word or two, as where a layer was not graded.
        let areNumbers = table.columns.indices.map { column in
            table.rows.count { column < $0.count && $0[column].text.isNumber } * 2 > table.rows.count
        }
        return [
            "kind": "table", "label": table.columns.first { !$0.isEmpty }.map { "Table by \($0)" } ?? "Table",
            "columns": zip(table.columns, areNumbers).map { title, isNumber -> View in
                ["title": title, "isEmpty": title.isEmpty, "number": isNumber]
            },
            "rows": table.rows.map { row -> View in
                let cells = zip(row, areNumbers).map { cell, isNumber -> View in
                    ["spans": spans(cell), "class": cell.cellClass(isNumber: isNumber)]
                }
                return ["cells": cells]
            },
        ]
    }

    // MARK: - Frames

    private func view(_ gallery: FrameGallery) -> View {
        let texts: [(FrameGallery.Box.Role, String)] = [
            (.both, "both, all but equal"), (.baseline, "baseline"), (.candidate, "candidate"),
        ]
        let roles = Set(gallery.frames.flatMap(\.boxes).map(\.role))
        var view: View = [
            "kind": "frames", "title": gallery.title.shownLine, "small": gallery.areThumbnails,
            "legend": texts.filter { roles.contains($0.0) }.map { ["role": $0.rawValue, "text": $1] as View },
            "frames": gallery.frames.map(self.view),
        ]
        if gallery.omitted > 0 { view["omitted"] = "\(gallery.omitted) more frames are not shown." }
        return view
    }

    private func view(_ frame: FrameGallery.Frame) -> View {
        let boxes = frame.boxes.map { drawn -> View in
            [
                "role": drawn.role.rawValue, "x": number(drawn.box.x), "y": number(drawn.box.y),
                "width": number(max(0, drawn.box.width)), "height": number(max(0, drawn.box.height)),
            ]
        }
        var views = [View]()
        if let (id, picture) = pictures[frame.file] {
            let label = "\(frame.file): \(frame.caption.text)".shownLine
            views.append([
                "class": "whole", "view": "0 0 \(picture.width) \(picture.height)", "label": label, "id": id,
                "boxes": boxes,
            ])
            if let crop = frame.crop?.surroundings {
                views.append([
                    "class": "crop", "view": crop, "label": "What departs, enlarged", "id": id, "boxes": boxes,
                ])
            }
        }
        return ["file": frame.file.shownLine, "spans": spans(frame.caption), "views": views]
    }
}

extension Phrase {
    /// The alignment of a table's cell.
    fileprivate func cellClass(isNumber: Bool) -> String { text.count > 36 ? "long" : isNumber ? "number" : "word" }
}

/// A coordinate to a tenth of a pixel; 0 for NaN. It is clamped to a range that covers any image.
private func number(_ value: Float) -> String {
    let tenths = value.isNaN ? 0 : Int((max(-1e6, min(1e6, value)) * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
}

extension BoundingBox {
    /// The view box that shows the box and a quarter of its size on each side.
    fileprivate var surroundings: String? {
        guard [x, y, width, height].allSatisfy(\.isFinite), width > 0, height > 0 else { return nil }
        let side = max(width, height) * 1.5
        let (left, top) = (x + width / 2 - side / 2, y + height / 2 - side / 2)
        return [left, top, side, side].map(number).joined(separator: " ")
    }
}

extension String {
    /// Whether the text is a number, with or without a percent sign, or a dash in place of one.
    fileprivate var isNumber: Bool {
        let text = hasSuffix(" %") ? String(dropLast(2)) : self
        return text == "-" || Double(text) != nil
    }
}
