import Testing
import TestSupport

@testable import Engines

@Suite struct KernelConversionTests {
    @Test("Every float16 becomes the float32 of its value and back", arguments: KernelLevel.supported)
    func roundTrip(level: KernelLevel) {
        let numbers = (UInt16.min...UInt16.max).map { Float16(bitPattern: $0) }
        let lanes = Float16.lanes(of: numbers, level: level)
        let differing = zip(numbers, lanes).filter { number, lane in
            number.isNaN ? !lane.isNaN : Float(number).bitPattern != lane.bitPattern
        }
        #expect(differing.isEmpty)

        let back = Float16.numbers(from: lanes, level: level)
        let changed = zip(numbers, back).filter { $0.isNaN ? !$1.isNaN : $0.bitPattern != $1.bitPattern }
        #expect(changed.isEmpty)
    }

    @Test("float32 is rounded to the nearest float16, ties to even", arguments: KernelLevel.supported)
    func rounding(level: KernelLevel) {
        // Between each of these float16 and the next: just under the middle, the middle, just over it.
        let around = stride(from: UInt16(0), through: 0x7bff, by: 7).flatMap { bits in
            let below = Float(Float16(bitPattern: bits))
            let above = bits == 0x7bff ? 65536 : Float(Float16(bitPattern: bits + 1))
            let middle = (below + above) / 2
            return [middle.nextDown, middle, middle.nextUp, -middle]
        }
        let numbers = around + [.infinity, -.infinity, 1e30, .leastNonzeroMagnitude, 65519.996, 65520]
        let rounded = Float16.numbers(from: numbers, level: level)
        let wrong = zip(numbers, rounded).filter { Float16($0).bitPattern != $1.bitPattern }
        #expect(wrong.isEmpty)
    }
}
