import ArgumentParser
import Tensors

extension ByteCount: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// How much memory the tensors of files may take.
struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The most memory that a file, or the tensors of one computation, may take, such as 500MB or 8GiB. "
                + "Default: 4GiB.", valueName: "size"))
    var maxMemory: ByteCount?

    func validate() throws {
        if let maxMemory { MemoryLimit.bytes = maxMemory.bytes }
    }
}
