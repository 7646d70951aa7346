import ArgumentParser

/// Whether what fails is explained.
struct DiagnosisOptions: ParsableArguments {
    @Flag(name: .customLong("no-diagnosis"), help: "Leave out what was done wrong where something does not conform.")
    var isLeftOut = false
}
