import Testing
@testable import Conformance

@Suite struct NumberPairsTests {
    @Test("Each place that both have is visited once, in order, the last one too", arguments: 0..<4, 0..<4)
    func places(one: Int, other: Int) {
        var visited = [[Double]]()
        forEachPair((0..<one).map { Double($0) }, (0..<other).map { -Double($0) }) { visited.append([$0, $1]) }
        #expect(visited == (0..<min(one, other)).map { [Double($0), -Double($0)] })
    }
}
