import Foundation
import NetworkGraph
import OperatorSamples
import TestSupport
import Tensors
import Testing

@testable import Diagnosis
@testable import Engines
@testable import ModelFormats
@testable import Reporting

/// What is registered is whole: every operator has a bound, a batch rule that holds, a cost, a sample and a line of
/// documentation; and so with arithmetics, formats, kinds of fault, reports and renderers.
@Suite struct RegistryGates {
    /// Files of the project, as text.
    private enum Files {
        static func text(_ path: String) throws -> String {
            try String(contentsOf: fixtures.deletingLastPathComponent().appendingPathComponent(path), encoding: .utf8)
        }

        /// All files with an extension below a directory, joined.
        static func texts(in directory: String, _ ending: String = ".swift") throws -> String {
            let root = fixtures.deletingLastPathComponent().appendingPathComponent(directory)
            let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
            return try paths.filter { $0.hasSuffix(ending) }.sorted()
                .map { try String(contentsOf: root.appendingPathComponent($0), encoding: .utf8) }
                .joined(separator: "\n")
        }

        static func names(in directory: String) throws -> [String] {
            let root = fixtures.deletingLastPathComponent().appendingPathComponent(directory)
            return try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
        }
    }

    // MARK: Operators

    /// The operators that the graph module declares: a name, and whether a comment says what it computes.
    private static func declaredOperators() throws -> [(name: String, isDocumented: Bool)] {
        try Files.texts(in: "Sources/NetworkGraph/Operators")
            .matches(of: /(\/\/\/[^\n]*\n)?public (?:struct|enum) (\w+): (?:Rearranging)?Operator\b/)
            .map { (String($0.2), $0.1 != nil) }
    }

    /// What is missing for operators of some names.
    private static func lacks(of operators: [(name: String, isDocumented: Bool)]) -> [String] {
        let sampled = Set(OperatorSample.all.map { "\(type(of: $0.operation))" })
        return operators.flatMap { name, isDocumented in
            (isDocumented ? [] : ["\(name): no comment says what it computes"])
                + (sampled.contains(name) ? [] : ["\(name): no sample in Tests/OperatorSamples"])
        }
    }

    @Test("Every operator is documented and has a sample; one that lacks them is found")
    func operators() throws {
        let declared = try Self.declaredOperators()
        #expect(declared.count > 50)
        #expect(Self.lacks(of: declared) == [])
        #expect(Self.lacks(of: [("Unheard", false)]).count == 2)
    }

    @Test("Every function of one number has a sample")
    func functions() throws {
        let names = try Files.text("Sources/NetworkGraph/Operators/ActivationFunction.swift")
            .matches(of: /case \.\w+: "(\w+)"/).map { String($0.1) }
        #expect(names.count > 25)
        #expect(Set(names).subtracting(OperatorSample.all.map(\.operation.name)) == [])
    }

    @Test("Every sample's operator is computed, and has a bound", arguments: OperatorSample.all)
    func bounds(sample: OperatorSample) throws {
        let exact = try ArithmeticName.fp64.apply(sample.operation, to: sample.inputs).float64
        let bounds = try RoundingBound.float32.errors(
            of: sample.node, inputs: sample.inputs, errors: sample.inputs.map { _ in nil }, output: exact)
        #expect(bounds.shape == exact.shape)
    }

    @Test("Every operator that sums products says what that costs", arguments: OperatorSample.all)
    func costs(sample: OperatorSample) throws {
        let summing = sample.operation as? any SummingOperator
        let isOfIntegers = "\(type(of: sample.operation))".contains(/^(Integer|Quantized)(Conv|MatMul)/)
        guard summing?.sumsProducts == true || isOfIntegers else { return }
        let types = sample.inputs.map { $0.map(TensorType.init(of:)) }
        let output = try sample.operation.outputTypes(for: types)[0]
        #expect(sample.operation.multiplyAdds(from: types, to: output) > 0)
    }

