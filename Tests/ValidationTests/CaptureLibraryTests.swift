import Captures
import Foundation
import TestSupport
import Testing
@testable import Validation

@Suite struct CaptureLibraryTests {
    private static let captures = fixtures.appendingPathComponent("captures").path

    private func copy(_ capture: String, to path: String) throws {
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(Self.captures)/\(capture).h5", toPath: path)
    }

    @Test("A capture is opened once: nobody else can open it any more where its file has gone")
    func once() throws {
        try withTemporaryDirectory { directory in
            try copy("rnet", to: "\(directory)/rnet.h5")
            let library = CaptureLibrary(directory)
            let first = try library.capture(of: "rnet")
            try FileManager.default.removeItem(atPath: "\(directory)/rnet.h5")
            let again = try library.captures(at: ["rnet.h5"])
            #expect(again.map(\.caseNames) == [first.caseNames] && !first.caseNames.isEmpty)
            #expect(throws: CaptureError.self) { try CaptureLibrary(directory).capture(of: "rnet") }
        }
    }

    @Test("Captures are found below the directory, in any letter case of the extension, and opened as asked for")
    func paths() throws {
        try withTemporaryDirectory { directory in
            try copy("rnet", to: "\(directory)/theirs/b.h5")
            try copy("pnet", to: "\(directory)/a.H5")
            let library = CaptureLibrary(directory)
            #expect(try Array(library.paths) == ["a.H5", "theirs/b.h5"])
            #expect(library.holds("theirs/b") && !library.holds("b"))
            let opened = try library.captures(at: ["theirs/b.h5", "a.H5"])
            #expect(opened.map(\.header.modelName) == ["rnet", "pnet"])
        }
    }

    @Test("Of several captures that cannot be opened, the first is the error")
    func failures() throws {
        try withTemporaryDirectory { directory in
            try copy("rnet", to: "\(directory)/b.h5")
            for name in ["a", "c"] {
                try Data("no HDF5".utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name).h5"))
            }
            let error = try #require(throws: CaptureError.self) {
                try CaptureLibrary(directory).captures(at: ["b.h5", "a.h5", "c.h5"])
            }
            #expect("\(error)".contains("a.h5"))
        }
    }
}
