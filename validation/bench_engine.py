"""Runs another engine beside mtcnn-validate, for `mtcnn-validate bench --against`.

Usage:
    python validation/bench_engine.py {onnxruntime,openvino,ncnn} MODELS

MODELS holds pnet.onnx, rnet.onnx and onet.onnx, in either layout of the bundled ones. Requests come line by line
on the standard input, and each is answered by a line:
    load NETWORK INPUT.npy OUTPUT.npy   computes the network for upright images [N, rows, columns, 3] and writes
                                        [N, rows, columns, channels]: two logits, four regressions and, of onet,
                                        ten landmark values; answers `ready`
    run COUNT                           answers the seconds that the engine takes to compute that so many times
What cannot be done is answered by `error REASON`.

Every engine has one thread, float32, and the network without its last softmax; images are brought into the
network's layout before, and outputs out of it after, what is timed.
"""

import pathlib
import sys
import time

try:
    import numpy
    import onnx
except ImportError as error:
    sys.exit(f"{error}; it takes the Python packages numpy, onnx and that of the engine")

THREADS = 1


class Network:
    """A model file with logits for probabilities, and how it lays out images."""

    def __init__(self, path: pathlib.Path):
        self.model = onnx.load(str(path))
        graph = self.model.graph
        for node in [node for node in graph.node if node.op_type == "Softmax"]:
            for output in graph.output:
                if output.name == node.output[0]:
                    output.name = node.input[0]
                    graph.node.remove(node)
        self.input = graph.input[0].name
        self.outputs = [output.name for output in graph.output]
        extents = [extent.dim_value for extent in graph.input[0].type.tensor_type.shape.dim]
        self.is_transposed = extents[3] == 3
        self.to_input = (0, 2, 1, 3) if self.is_transposed else (0, 3, 1, 2)
        self.from_output = (0, 2, 1, 3) if self.is_transposed else (0, 2, 3, 1)

    def joined(self, outputs: list[numpy.ndarray]) -> numpy.ndarray:
        """[N, rows, columns, channels]: 2 logits, then 4 regressions, then 10 landmark values."""
        images = [
            output.transpose(self.from_output) if output.ndim == 4 else output[:, None, None, :]
            for output in outputs
        ]
        images.sort(key=lambda output: output.shape[3])
        return numpy.ascontiguousarray(numpy.concatenate(images, axis=3))


class OnnxRuntime:
    def __init__(self, network: Network, images: numpy.ndarray):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = THREADS
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            network.model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.run = lambda: session.run(network.outputs, {network.input: images})


class OpenVINO:
    def __init__(self, network: Network, images: numpy.ndarray):
        import openvino

        core = openvino.Core()
        model = core.read_model(network.model.SerializeToString())
        model.reshape(list(images.shape))
        settings = {
            "INFERENCE_NUM_THREADS": THREADS,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
        }
        request = core.compile_model(model, "CPU", settings).create_infer_request()
        self.images = images  # the tensor below does not own its memory
        request.set_input_tensor(openvino.Tensor(images, shared_memory=True))

        def run():
            request.infer()
            return [request.get_tensor(name).data for name in network.outputs]

        self.run = run


class NCNN:
    """ncnn takes no batches: it computes image by image."""

    def __init__(self, network: Network, images: numpy.ndarray):
        import ncnn

        from ncnn_network import write_network

        net = ncnn.Net()
        net.opt.num_threads = THREADS
        net.opt.use_vulkan_compute = False
        net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
        net.opt.use_bf16_storage = False
        if not network.is_transposed:
            raise ValueError("only networks in the layout of the bundled ones are written for ncnn")
        outputs = [output.name for output in write_network(network.model, net)]
        # ncnn takes planes of channels, and does not own what it is given.
        self.images = [numpy.ascontiguousarray(image.transpose(2, 0, 1)) for image in images]
        planes = [ncnn.Mat(image) for image in self.images]

        def run_one(plane):
            extractor = net.create_extractor()
            extractor.input("x", plane)
            # Copied while the extractor lives, to whom the memory belongs.
            return [numpy.array(extractor.extract(name)[1]) for name in outputs]

        def run():
            stacked = [numpy.stack(output) for output in zip(*map(run_one, planes))]
            return [output.transpose(0, 2, 3, 1) if output.ndim == 4 else output for output in stacked]

        self.run = run


ENGINES = {"onnxruntime": OnnxRuntime, "openvino": OpenVINO, "ncnn": NCNN}


def main():
    engine, models = ENGINES[sys.argv[1]], pathlib.Path(sys.argv[2])
    runner = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "load":
                network = Network(models / f"{words[1]}.onnx")
                images = numpy.load(words[2]).transpose(network.to_input)
                runner = engine(network, numpy.ascontiguousarray(images))
                numpy.save(words[3], network.joined(runner.run()))
                answer = "ready"
            else:
                start = time.perf_counter()
                for _ in range(int(words[1])):
                    runner.run()
                answer = repr(time.perf_counter() - start)
        except Exception as error:  # whatever the engine raises, the other side is told
            answer = f"error {type(error).__name__}: {error}".replace("\n", " ")
        print(answer, flush=True)


if __name__ == "__main__":
    main()
