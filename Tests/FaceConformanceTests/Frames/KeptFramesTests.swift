import Conformance
import Detection
import JSONTree
import Testing
@testable import FaceConformance

/// What is kept of many frames.
@Suite struct KeptFramesTests {
    /// Frames of one or two faces each; of every `tenth` the second face is missed, or its box moved.
    private func frames(_ count: Int, departing tenth: Int = 3) -> [ComparedFrame] {
        (0..<count).map { index in
            func face(_ x: Float) -> Face {
                Face(box: BoundingBox(x: x, y: 10, width: 40, height: 40), confidence: 0.9)
            }
            let expected = [face(10), face(200)]
            let shift = Float(index % 97) * 1e-4
            let found =
                index % 10 >= tenth
                ? [face(10 + shift), face(200)] : index.isMultiple(of: 2) ? [face(10)] : [face(14 + shift), face(200)]
            return ComparedFrame(
                faces: FaceMatching(file: "\(index % 7)/\(index).jpg", expected: expected, found: found),
                divergence: nil)
        }
    }

    @Test("Few frames are all listed, and one more than few are not")
    func few() {
        let most = KeptFrames<ComparedFrame>.most
        let few = KeptFrames(frames(most))
        #expect(few.listed == frames(most) && few.others == nil)
        let many = KeptFrames(frames(most + 1))
        #expect(many.listed == frames(most + 1).filter(\.departs))
        #expect(many.others?.faces.metrics.frames == most + 1 - many.listed.count)
    }

    @Test("Of many frames that depart, those that depart most are listed, in the run's order")
    func most() {
        let all = frames(2000)
        let kept = KeptFrames(all)
        #expect(kept.listed.count == KeptFrames<ComparedFrame>.most)
        let least = kept.listed.map(\.departure).min() ?? 0
        #expect(all.filter { $0.departure > least }.allSatisfy(kept.listed.contains))
        let order = kept.listed.compactMap { all.firstIndex(of: $0) }
        #expect(order == order.sorted() && order.count == kept.listed.count)
        #expect(kept.others?.departing == all.count(where: \.departs) - kept.listed.count)
    }

    @Test("Of frames that depart as much, those are listed whose names come first, in whatever order they run")
    func equallyFar() {
        let face = Face(box: BoundingBox(x: 10, y: 10, width: 40, height: 40), confidence: 0.9)
        let missed = (0...KeptFrames<ComparedFrame>.most).map { index in
            ComparedFrame(
                faces: FaceMatching(file: "\(1000 + index).jpg", expected: [face], found: []), divergence: nil)
        }
        #expect(KeptFrames(missed.reversed()).listed == missed.dropLast().reversed())
    }

    @Test("Parts of any size are cut to the bytes of the whole", arguments: [1, 7, 256, 499, 500, 501, 1200])
    func parts(size: Int) throws {
        let all = frames(1700)
        let whole = KeptFrames(all)
        var joined = KeptFrames<ComparedFrame>()
        for start in stride(from: 0, to: all.count, by: size) {
            let part = KeptFrames(Array(all[start..<min(start + size, all.count)]))
            // As a shard's program writes it and the merging one reads it.
            joined.add(KeptFrames(part.listed, others: try part.others.map(stored)))
        }
        #expect(joined == whole)
        #expect(try JSON(encoding: joined.others).text() == JSON(encoding: whole.others).text())
    }

    private func stored(_ tally: ComparedTally) throws -> ComparedTally {
        try JSON(encoding: tally).decode(ComparedTally.self, file: "shard.json")
    }

    @Test("The listed frames and the tally of the others make up the metrics of all")
    func sums() {
        let all = frames(1700)
        let kept = KeptFrames(all)
        var sum = kept.others?.faces.metrics ?? DetectionMetrics()
        for frame in kept.listed { sum.add(frame.faces) }
        var metrics = DetectionMetrics()
        for frame in all { metrics.add(frame.faces) }
        #expect(sum == metrics)
    }

    @Test("Quantiles are those of the sorted differences, to 6 %")
    func quantiles() throws {
        let all = frames(1700, departing: 0)
        let tally = try #require(KeptFrames(all).others)
        let differences = all.flatMap(\.faces.matches).map(\.coordinateDifference).sorted()
        for quantile in tally.faces.quantiles {
            let exact = differences[Int((quantile.share * Double(differences.count)).rounded(.up)) - 1]
            #expect(quantile.coordinateDifference >= exact && quantile.coordinateDifference <= exact * 1.0625)
        }
        #expect(tally.faces.quantiles.map(\.share) == [0.5, 0.9, 0.99, 0.999, 1])
        #expect(tally.faces.quantiles.last?.intersectionOverUnion == tally.faces.metrics.intersectionOverUnion.smallest)
    }

    @Test("Frames that were not compared are counted by their causes beyond the first, however they are divided")
    func unjudged() {
        let causes = [UnjudgedFrame.Cause.damaged, .notListed, .notFinite]
        let all = (0..<1300).map { UnjudgedFrame(file: "\($0)", cause: causes[$0 % 3], reason: "why") }
        let whole = UnjudgedFrames(all)
        #expect(whole.listed == Array(all.prefix(UnjudgedFrames.most)))
        for cause in causes { #expect(whole.count(of: cause) == all.count { $0.cause == cause }) }
        for size in [1, 100, 500, 777] {
            var joined = UnjudgedFrames()
            for start in stride(from: 0, to: all.count, by: size) {
                joined.add(UnjudgedFrames(Array(all[start..<min(start + size, all.count)])))
            }
            #expect(joined == whole)
        }
    }
}
