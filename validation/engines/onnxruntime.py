"""ONNX Runtime on the CPU.

Graph optimisations are off and there is one thread, so that each tensor is the result of the node that the file
names, and not of a fusion. ONNX Runtime chooses its kernels by processor: on another one the last bits may differ.
"""

import onnxruntime

from engines import RecordingError, chosen
from engines.onnx_model import ONNXModel


class Engine:
    version = onnxruntime.__version__
    device = "CPUExecutionProvider"
    notes = "graph optimisations disabled, 1 thread"

    def __init__(self, path, options):
        model = ONNXModel(path)
        self.sha256, self.inputs, self.places = model.sha256, model.inputs, model.places
        settings = onnxruntime.SessionOptions()
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        settings.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        settings.log_severity_level = 3
        try:
            self.session = onnxruntime.InferenceSession(
                model.observed().SerializeToString(), settings, providers=[self.device])
        except Exception as error:
            raise RecordingError(f"{path}: ONNX Runtime does not take the model: {error}") from error

    def run(self, inputs, outputs_only):
        places = chosen(self.places, outputs_only)
        return dict(zip(places, self.session.run([place.name for place in places], inputs)))
