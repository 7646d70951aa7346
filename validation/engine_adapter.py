"""Answers inference requests with another engine, over pipes: see ENGINE_PROTOCOL.md.

Usage:
    python validation/engine_adapter.py ENGINE

ENGINE is one of
    onnxruntime          ONNX Runtime on the CPU
    onnxruntime-coreml   ONNX Runtime with its Core ML provider (macOS)
    openvino             OpenVINO on the CPU
    opencv               OpenCV's DNN with the engine that it chooses itself
    opencv-classic       OpenCV's DNN with its classic engine
    ncnn                 ncnn on the CPU, for networks of the operators that ncnn_network.py writes
    litert               LiteRT on the CPU, for those that tflite_network.py writes
    coreml               Core ML (macOS), for .mlpackage

Each engine computes in one thread, so that it gives the same bits whenever it is asked. ncnn and LiteRT do not read
ONNX: the network is written in their formats first.
"""

import io
import json
import os
import pathlib
import sys
import tempfile
import time

import numpy


class Refusal(Exception):
    """Something that this engine cannot do; the text says what and why."""


def with_outputs(path: str, wanted: list[str], typed: bool = False):
    """An ONNX model that gives the wanted tensors, be they its outputs or others that its nodes make.

    With `typed`, for engines that infer none, each output has a type.
    """
    import onnx

    model = onnx.load(path)
    made = {name for node in model.graph.node for name in node.output}
    missing = [name for name in wanted if name not in made]
    if missing:
        raise Refusal(f"{path}: no node makes {', '.join(missing)}")
    described = onnx.shape_inference.infer_shapes(model).graph if typed else model.graph
    known = {value.name: value for value in [*described.value_info, *described.output]}
    del model.graph.output[:]
    # An output without a type gets the one that the engine infers.
    model.graph.output.extend(known.get(name) or onnx.ValueInfoProto(name=name) for name in wanted)
    return model


def without_unused(model):
    """The model without the nodes that no output needs."""
    needed = {output.name for output in model.graph.output}
    for node in reversed(list(model.graph.node)):
        if needed.intersection(node.output):
            needed.update(node.input)
        else:
            model.graph.node.remove(node)
    return model


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
        model = with_outputs(path, wanted).SerializeToString()
        self.session = onnxruntime.InferenceSession(model, options, providers=[self.provider])

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
        model = core.read_model(with_outputs(path, wanted).SerializeToString(), b"")
        self.compiled = core.compile_model(model, self.device, settings)

    def run(self, inputs: dict[str, numpy.ndarray]) -> list[numpy.ndarray]:
        result = self.compiled(inputs)
        return [result[name] for name in self.outputs]


class OpenCV:
    name, device, choice = "opencv", "CPU", "ENGINE_AUTO"

    def load(self, path: str, wanted: list[str]) -> None:
        import cv2

        cv2.setNumThreads(1)
        self.version, self.outputs, self.shapes = cv2.__version__, wanted, None
        self.model = without_unused(with_outputs(path, wanted, typed=True)).SerializeToString()
        self.read()

    def read(self) -> None:
        import cv2

        # Of a model in memory OpenCV 5.0 takes its own choice of engine, whatever is asked for.
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "network.onnx"
            file.write_bytes(self.model)
            try:
                self.net = cv2.dnn.readNetFromONNX(str(file), engine=getattr(cv2.dnn, self.choice))
            except cv2.error as error:
                raise Refusal(f"OpenCV does not take the model: {error}") from error

    def run(self, inputs: dict[str, numpy.ndarray]) -> list[numpy.ndarray]:
        shapes = {name: values.shape for name, values in inputs.items()}
        if shapes != self.shapes:
            # The classic engine crashes where the next inputs have another shape.
            self.shapes = shapes
            self.read()
        for name, values in inputs.items():
            self.net.setInput(numpy.ascontiguousarray(values), name)
        return [values.copy() for values in self.net.forward(self.outputs)]


