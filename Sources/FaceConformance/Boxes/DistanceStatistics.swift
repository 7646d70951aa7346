import Conformance

/// The mean and the largest of nonnegative distances.
///
/// The sum is kept in whole units of 2^-32, so that it does not depend on the order of addition.
public struct DistanceStatistics: Equatable, Sendable, Codable {
    public private(set) var count = 0
    public private(set) var largest = 0.0
    private var sum = FixedPointSum()

    public init() {}

    public var mean: Double? { sum.mean(of: count) }

    public mutating func add(_ distance: Double) {
        count += 1
        largest = max(largest, distance)
        sum.add(distance)
    }

    package mutating func merge(_ other: DistanceStatistics) {
        count += other.count
        largest = max(largest, other.largest)
        sum.merge(other.sum)
    }
}

/// A sum that does not depend on the numbers' order: in whole units of 2^-32, clamped to its bounds where it would
/// overflow (2^31).
struct FixedPointSum: Equatable, Sendable, Codable {
    private var units: Int64 = 0

    private static let unit = 0x1p-32

    func mean(of count: Int) -> Double? {
        count > 0 ? Double(units) * Self.unit / Double(count) : nil
    }

    mutating func add(_ value: Double) {
        let bound = 0x1p62
        // NaN counts as the largest distance.
        let scaled = value.isNaN ? bound : min(max(value / Self.unit, -bound), bound)
        add(units: Int64(scaled.rounded()))
    }

    mutating func merge(_ other: FixedPointSum) { add(units: other.units) }

    private mutating func add(units other: Int64) {
        let (sum, overflow) = units.addingReportingOverflow(other)
        units = overflow ? (other < 0 ? .min : .max) : sum
    }
}
