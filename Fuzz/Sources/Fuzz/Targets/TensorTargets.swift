@testable import Tensors

extension FuzzTarget {
    /// Any bytes as a .npy file; what can be read is written and read again, to an equal tensor.
    static let npy = FuzzTarget("npy") { bytes in
        let tensor = try AnyTensor(npy: bytes)
        let again = try AnyTensor(npy: tensor.npy)
        require(
            again.shape == tensor.shape && again.littleEndianBytes == tensor.littleEndianBytes,
            "a .npy file is read as it was written")
    }
}
