"""Answers inference requests with another engine, over pipes: see ENGINE_PROTOCOL.md.

Usage:
    python validation/engine_adapter.py ENGINE

ENGINE is one of
    onnxruntime          ONNX Runtime on the CPU
    onnxruntime-coreml   ONNX Runtime with its Core ML provider (macOS)
    openvino             OpenVINO on the CPU
    coreml               Core ML (macOS), for .mlpackage

Each engine computes in one thread, so that it gives the same bits whenever it is asked.
"""

import io
import json
import os
import sys

import numpy


class Refusal(Exception):
    """Something that this engine cannot do; the text says what and why."""


def with_outputs(path: str, wanted: list[str]) -> bytes:
    """An ONNX model that gives the wanted tensors, be they its outputs or others that its nodes make."""
    import onnx

    model = onnx.load(path)
    made = {name for node in model.graph.node for name in node.output}
    missing = [name for name in wanted if name not in made]
    if missing:
        raise Refusal(f"{path}: no node makes {', '.join(missing)}")
    declared = {output.name: output for output in model.graph.output}
    del model.graph.output[:]
    # An output without a type gets the one that the engine infers.
    model.graph.output.extend(declared.get(name) or onnx.ValueInfoProto(name=name) for name in wanted)
    return model.SerializeToString()


class ONNXRuntime:
    name = "onnxruntime"
    provider = "CPUExecutionProvider"

    def load(self, path: str, wanted: list[str]) -> None:
        import onnxruntime

        self.version = onnxruntime.__version__
        self.device = self.provider
        available = onnxruntime.get_available_providers()
        if self.provider not in available:
            raise Refusal(f"this ONNX Runtime has no {self.provider}; it has {', '.join(available)}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.outputs = wanted
        self.session = onnxruntime.InferenceSession(with_outputs(path, wanted), options, providers=[self.provider])

    def run(self, inputs: dict[str, numpy.ndarray]) -> list[numpy.ndarray]:
        return self.session.run(self.outputs, inputs)


class ONNXRuntimeCoreML(ONNXRuntime):
    provider = "CoreMLExecutionProvider"


class OpenVINO:
    name = "openvino"
    device = "CPU"

    def load(self, path: str, wanted: list[str]) -> None:
        import openvino

        self.version = openvino.__version__
        self.outputs = wanted
        core = openvino.Core()
        # Without the hint a CPU may be given bfloat16.
        settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
        model = core.read_model(with_outputs(path, wanted), b"")
        self.compiled = core.compile_model(model, self.device, settings)

    def run(self, inputs: dict[str, numpy.ndarray]) -> list[numpy.ndarray]:
        result = self.compiled(inputs)
        return [result[name] for name in self.outputs]


class CoreML:
    name = "coreml"

    def load(self, path: str, wanted: list[str]) -> None:
        if sys.platform != "darwin":
            raise Refusal("Core ML runs on macOS alone")
        import coremltools

        self.version = coremltools.__version__
        self.device = "ALL"
        self.model = coremltools.models.MLModel(path, compute_units=coremltools.ComputeUnit.ALL)
        self.outputs = wanted
        given = [output.name for output in self.model.get_spec().description.output]
        missing = [name for name in wanted if name not in given]
        if missing:
            raise Refusal(f"{path}: it has no output {', '.join(missing)}; it has {', '.join(given)}")

    def run(self, inputs: dict[str, numpy.ndarray]) -> list[numpy.ndarray]:
        result = self.model.predict(inputs)
        return [numpy.asarray(result[name]) for name in self.outputs]


ENGINES = {
    "onnxruntime": ONNXRuntime,
    "onnxruntime-coreml": ONNXRuntimeCoreML,
    "openvino": OpenVINO,
    "coreml": CoreML,
}


def receive(stream) -> tuple[dict, dict[str, numpy.ndarray]] | None:
    """The next message and its tensors; None at the end of the stream."""
    length = stream.readline()
    if not length:
        return None
    header = json.loads(stream.read(int(length)))
    tensors = {part["name"]: numpy.load(io.BytesIO(stream.read(part["bytes"]))) for part in header.get("tensors", [])}
    return header, tensors


def send(stream, header: dict, tensors: dict[str, numpy.ndarray] | None = None) -> None:
    files = []
    for values in (tensors or {}).values():
        buffer = io.BytesIO()
        numpy.save(buffer, numpy.ascontiguousarray(values))
        files.append(buffer.getvalue())
    if tensors is not None:
        header = header | {"tensors": [{"name": n, "bytes": len(f)} for n, f in zip(tensors, files)]}
    text = json.dumps(header).encode()
    stream.write(b"%d\n" % len(text) + text + b"".join(files))
    stream.flush()


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in ENGINES:
        print(__doc__, file=sys.stderr)
        return 64
    # What a library prints must not get among the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    engine = ENGINES[sys.argv[1]]()
    while (message := receive(sys.stdin.buffer)) is not None:
        header, tensors = message
        try:
            if header["message"] == "load":
                engine.load(header["model"], header["outputs"])
                send(
                    answers,
                    {
                        "message": "ready",
                        "engine": engine.name,
                        "version": engine.version,
                        "device": engine.device,
                        "outputs": engine.outputs,
                    },
                )
            elif header["message"] == "run":
                send(answers, {"message": "result"}, dict(zip(engine.outputs, engine.run(tensors))))
            else:
                send(answers, {"message": "error", "reason": f"unknown message {header['message']}"})
        except ModuleNotFoundError as error:
            send(answers, {"message": "error", "reason": f"{sys.executable} has no module {error.name}"})
        except Exception as error:
            send(answers, {"message": "error", "reason": str(error) or type(error).__name__})
    return 0


if __name__ == "__main__":
    sys.exit(main())
