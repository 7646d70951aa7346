/// Calls `body` with the two numbers of each place that both have, in order. Debug builds take several times as long for
/// `zip`.
package func forEachPair(_ numbers: [Double], _ others: [Double], _ body: (Double, Double) -> Void) {
    numbers.withUnsafeBufferPointer { numbers in
        others.withUnsafeBufferPointer { others in
            for place in 0..<min(numbers.count, others.count) { body(numbers[place], others[place]) }
        }
    }
}
