import Crypto
import Foundation

/// The SHA-256 (FIPS 180-4) of bytes, as 64 lower-case hexadecimal digits.
package func sha256Hex(_ bytes: some DataProtocol) -> String {
    let digits = Array("0123456789abcdef")
    return String(SHA256.hash(data: bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
