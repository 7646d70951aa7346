import Foundation

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// libFuzzer's callback takes no context: the target stands here, set once before the first call.
private nonisolated(unsafe) var chosen: FuzzTarget?

/// `Fuzz TARGET [libFuzzer's options and corpora]`; `Fuzz --list` names the targets. `Fuzz/run.sh` builds and runs it.
@main
struct FuzzCommand {
    static func main() {
        let wanted = CommandLine.arguments.dropFirst().first
        chosen = FuzzTarget.all.first { $0.name == wanted }
        guard chosen != nil else {
            print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
            exit(wanted == "--list" ? 0 : 64)
        }
        let arguments = ([CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)).map { strdup($0) } + [nil]
        let copy = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count)
        copy.initialize(from: arguments, count: arguments.count)
        var start: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = copy
        var count = Int32(arguments.count - 1)
        exit(
            runFuzzer(&count, &start) { bytes, count in
                try? chosen?.read([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            })
    }
}
