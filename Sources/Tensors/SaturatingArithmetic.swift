extension Int {
    /// The product of two nonnegative numbers, saturated at the largest number.
    @inlinable
    package func saturatingProduct(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension Sequence where Element == Int {
    /// The sum of two nonnegative numbers, saturated at the largest number.
    @inlinable
    package var saturatingSum: Int {
        reduce(0) { sum, next in
            let (total, overflow) = sum.addingReportingOverflow(next)
            return overflow ? .max : total
        }
    }
}
