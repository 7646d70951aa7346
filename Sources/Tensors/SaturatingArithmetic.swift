extension Int {
    /// The product of two numbers that are not negative, or the largest number where it is larger.
    public func saturatingProduct(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension Sequence where Element == Int {
    /// The sum of numbers that are not negative, or the largest number where it is larger.
    public var saturatingSum: Int {
        reduce(0) { sum, next in
            let (total, overflow) = sum.addingReportingOverflow(next)
            return overflow ? .max : total
        }
    }
}
