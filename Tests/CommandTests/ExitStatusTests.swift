import ArgumentParser
import Conformance
import Foundation
import Testing

@testable import mtcnn_validate

@Suite struct ExitStatusTests {
    @Test("An error that nobody foresaw is a failure of the program, and no verdict")
    func unforeseen() {
        #expect(MTCNNValidate.exitStatus(of: CocoaError(.fileNoSuchFile)) == .internalFailure)
    }

    @Test("What is foreseen has its own status, and the argument parser keeps what it says itself")
    func foreseen() {
        #expect(MTCNNValidate.exitStatus(of: ComparisonError.nothingInCommon("")) == .notJudged)
        #expect(MTCNNValidate.exitStatus(of: ExitCode(1)) == nil)
        #expect(MTCNNValidate.exitStatus(of: ValidationError("")) == nil)
        #expect(MTCNNValidate.exitStatus(of: CleanExit.helpRequest()) == nil)
    }
}
