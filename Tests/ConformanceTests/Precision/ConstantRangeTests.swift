import Testing

@testable import Conformance

@Suite struct ConstantRangeTests {
    @Test("A constant whose only element becomes subnormal is lost, and one that is 0 is not")
    func lostConstants() {
        func isLost(_ elements: [Double]) -> Bool {
            ConstantRange("c", node: "n", elements, in: .binary16).isLost
        }
        #expect(isLost([0x1p-15]) && isLost([0, 1e-9]) && !isLost([0]) && !isLost([0x1p-15, 1]))
    }
}
