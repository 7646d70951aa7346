import Detection
import Foundation
import TestSupport
import Testing

/// Images and lists of faces that `detect` and `explain` are given.
@Suite struct FrameCommandTests {
    private func write(_ bytes: some Sequence<UInt8>, _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    @Test("An image that cannot be read is named and gives exit code 65; the others are still judged")
    func hostileImages() throws {
        try withTemporaryDirectory { directory in
            let good = DecodedImage(width: 30, height: 20, pixels: [UInt8](repeating: 90, count: 1800))
            try write(good.encoded(as: .png, file: "good.png"), "\(directory)/good.png")
            try write("text".utf8, "\(directory)/text.jpg")
            let outcome = try CommandLineProgram.run("detect", "\(directory)/text.jpg", "\(directory)/good.png")
            #expect(outcome.exitCode == 65)
            #expect(outcome.errors.contains("text.jpg"))
            #expect(outcome.output.contains("good.png: 0 faces"))
        }
    }

    @Test("A list of faces that names none of the frames is not judged")
    func foreignGold() throws {
        try withTemporaryDirectory { directory in
            try write("file,x,y,width,height\nelsewhere.jpg,1,2,3,4\n".utf8, "\(directory)/gold.csv")
            let outcome = try CommandLineProgram.run("explain", "--gold", "\(directory)/gold.csv")
            #expect(outcome.exitCode == 2, "\(outcome.errors)")
        }
    }

    @Test("The thresholds that a list says it was made with count where none are asked for")
    func listedThresholds() throws {
        try withTemporaryDirectory { directory in
            // The only face of the frame has a probability of 0.999993.
            let list = "\(directory)/list.json"
            let text = """
                {"source": "a test", "min_face_size": 60, "score_thresholds": [0.6, 0.7, 0.999999],
                 "images": [{"file": "01_astronaut_close.jpg", "width": 640, "height": 480, "faces": []}]}
                """
            try write(text.utf8, list)
            let explained = try CommandLineProgram.run("explain", "--gold", list)
            #expect(explained.output.contains("0 of 1 frames differ"), "\(explained.output)")
            // Without a face on either side they agree in nothing.
            #expect(explained.exitCode == 2 && explained.output.contains("nothing was compared"), "\(explained.errors)")
        }
    }

    @Test("A frame that a list names twice is an error to explain")
    func listedTwice() throws {
        try withTemporaryDirectory { directory in
            let list = "\(directory)/twice.csv"
            let rows = "file,x,y,width,height\n24_tiny_faces.jpg,1,2,30,40\nelsewhere/24_tiny_faces.jpg,1,2,30,40\n"
            try write(Array(rows.utf8), list)
            let outcome = try CommandLineProgram.run("explain", "--gold", list)
            #expect(outcome.exitCode == 65 && outcome.errors.contains("24_tiny_faces.jpg is named twice"))
        }
    }

    @Test("Nothing is drawn over an image, nor are two images written under one name")
    func clashes() throws {
        try withTemporaryDirectory { directory in
            let (image, other) = ("\(directory)/a.png", "\(directory)/other")
            let bytes = try DecodedImage(width: 30, height: 20, pixels: [UInt8](repeating: 90, count: 1800))
                .encoded(as: .png, file: "a.png")
            try write(bytes, image)
            #expect(try CommandLineProgram.run("detect", image, "--draw", directory).exitCode == 64)
            #expect(try CommandLineProgram.run("detect", image, "--json", image).exitCode == 64)
            #expect(try Data(contentsOf: URL(fileURLWithPath: image)) == Data(bytes))
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
            try write(bytes, "\(other)/a.png")
            #expect(
                try CommandLineProgram.run("detect", image, "\(other)/a.png", "--json", "\(directory)/f.json").exitCode
                    == 64)
        }
    }

    @Test("Frames that a list names and that are not there are left out and named, and others are not")
    func missingFrames() throws {
        try withTemporaryDirectory { directory in
            let image = DecodedImage(width: 30, height: 20, pixels: [UInt8](repeating: 90, count: 1800))
            try write(image.encoded(as: .png, file: "small.png"), "\(directory)/small.png")
            for (rows, names) in [("", false), ("gone.png,1,2,3,4\n", true)] {
                try write("file,x,y,width,height\nsmall.png,1,2,3,4\n\(rows)".utf8, "\(directory)/gold.csv")
                let run = try CommandLineProgram.run(
                    "explain", "--gold", "\(directory)/gold.csv", "--frames", directory)
                #expect(run.errors.contains("gone.png") == names && run.errors.contains("left out") == names)
            }
        }
    }
}
