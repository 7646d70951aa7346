import ChildProcesses

/// A running adapter and its input and output streams. Each exchange has a deadline.
package final class AdapterPipes {
    private let engine: String
    private let process: ChildProcess

    /// - Throws: ``OutsideEngineError/cannotStart(engine:reason:)``.
    package init(engine: String, command: [String]) throws(OutsideEngineError) {
        self.engine = engine
        process = try AdapterPipes.naming(engine) { () throws(ChildProcessError) in try ChildProcess(command) }
    }

    /// Begins an exchange with the given time limit.
    package func beginExchange(within seconds: Double) {
        process.beginExchange(within: seconds)
    }

    /// The next bytes.
    ///
    /// - Throws: ``OutsideEngineError`` if the adapter has ended, or answers too late.
    package func read(_ count: Int) throws(OutsideEngineError) -> [UInt8] {
        try AdapterPipes.naming(engine) { () throws(ChildProcessError) in try process.read(count) }
    }

    /// - Throws: ``OutsideEngineError`` if the adapter has ended, or reads too slowly.
    package func write(_ bytes: [UInt8]) throws(OutsideEngineError) {
        try AdapterPipes.naming(engine) { () throws(ChildProcessError) in try process.write(bytes) }
    }

    private static func naming<Result>(
        _ engine: String, _ body: () throws(ChildProcessError) -> Result
    ) throws(OutsideEngineError) -> Result {
        do throws(ChildProcessError) {
            return try body()
        } catch {
            switch error {
            case .cannotStart(let reason): throw .cannotStart(engine: engine, reason: reason)
            case .noMoreProcesses: throw .cannotStart(engine: engine, reason: "no more processes can be started")
            case .ended(_, let lastWords): throw .died(engine: engine, lastWords: lastWords)
            case .tooLate(let seconds, let lastWords):
                throw .tooLate(engine: engine, seconds: seconds, lastWords: lastWords)
            }
        }
    }
}
