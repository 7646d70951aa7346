/// Why a child process gave no answer. Its last words are the end of its standard error.
package enum ChildProcessError: Error, Equatable {
    case cannotStart(reason: String)
    /// The limit on processes is reached.
    case noMoreProcesses
    /// It ended, by a signal or by itself.
    case ended(signal: Int32?, lastWords: String)
    /// It did not answer in time, and was killed.
    case tooLate(seconds: Double, lastWords: String)
}