class OpenCVClassic(OpenCV):
    name, choice = "opencv-classic", "ENGINE_CLASSIC"


class NCNN:
    """ncnn takes no batches: it computes image by image."""

    name, device = "ncnn", "CPU"

    def load(self, path: str, wanted: list[str]) -> None:
        import ncnn

        from ncnn_network import write_network

        self.ncnn, self.version, self.outputs = ncnn, ncnn.__version__, wanted
        self.net = ncnn.Net()
        settings = self.net.opt
        settings.num_threads = 1
        settings.use_vulkan_compute = settings.use_bf16_storage = False
        settings.use_fp16_packed = settings.use_fp16_storage = settings.use_fp16_arithmetic = False
        try:
            self.places = write_network(without_unused(with_outputs(path, wanted)), self.net)
        except ValueError as error:
            raise Refusal(f"{path}: {error}") from error

    def run(self, inputs: dict[str, numpy.ndarray]) -> list[numpy.ndarray]:
        (images,) = inputs.values()
        results = []
        for image in images:
            # ncnn takes planes of channels, and does not own what it is given.
            planes = numpy.ascontiguousarray(image.transpose(2, 0, 1))
            extractor = self.net.create_extractor()
            extractor.input("x", self.ncnn.Mat(planes))
            # Copied while the extractor lives, to whom the memory belongs.
            results.append([numpy.array(extractor.extract(place.name)[1]) for place in self.places])
        stacked = [numpy.stack(values) for values in zip(*results)]
        return [
            values.transpose(0, 2, 3, 1) if place.channels_last and values.ndim == 4 else values
            for place, values in zip(self.places, stacked)
        ]


class LiteRT:
    name, device = "litert", "CPU"

    def load(self, path: str, wanted: list[str]) -> None:
        from importlib import metadata

        from ai_edge_litert import interpreter
        from tflite_network import write_network

        self.version, self.outputs = metadata.version("ai-edge-litert"), wanted
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "network.tflite"
            try:
                places = write_network(without_unused(with_outputs(path, wanted)), file)
            except ValueError as error:
                raise Refusal(f"{path}: {error}") from error
            self.interpreter = interpreter.Interpreter(model_content=file.read_bytes(), num_threads=1)
        self.input = self.interpreter.get_input_details()[0]["index"]
        indices = {detail["name"]: detail["index"] for detail in self.interpreter.get_output_details()}
        self.places = [(indices[place.name], place.channels_last) for place in places]
        self.shape = None

    def run(self, inputs: dict[str, numpy.ndarray]) -> list[numpy.ndarray]:
        (images,) = inputs.values()
        if images.shape != self.shape:
            self.interpreter.resize_tensor_input(self.input, images.shape)
            self.interpreter.allocate_tensors()
            self.shape = images.shape
        self.interpreter.set_tensor(self.input, numpy.ascontiguousarray(images))
        self.interpreter.invoke()
        values = [(self.interpreter.get_tensor(index), is_last) for index, is_last in self.places]
        return [
            given if is_last or given.ndim != 4 else given.transpose(0, 3, 1, 2) for given, is_last in values
        ]


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
    "opencv": OpenCV,
    "opencv-classic": OpenCVClassic,
    "ncnn": NCNN,
    "litert": LiteRT,
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
            elif header["message"] == "time":
                start = time.perf_counter()
                for _ in range(header["count"]):
                    engine.run(tensors)
                send(answers, {"message": "timed", "seconds": time.perf_counter() - start})
            else:
                send(answers, {"message": "error", "reason": f"unknown message {header['message']}"})
        except ModuleNotFoundError as error:
            send(answers, {"message": "error", "reason": f"{sys.executable} has no module {error.name}"})
        except Exception as error:
            send(answers, {"message": "error", "reason": str(error) or type(error).__name__})
    return 0


if __name__ == "__main__":
    sys.exit(main())
