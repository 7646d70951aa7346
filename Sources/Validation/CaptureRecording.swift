import Captures
import Engines
import Foundation
import ModelFormats
import NetworkGraph
import Tensors

extension Graph {
    /// The tensors that a softmax makes outputs of.
    package var logits: [String] {
        nodes.filter { $0.operator is Softmax && $0.outputs.contains(where: outputs.contains) }.flatMap(\.inputs)
            .compactMap { $0 }
    }
}

/// Writes what an engine computes to a capture of one case while it computes.
///
/// A thread of its own writes the tensors in the order of computation, and so the file's bytes depend on no timing. What
/// waits to be written takes no more than so many bytes, and the largest tensor: beyond that the computing thread helps
/// to prepare tensors instead of making more.
package final class CaptureRecording: @unchecked Sendable {
    /// A tensor that waits to be written.
    private enum Waiting {
        case computed(AnyTensor)
        /// A thread hashes and compresses it.
        case underWay
        case prepared(StoredTensor)
    }

    private let compression: CaptureCompression
    private let mostBytes: Int
    /// Guards all that follows.
    private let condition = NSCondition()
    private var queue = [(about: CaptureCase.OutputDescription, bytes: Int, tensor: Waiting)]()
    private var waitingBytes = 0
    private var isComplete = false
    private var failure: CaptureError?

    private init(_ compression: CaptureCompression, queueing mostBytes: Int) {
        (self.compression, self.mostBytes) = (compression, mostBytes)
    }

    /// Runs an engine and records every tensor that its nodes give, or the named ones.
    ///
    /// An output that no node computes is a constant, and is recorded as one.
    ///
    /// - Parameters:
    ///   - wanted: the tensors to record; nil for all.
    ///   - mostBytes: of tensors that wait to be written.
    /// - Throws: any error of the engine, and ``Captures/CaptureError/unwritable(file:reason:)``; the file then does not
    ///   exist, or is what it was.
    package static func record(
        _ name: String, source: String, inputs: [CaptureCase.Input], by engine: any Engine, only wanted: Set<String>?,
        as header: CaptureHeader, compression: CaptureCompression, queueing mostBytes: Int = 64 << 20, to path: String
    ) throws {
        let graph = engine.graph
        let recorded = graph.nodes.flatMap(\.outputs).filter { wanted?.contains($0) ?? true }
        let constants = graph.outputs.filter { graph.initializers[$0] != nil }
        let recording = CaptureRecording(compression, queueing: mostBytes)
        let write: @Sendable () -> Void = {
            recording.write(
                name, source: source, inputs: inputs, tensorCount: recorded.count + constants.count, as: header,
                to: path
            )
        }
        // Where the system gives no thread, the tensors are written after the last.
        let writer = SystemThread(write)
        do {
            let given = Dictionary(inputs.map { ($0.name, $0.values) }, uniquingKeysWith: { $1 })
            _ = try engine.run(given) { activation in
                guard wanted?.contains(activation.name) ?? true else { return }
                try recording.append(
                    CaptureCase.Output(
                        name: activation.name, node: activation.node.name, operator: activation.node.operator.name,
                        isGraphOutput: graph.outputs.contains(activation.name), values: activation.values),
                    isWritten: writer != nil)
            }
            for name in constants {
                guard let constant = graph.initializers[name] else { continue }
                try recording.append(
                    CaptureCase.Output(
                        name: name, node: name, operator: "Constant", isGraphOutput: true, values: constant),
                    isWritten: writer != nil)
            }
        } catch {
            recording.end(failure: .unwritable(file: path, reason: "what it records could not be computed"))
            writer?.join()
            throw error
        }
        recording.end(failure: nil)
        if let writer {
            while recording.prepareLast() {}
            writer.join()
        } else {
            write()
        }
        if let failure = recording.condition.withLock({ recording.failure }) { throw failure }
    }

    // MARK: The computing thread

    /// - Parameter isWritten: whether a thread takes tensors away.
    private func append(_ output: CaptureCase.Output, isWritten: Bool) throws(CaptureError) {
        let bytes = output.values.shape.count * output.values.elementType.byteCount
        let failure = condition.withLock {
            queue.append((output.about, bytes, .computed(output.values)))
            waitingBytes += bytes
            condition.broadcast()
            return self.failure
        }
        if let failure { throw failure }
        guard isWritten else { return }
        while condition.withLock({ waitingBytes > mostBytes && self.failure == nil }) {
            if !prepareLast() {
                condition.withLock {
                    if waitingBytes > mostBytes, self.failure == nil { condition.wait() }
                }
            }
        }
    }

    private func end(failure: CaptureError?) {
        condition.withLock {
            isComplete = true
            self.failure = self.failure ?? failure
            condition.broadcast()
        }
    }

    /// Prepares the tensor that the writing thread will come to last.
    ///
    /// - Returns: false if none is left.
    private func prepareLast() -> Bool {
        let taken = condition.withLock { () -> (fromEnd: Int, tensor: AnyTensor)? in
            guard failure == nil else { return nil }
            for index in queue.indices.reversed() {
                if case .computed(let tensor) = queue[index].tensor {
                    queue[index].tensor = .underWay
                    return (queue.count - index, tensor)
                }
            }
            return nil
        }
        guard let taken else { return false }
        let prepared = StoredTensor(taken.tensor, compression)
        condition.withLock {
            // Others were written meanwhile, and none was appended: this thread appends.
            guard failure == nil else { return }
            queue[queue.count - taken.fromEnd].tensor = .prepared(prepared)
            condition.broadcast()
        }
        return true
    }

    // MARK: The writing thread

    private func write(
        _ name: String, source: String, inputs: [CaptureCase.Input], tensorCount: Int, as header: CaptureHeader,
        to path: String
    ) {
        do throws(CaptureError) {
            let writer = try CaptureWriter(header, compression: compression, to: path)
            var open = try writer.begin(
                name, source: source,
                inputs: inputs.map {
                    (name: $0.name, values: StoredTensor($0.values, compression, identifies: true))
                },
                tensorCount: tensorCount)
            while let (about, tensor) = try next() { try writer.append(about, tensor, to: &open) }
            _ = consume open
            try writer.finish()
        } catch {
            condition.withLock {
                failure = failure ?? error
                queue = []
                waitingBytes = 0
                condition.broadcast()
            }
        }
    }

    /// The next tensor in the order of computation; nil after the last.
    private func next() throws(CaptureError) -> (CaptureCase.OutputDescription, StoredTensor)? {
        let first = condition.withLock { () -> (about: CaptureCase.OutputDescription, tensor: Waiting)? in
            while failure == nil {
                if let first = queue.first {
                    switch first.tensor {
                    case .underWay: break
                    case .computed:
                        queue[0].tensor = .underWay
                        return (first.about, first.tensor)
                    case .prepared: return (first.about, first.tensor)
                    }
                } else if isComplete {
                    return nil
                }
                condition.wait()
            }
            return nil
        }
        if let failure = condition.withLock({ failure }) { throw failure }
        guard let first else { return nil }
        let prepared: StoredTensor? =
            switch first.tensor {
            case .computed(let tensor): StoredTensor(tensor, compression)
            case .prepared(let tensor): tensor
            case .underWay: nil
            }
        condition.withLock {
            waitingBytes -= queue.first?.bytes ?? 0
            if !queue.isEmpty { queue.removeFirst() }
            condition.broadcast()
        }
        return prepared.map { (first.about, $0) }
    }
}
