@testable import OutsideEngines

extension FuzzTarget {
    /// Any bytes as what an adapter sends: messages, until one is refused or the bytes end.
    static let adapterMessages = FuzzTarget("adapter-messages") { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
            _ = try AdapterMessage(from: "fuzz") { count in
                guard count <= rest.count else { throw OutOfBytes() }
                defer { rest = rest.dropFirst(count) }
                return Array(rest.prefix(count))
            }
        }
    }
}

private struct OutOfBytes: Error {}
