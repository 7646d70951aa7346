/// Why a child process gave no answer. Its last words are the end of what it wrote to its standard error.
package enum ChildProcessError: Error, Equatable {
    case cannotStart(reason: String)
    /// There are as many processes as there may be.
    case noMoreProcesses
    /// It ended: by a signal, or by itself.
    case ended(signal: Int32?, lastWords: String)
    /// It did not answer in time, and was killed.
    case tooLate(seconds: Double, lastWords: String)
}
