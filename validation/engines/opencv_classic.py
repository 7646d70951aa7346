"""OpenCV's DNN with its classic engine, without fusion. Its layers bear the nodes' names; some nodes it has joined."""

from engines import opencv


class Engine(opencv.Engine):
    choice = "ENGINE_CLASSIC"
    notes = "cv2.dnn ENGINE_CLASSIC, fusion disabled, 1 thread"

    def prepare(self):
        self.net.enableFusion(False)
        layers = set(self.net.getLayerNames())
        named = {place.name: f"onnx_node!{place.node}" for place in self.places if not place.graph_output}
        self.layers = {name: layer for name, layer in named.items() if layer in layers}

    def inner(self, inputs):
        values = self.forward(self.net, inputs, list(self.layers.values()))
        return {name: values[layer] for name, layer in self.layers.items()}
