import Foundation

#if canImport(CryptoKit)
    import CryptoKit
#else
    import CCrypto
#endif

/// The SHA-256 (FIPS 180-4) of bytes, as 64 lower-case hexadecimal digits.
package func sha256Hex(_ bytes: some ContiguousBytes) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.withUnsafeBytes(sha256).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

#if canImport(CryptoKit)
    private func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
#else
    /// OpenSSL's, which HDF5 brings.
    private func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { digest, count in
            let result = SHA256(bytes.baseAddress, bytes.count, digest.baseAddress)
            precondition(result != nil, "OpenSSL is set up without SHA-256")
            count = Int(SHA256_DIGEST_LENGTH)
        }
    }
#endif
