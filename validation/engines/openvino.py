"""OpenVINO on the CPU, in one thread and in float32. A tensor that is recorded is not fused away."""

import openvino

from engines import RecordingError, chosen
from engines.onnx_model import ONNXModel


class Engine:
    version = openvino.__version__
    device = "CPU"
    notes = "INFERENCE_PRECISION_HINT f32, 1 thread, every recorded tensor an output"

    def __init__(self, path, options):
        model = ONNXModel(path)
        self.sha256, self.inputs, self.places = model.sha256, model.inputs, model.places
        # Without the hint a CPU may be given bfloat16.
        settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
        core = openvino.Core()
        try:
            read = core.read_model(model.observed().SerializeToString(), b"")
            self.compiled = core.compile_model(read, self.device, settings)
        except Exception as error:
            raise RecordingError(f"{path}: OpenVINO does not take the model: {error}") from error

    def run(self, inputs, outputs_only):
        result = self.compiled(inputs)
        return {place: result[place.name] for place in chosen(self.places, outputs_only)}