    @Test(
        "Where the batch rule allows it, the parts of a batch give the parts of the whole",
        arguments: OperatorSample.all)
    func batches(sample: OperatorSample) throws {
        guard let first = sample.inputs[0], first.shape.rank > 0, first.shape[0] > 1 else { return }
        let count = first.shape[0]
        let dependent = sample.inputs.map { $0?.elementType == first.elementType && $0?.shape == first.shape }
        let ranks = zip(sample.inputs, dependent).compactMap { $1 ? $0?.shape.rank : nil }
        guard sample.operation.keepsBatchElementsApart(dependent: dependent, ranks: ranks) else { return }
        let whole = try ArithmeticName.fp32.apply(sample.operation, to: sample.inputs)
        guard whole.shape.rank > 0, whole.shape[0] == count else { return }
        // What does not depend on the network's inputs has no batch: else it could not be broadcast to a part of one.
        let rest = zip(sample.inputs, dependent).filter { !$1 }.compactMap { $0.0 }
        guard !rest.contains(where: { $0.shape.rank >= first.shape.rank && $0.shape[0] == count }) else { return }
        for index in 0..<count {
            let parts = zip(sample.inputs, dependent).map { $1 ? $0?.part(index) : $0 }
            let part = try ArithmeticName.fp32.apply(sample.operation, to: parts)
            #expect(part.float64.elements == whole.part(index).float64.elements)
        }
    }

    @Test("Every operator of ONNX's table is read into one that is declared, and has a case or a test")
    func onnx() throws {
        let cases = try Files.text("validation/onnx_operator_cases.txt").replacing("_", with: "")
        let tests = try Files.texts(in: "Tests/ModelFormatsTests")
        let untested = ONNXOperators.all.keys.filter { name in
            // ONNX's cases have underscores, and abbreviate.
            let spellings = [name, name.replacing("Normalization", with: "norm"), name.replacing("Or", with: "")]
            let isCase = spellings.map { $0.lowercased() }.contains {
                cases.contains("test\($0)") || cases.contains("\($0) ")
            }
            return !isCase && !tests.contains("\"\(name)\"")
        }
        #expect(untested.sorted() == [])
    }

    // MARK: Arithmetics

    @Test(
        "Every arithmetic is documented where it is defined and for users, and has tests of its own",
        arguments: ArithmeticName.allCases)
    func arithmetics(name: ArithmeticName) throws {
        let type = "\(name.arithmetic)"
        #expect(try Files.text("Sources/Engines/Arithmetics/\(type).swift").contains("/// `\(name.rawValue)`"))
        for guide in [
            "validation/CAPTURE_FORMAT.md", "Sources/mtcnn-validate/Documentation.docc/ModelsAndRecordings.md",
            "Sources/mtcnn-validate/Documentation.docc/Arithmetics.md",
        ] {
            #expect(try Files.text(guide).contains("`\(name.rawValue)`"), "\(guide)")
        }
        #expect(try Files.texts(in: "Tests/EnginesTests/Arithmetics").contains(type))
        #expect(try Files.names(in: "Sources/Engines/Arithmetics").count == ArithmeticName.allCases.count)
    }

    // MARK: Formats, faults, reports, renderers

    /// What is missing for a format: its row in the guide's table, tests, what its models declare.
    private static func lacks(of format: ModelFormat) throws -> [String] {
        func words(_ knowledge: ModelFormat.Knowledge) -> String {
            switch knowledge {
            case .declared(let source): source
            case .assumed(let assumption): "assumed: \(assumption)"
            }
        }
        let endings = (format.fileExtensions + format.companionExtensions).map { "`.\($0)`" }
        let row = [
            format.name, endings.joined(separator: ", "), format.isWritten ? "yes" : "no", words(format.layout),
            words(format.precision),
        ].joined(separator: " | ")
        var missing = [String]()
        if try !Files.text("Sources/mtcnn-validate/Documentation.docc/ModelsAndRecordings.md").contains("| \(row) |") {
            missing.append("ModelsAndRecordings.md has no row | \(row) |")
        }
        let tests = try Files.texts(in: "Tests/ModelFormatsTests")
        missing += (format.fileExtensions + format.companionExtensions).filter { !tests.contains(".\($0)") }
            .map { "no test reads a .\($0)" }
        let writing = try Files.texts(in: "Tests/CommandTests")
        if format.isWritten { missing += format.fileExtensions.filter { !writing.contains(".\($0)") } }
        return missing
    }

