/// Names that are mostly alike, such as those of numbered frames: of each is kept what differs from the one before.
package struct PackedNames: Sendable {
    /// One name of so many is kept whole, so that any can be found from a near one.
    private static let stretch = 16

    package private(set) var count = 0
    /// Of each name: how many bytes begin it that begin the one before, how many end it that end the one before, how
    /// many are between, and these.
    private(set) var bytes = [UInt8]()
    /// Where each stretch begins.
    private(set) var starts = [Int]()
    private var last = [UInt8]()

    package init(_ names: some Sequence<String> = []) {
        for name in names { append(name) }
    }

    package mutating func append(_ name: String) {
        if count.isMultiple(of: Self.stretch) {
            starts.append(bytes.count)
            last = []
        }
        let name = Array(name.utf8)
        let beginning = zip(last, name).prefix { $0 == $1 }.count
        let rest = name.dropFirst(beginning)
        let ending = zip(last.dropFirst(beginning).reversed(), rest.reversed()).prefix { $0 == $1 }.count
        for length in [beginning, ending, rest.count - ending] { append(length: length) }
        bytes += rest.dropLast(ending)
        last = name
        count += 1
    }

    /// In seven bits a byte, the lowest first; the highest bit says that more follow.
    private mutating func append(length: Int) {
        var rest = length
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private func length(at place: inout Int) -> Int {
        var (length, shift) = (0, 0)
        while true {
            let byte = bytes[place]
            place += 1
            length |= Int(byte & 0x7F) << shift
            shift += 7
            if byte <= 0x7F { return length }
        }
    }
}

extension PackedNames: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    package subscript(position: Int) -> String {
        var place = starts[position / Self.stretch]
        var name = [UInt8]()
        for _ in 0...position % Self.stretch {
            let (beginning, ending, between) = (length(at: &place), length(at: &place), length(at: &place))
            name.replaceSubrange(beginning..<name.count - ending, with: bytes[place..<place + between])
            place += between
        }
        return String(decoding: name, as: UTF8.self)
    }
}
