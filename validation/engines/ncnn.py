"""ncnn on the CPU, in one thread and in float32: MODEL.param, with MODEL.bin beside it.

ncnn takes no batches: an input of NumPy's shape [1, channels, rows, columns] is given without its first axis, and
what comes out is recorded as ncnn gives it, without one.
"""

import ncnn
import numpy

from engines import Place, RecordingError, chosen, sha256_of


class Engine:
    version = ncnn.__version__
    device = "CPU"
    notes = "float32 storage and arithmetic, no Vulkan, 1 thread, light mode off"

    def __init__(self, path, options):
        weights = path.with_suffix(".bin")
        if not weights.exists():
            raise RecordingError(f"{path}: {weights.name} is not beside it")
        self.sha256 = sha256_of(path, weights)
        self.net = ncnn.Net()
        settings = self.net.opt
        settings.num_threads = 1
        settings.use_vulkan_compute = settings.use_bf16_storage = False
        settings.use_fp16_packed = settings.use_fp16_storage = settings.use_fp16_arithmetic = False
        # Else a tensor's memory is taken back once it has been used.
        settings.lightmode = False
        if self.net.load_param(str(path)) != 0 or self.net.load_model(str(weights)) != 0:
            raise RecordingError(f"{path}: ncnn does not take the model")
        self.inputs = list(self.net.input_names())
        outputs = set(self.net.output_names())
        self.places = []
        lines = path.read_text("utf-8").split("\n")[2:]
        for kind, name, inputs, count, *rest in (line.split() for line in lines if line.strip()):
            for blob in rest[int(inputs):int(inputs) + int(count)]:
                if kind not in ("Input", "Split"):
                    self.places.append(Place(blob, kind, name, blob in outputs))

    def run(self, inputs, outputs_only):
        extractor = self.net.create_extractor()
        # ncnn does not own what it is given.
        given = {name: numpy.ascontiguousarray(value[0] if value.ndim == 4 else value) for name, value in inputs.items()}
        for name, values in given.items():
            extractor.input(name, ncnn.Mat(values))
        # Copied while the extractor lives, to whom the memory belongs.
        return {
            place: numpy.array(extractor.extract(place.name)[1]) for place in chosen(self.places, outputs_only)
        }
