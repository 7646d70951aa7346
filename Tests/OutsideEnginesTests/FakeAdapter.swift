import Foundation
import OutsideEngines
import TestSupport

/// An adapter in plain Python for the graph y = relu(x): it gives x back for y, or fails in one way.
enum FakeAdapter: String, CaseIterable {
    case works
    case endsAtOnce
    case endsWhileLoading
    case endsInMidRun
    case endsInMidMessage
    case refuses
    case refusesToRun
    case isLate
    case hangsWithoutReading
    case talksGarbage
    case answersOutOfTurn
    case hasOtherOutputs
    case leavesOutputOut
    case givesAnotherShape
    case givesNaN
    case givesDamagedTensor
    case announcesTooMuch
    case answersTimeWithResult

    /// - Parameter directory: where its program is written.
    func adapter(in directory: String, secondsToAnswer: Double = 30) throws -> Adapter {
        let path = "\(directory)/adapter.py"
        try Data(Self.program.utf8).write(to: URL(fileURLWithPath: path))
        return Adapter(
            name: "fake", command: ["python3", path, rawValue], secondsToLoad: 30, secondsToAnswer: secondsToAnswer)
    }

    private static let program =
        adapterProgram + #"""
            mode = sys.argv[1]

            def result(file, name="y", size=None):
                part = {"name": name, "bytes": len(file) if size is None else size}
                send({"message": "result", "tensors": [part]}, [file])

            print("I am the fake", file=sys.stderr, flush=True)
            if mode == "endsAtOnce": sys.exit("no such engine here")
            if mode == "hangsWithoutReading": time.sleep(600)
            receive()
            if mode == "endsWhileLoading": sys.exit("the model is too large")
            if mode == "refuses":
                send({"message": "error", "reason": "the model has an operator Foo"}); receive()
            if mode == "answersOutOfTurn": send({"message": "result"}); receive()
            outputs = ["z"] if mode == "hasOtherOutputs" else ["y"]
            send({"message": "ready", "engine": "fake", "version": "1", "device": "cpu", "outputs": outputs})
            while True:
                header, (x,) = receive()
                if header["message"] == "time":
                    if mode == "answersTimeWithResult": result(x)
                    else: send({"message": "timed", "seconds": 0.25 * header["count"]})
                elif mode == "endsInMidRun": sys.exit("out of memory")
                elif mode == "endsInMidMessage": sink.write(b"100\n{"); sink.flush(); sys.exit("cut")
                elif mode == "refusesToRun": send({"message": "error", "reason": "the input is odd"})
                elif mode == "isLate": time.sleep(600)
                elif mode == "talksGarbage": sink.write(b"Loading weights...\n"); sink.flush()
                elif mode == "leavesOutputOut": result(x, "x")
                elif mode == "givesAnotherShape": result(npy((1, 3), [1, 2, 3]))
                elif mode == "givesNaN": result(npy((1, 2), [1, float("nan")]))
                elif mode == "givesDamagedTensor": result(x[:-4])
                elif mode == "announcesTooMuch": result(x, size=1 << 40)
                else: result(x)
            """#
}
