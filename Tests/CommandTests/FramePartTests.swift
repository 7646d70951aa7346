import Files
import Foundation
import TestSupport
import Testing

/// Runs over frames that were split before: each shard has its own.
@Suite struct FramePartTests {
    /// Each frame with its row in a list of faces: one found, one missed, one without faces.
    private static let frames = [
        ("28_no_face_coffee.jpg", ",,,"), ("below/01_astronaut_close.jpg", "213.604,166.895,203.996,198.833"),
        ("below/13_mona_lisa.jpg", "1,1,40,40"),
    ]

    /// Makes a directory of the frames and gives the command that judges some of them, in a place of its own.
    private func withFrames(
        _ body: (_ directory: String, _ judge: ([Int], String) throws -> [String]) throws -> Void
    ) throws {
        try withTemporaryDirectory { directory in
            for (name, _) in Self.frames {
                let path = URL(fileURLWithPath: "\(directory)/frames/\(name)")
                try FileManager.default.createDirectory(
                    at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: fixtures.appendingPathComponent("frames/\(path.lastPathComponent)"), to: path)
            }
            try body(directory) { frames, place in
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(place)", withIntermediateDirectories: true)
                let rows = frames.map { "\(Self.frames[$0].0),\(Self.frames[$0].1)\n" }.joined()
                let gold = "\(directory)/\(place)/gold.csv"
                try Data("file,x,y,width,height\n\(rows)".utf8).write(to: URL(fileURLWithPath: gold))
                let list = frames.map { "\(Self.frames[$0].0)\n" }.joined()
                try Data(list.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(place)/frames.txt"))
                return [
                    "validate", "--only", "cpp_vs_reference", "--frames", "\(directory)/frames", "--gold", gold,
                    "--all-frames", "--report", "\(directory)/\(place)",
                ]
            }
        }
    }

    @Test("Parts merge to the bytes of one run, its log of all frames included; a part is not taken twice")
    func parts() throws {
        try withFrames { directory, judge in
            #expect(try CommandLineProgram.run(judge([0, 1, 2], "whole")).exitCode == 1)
            // A shard may have no frame.
            for (index, frames) in [[0, 1], [2], []].enumerated() {
                let place = "part\(index + 1)"
                let part = try CommandLineProgram.run(
                    judge(frames, place) + [
                        "--shard", "\(index + 1)/3", "--frame-list", "\(directory)/\(place)/frames.txt",
                    ])
                #expect(part.exitCode == 0, "\(part.errors)")
            }
            let places = (1...3).map { "\(directory)/part\($0)" }
            let merged = try CommandLineProgram.run(["merge"] + places + ["--report", "\(directory)/merged"])
            #expect(merged.exitCode == 1, "\(merged.errors)")
            for file in ["cpp_vs_reference.json", "summary.md", "report.html", "junit.xml", "frames.ndjson.gz"] {
                let pair = try ["whole", "merged"].map {
                    try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\($0)/\(file)"))
                }
                #expect(pair[0] == pair[1], "\(file)")
            }
            var lines = 0
            try GzipFile.readLines(of: "\(directory)/merged/frames.ndjson.gz") { _ in lines += 1 }
            #expect(lines == 3)

            _ = try CommandLineProgram.run(
                judge([2], "part1") + ["--shard", "1/3", "--frame-list", "\(directory)/part2/frames.txt"])
            let twice = try CommandLineProgram.run(["merge"] + places + ["--report", "\(directory)/merged"])
            #expect(twice.exitCode == 65 && twice.errors.contains("has the frames of another shard"), "\(twice.errors)")
        }
    }

    @Test("A list of frames takes these alone, and names a directory's")
    func list() throws {
        try withFrames { directory, judge in
            let list = ["--frame-list", "\(directory)/some/frames.txt"]
            let some = try CommandLineProgram.run(judge([0, 1], "some") + list)
            #expect(some.exitCode == 0, "\(some.output) \(some.errors)")
            let all = try CommandLineProgram.run(judge([0, 1], "all"))
            #expect(all.exitCode == 2, "the third frame is on no list of faces")
            let more = try CommandLineProgram.run(judge([0, 1, 2], "more") + list)
            #expect(more.exitCode == 2 && more.output.contains("does not name it"), "\(more.output)")
            let nowhere = try CommandLineProgram.run(["validate"] + list)
            #expect(nowhere.exitCode == 64 && nowhere.errors.contains("--frames"), "\(nowhere.errors)")
        }
    }
}
