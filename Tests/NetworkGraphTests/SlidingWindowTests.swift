import NetworkGraph
import Tensors
import Testing

@Suite struct SlidingWindowTests {
    private func axis(_ extent: Int, _ window: SlidingWindow) throws -> SlidingWindow.Axis {
        try #require(try window.axes(over: [extent]).first)
    }

    /// A window along one axis: extent, kernel, stride, dilation, padding, ceil mode; then the positions, and the
    /// padding on either side.
    static let handComputed: [(Int, SlidingWindow, outputs: Int, before: Int, after: Int)] = [
        (24, .init(kernel: [3]), 22, 0, 0),
        // (5 - 3) / 2 + 1 = 2, and the same rounded up
        (5, .init(kernel: [3], strides: [2]), 2, 0, 0),
        (5, .init(kernel: [3], strides: [2], ceilMode: true), 2, 0, 0),
        // (6 - 3) / 2 + 1 = 2.5
        (6, .init(kernel: [3], strides: [2]), 2, 0, 0),
        (6, .init(kernel: [3], strides: [2], ceilMode: true), 3, 0, 0),
        // Rounded up there would be 3 positions, but the last starts at 4, behind the input.
        (4, .init(kernel: [1], strides: [2], ceilMode: true), 2, 0, 0),
        // The last of 4 would start at 6, in the padding behind an input that ends at 1 + 4.
        (
            4, .init(kernel: [2], strides: [2], padding: .explicit(begin: [1], end: [2]), ceilMode: true), 3, 1, 2
        ),
        // A kernel of 3 with gaps of 1 spans 5.
        (7, .init(kernel: [3], dilations: [2]), 3, 0, 0),
        (3, .init(kernel: [3], padding: .explicit(begin: [1], end: [1])), 3, 1, 1),
        // ceil(5 / 2) = 3 positions reach 2 * 2 + 2 = 6: one more than there is.
        (5, .init(kernel: [2], strides: [2], padding: .sameUpper), 3, 0, 1),
        (5, .init(kernel: [2], strides: [2], padding: .sameLower), 3, 1, 0),
        (22, .init(kernel: [3], strides: [2], padding: .sameUpper), 11, 0, 1),
        (4, .init(kernel: [3], padding: .sameUpper), 4, 1, 1),
        (4, .init(kernel: [4], padding: .sameUpper), 4, 1, 2),
        (4, .init(kernel: [4], padding: .sameLower), 4, 2, 1),
        // A stride beyond the kernel skips elements and needs no padding.
        (5, .init(kernel: [1], strides: [3], padding: .sameUpper), 2, 0, 0),
        (6, .init(kernel: [3], dilations: [2], padding: .sameUpper), 6, 2, 2),
    ]

    @Test("Hand-computed positions and paddings", arguments: handComputed.indices)
    func byHand(index: Int) throws {
        let (extent, window, outputs, before, after) = Self.handComputed[index]
        let axis = try axis(extent, window)
        #expect(axis.outputExtent == outputs)
        #expect([axis.paddingBefore, axis.paddingAfter] == [before, after])
    }

    /// All small windows along one axis.
    static let small: [(extent: Int, kernel: Int, stride: Int, dilation: Int)] = (1...7).flatMap { extent in
        (1...4).flatMap { kernel in
            (1...3).flatMap { stride in (1...2).map { (extent, kernel, stride, $0) } }
        }
    }

    @Test("There are as many positions as windows that lie in the padded input")
    func countOfWindows() throws {
        for (extent, kernel, stride, dilation) in Self.small {
            for (before, after) in [(0, 0), (1, 0), (1, 2)] {
                let span = (kernel - 1) * dilation + 1
                let padded = extent + before + after
                let starts = Array(Swift.stride(from: 0, through: padded, by: stride))
                let inside = starts.filter { $0 + span <= padded }.count
                var window = SlidingWindow(
                    kernel: [kernel], strides: [stride], dilations: [dilation],
                    padding: .explicit(begin: [before], end: [after]))
                guard inside > 0 else {
                    #expect(throws: OperatorError.self) { try axis(extent, window) }
                    continue
                }
                #expect(try axis(extent, window).outputExtent == inside)
                // In ceil mode a window that the padded input only begins to fill counts, too, but the last window
                // does not if it starts in the padding behind the input.
                let begun = inside + ((inside - 1) * stride + span < padded ? 1 : 0)
                window.ceilMode = true
                let expected = (begun - 1) * stride >= extent + before ? begun - 1 : begun
                #expect(try axis(extent, window).outputExtent == expected)
            }
        }
    }

    @Test("SAME padding gives ceil(extent / stride) positions, is the least that does, and is even but for one")
    func same() throws {
        for (extent, kernel, stride, dilation) in Self.small {
            let window = SlidingWindow(kernel: [kernel], strides: [stride], dilations: [dilation])
            var upper = window
            upper.padding = .sameUpper
            var lower = window
            lower.padding = .sameLower
            let (up, low) = (try axis(extent, upper), try axis(extent, lower))
            #expect(up.outputExtent == (extent + stride - 1) / stride)
            #expect(low.outputExtent == up.outputExtent)
            #expect([low.paddingAfter, low.paddingBefore] == [up.paddingBefore, up.paddingAfter])
            let reach = (up.outputExtent - 1) * stride + (kernel - 1) * dilation + 1
            let padding = up.paddingBefore + up.paddingAfter
            #expect(padding == max(0, reach - extent))
            #expect((0...1).contains(up.paddingAfter - up.paddingBefore))
        }
    }

    @Test("The input is read a stride apart from one output to the next, a dilation apart from tap to tap")
    func inputPositions() throws {
        let axis = try axis(
            9, SlidingWindow(kernel: [3], strides: [2], dilations: [3], padding: .explicit(begin: [1], end: [1])))
        #expect(axis.outputExtent == 3)
        #expect((0..<3).map { axis.inputPosition(output: 0, tap: $0) } == [-1, 2, 5])
        #expect((0..<3).map { axis.inputPosition(output: 2, tap: $0) } == [3, 6, 9])
    }

    @Test("Axes are independent of each other")
    func manyAxes() throws {
        let window = SlidingWindow(
            kernel: [3, 2], strides: [2, 1], padding: .explicit(begin: [1, 0], end: [0, 1]))
        let axes = try window.axes(over: [6, 5])
        #expect(axes.map(\.outputExtent) == [3, 5])
        #expect(axes.map(\.paddingBefore) == [1, 0])
        #expect(axes.map(\.paddingAfter) == [0, 1])
    }

    @Test(
        "A window that cannot be laid is refused",
        arguments: [
            ([5], SlidingWindow(kernel: [6])), ([5], .init(kernel: [3], dilations: [3])), ([5, 5], .init(kernel: [3])),
            ([5], .init(kernel: [0])), ([5], .init(kernel: [-1])), ([5], .init(kernel: [3], strides: [0])),
            ([5], .init(kernel: [3], strides: [1, 1])), ([5], .init(kernel: [3], dilations: [0])),
            ([5], .init(kernel: [3], padding: .explicit(begin: [-1], end: [0]))),
            ([5], .init(kernel: [3], padding: .explicit(begin: [0], end: []))),
            ([0], .init(kernel: [1])), ([0], .init(kernel: [1], padding: .sameUpper)),
            ([5], .init(kernel: [Int.max], strides: [Int.max], dilations: [Int.max])),
            ([5], .init(kernel: [Int(Int32.max)], dilations: [Int(Int32.max)])),
        ])
    func refused(extents: [Int], window: SlidingWindow) {
        #expect(throws: OperatorError.self) { try window.axes(over: extents) }
    }
}
