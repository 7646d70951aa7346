import Foundation

// Exits with 1 if something does not conform, with 2 if it cannot be read or computed.
let fixtures = CommandLine.arguments.dropFirst().first ?? "Fixtures"
do {
    let conforms = [try judgeRecording(fixtures), try judgeOwnFormat(), try judgeFaces(fixtures)]
    exit(conforms.allSatisfy { $0 } ? 0 : 1)
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(2)
}