    @Test("Every format is in the guide's table as it is, and in tests; one that is not is found")
    func formats() throws {
        for format in ModelFormat.all { #expect(try Self.lacks(of: format) == []) }
        #expect(Set(ModelFormat.all.map(\.name)).count == ModelFormat.all.count)
        let unheard = ModelFormat(
            name: "Unheard", fileExtensions: ["unheard"], recognition: .file { _ in false },
            layout: .assumed("any"), precision: .assumed("any"),
            read: { source throws(ModelError) in throw .malformed(file: source.path, reason: "") })
        #expect(try Self.lacks(of: unheard).count == 2)
    }

    @Test("Every format that is defined is registered, and fuzzed")
    func definedFormats() throws {
        let defined = try Files.texts(in: "Sources/ModelFormats").matches(of: /static let (\w+) = ModelFormat\(/)
            .map { String($0.1) }
        let list = try Files.text("Sources/ModelFormats/ModelFormat.swift").split(separator: "all: [ModelFormat] = [")[
            1
        ]
        .split(separator: "]")[0]
        let fuzzed = try Files.text("Fuzz/Sources/Fuzz/Targets/ModelTargets.swift").lowercased()
        #expect(defined.count == ModelFormat.all.count)
        for name in defined {
            #expect(list.contains(".\(name)"), "\(name) is not registered")
            #expect(fuzzed.contains(name.lowercased()), "\(name) is not fuzzed")
        }
    }

    @Test(
        "Every kind of fault is proposed, planted in a test or by the script, and said", arguments: FaultKind.allCases)
    func faults(kind: FaultKind) throws {
        let name = "\(kind)"
        #expect(try Files.texts(in: "Sources/Diagnosis/Faults").contains(".\(name)"))
        let isPlanted =
            try Files.texts(in: "Tests/DiagnosisTests").contains(".\(name)")
            || Files.text("validation/planted_faults.py").contains("\"\(kind.rawValue)\"")
        #expect(isPlanted)
        #expect(!kind.words.isEmpty && FaultKind.allCases.count { $0.words == kind.words } == 1)
    }

    @Test("Every report has a schema, a place in the guide, and a test")
    func reports() throws {
        let guide = try Files.text("Sources/mtcnn-validate/Documentation.docc/ReadingAReport.md")
        let tests = try Files.texts(in: "Tests/ReportingTests")
        for report in allReports {
            #expect(try Files.text("validation/schemas/\(report.name).schema.json").contains(report.schema))
            #expect(guide.contains("`\(report.name).json`"), "\(report.name)")
            #expect(tests.contains("\(report)"), "\(report)")
        }
    }

    @Test("Every renderer is in ARCHITECTURE.md's table, and in a test")
    func renderers() throws {
        let table = try Files.text("ARCHITECTURE.md").split(separator: "| renderer | gives |")[1]
            .split(separator: "## The modules")[0]
        let listed = Set(table.matches(of: /\n\| `(\w+)` \|/).map { String($0.1) })
        let files = try Files.names(in: "Sources/Reporting/Renderers").filter { $0.hasSuffix(".swift") }
            .map { String($0.dropLast(".swift".count)) }
        // What renderers share is none.
        #expect(listed == Set(files).subtracting(["ShownText"]).union(["Page"]))
        let tests = try Files.texts(in: "Tests")
        for name in listed { #expect(tests.contains(name), "\(name)") }
    }
}

extension AnyTensor {
    /// One element of a batch, as a batch of one.
    fileprivate func part(_ index: Int) -> AnyTensor {
        let shape = Shape([1] + self.shape.dimensions.dropFirst())
        let range = index * shape.count..<(index + 1) * shape.count
        return switch self {
        case .bool(let tensor): .bool(Tensor(shape, Array(tensor.elements[range])))
        default:
            if let integers {
                .int64(Tensor(shape, Array(integers.elements[range])))
            } else {
                .float32(Tensor(shape, float64.elements[range].map { Float($0) }))
            }
        }
    }
}
