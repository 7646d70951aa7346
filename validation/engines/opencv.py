"""OpenCV's DNN with the engine that it chooses itself (ENGINE_AUTO).

Outputs are those of the model as it is. Inner tensors come from a copy in which they are outputs, as far as the
engine gives them.
"""

import pathlib
import tempfile

import cv2
import numpy
import onnx

from engines import RecordingError, chosen
from engines.onnx_model import ONNXModel


class Engine:
    version = cv2.__version__
    device = "CPU"
    choice = "ENGINE_AUTO"
    notes = "cv2.dnn ENGINE_AUTO, 1 thread; inner tensors are of a copy of the model in which they are outputs"

    def __init__(self, path, options):
        cv2.setNumThreads(1)
        self.path = path
        self.model = ONNXModel(path)
        self.sha256, self.inputs, self.places = self.model.sha256, self.model.inputs, self.model.places
        self.outputs = [place.name for place in self.places if place.graph_output]
        self.shapes = None

    def read(self, path):
        try:
            return cv2.dnn.readNetFromONNX(str(path), engine=getattr(cv2.dnn, self.choice))
        except cv2.error as error:
            raise RecordingError(f"{self.path}: OpenCV does not take the model: {error}") from error

    def forward(self, net, inputs, names):
        for name, values in inputs.items():
            net.setInput(numpy.ascontiguousarray(values), name)
        return {name: None if values is None else values.copy() for name, values in zip(names, net.forward(names))}

    def run(self, inputs, outputs_only):
        shapes = {name: values.shape for name, values in inputs.items()}
        if shapes != self.shapes:
            # The classic engine crashes where the next inputs have another shape.
            self.shapes = shapes
            self.net = self.read(self.path)
            self.prepare()
        places = chosen(self.places, outputs_only)
        values = {} if all(place.graph_output for place in places) else self.inner(inputs)
        values |= self.forward(self.net, inputs, self.outputs)
        # A node that the engine has joined with another gives nothing.
        return {place: values[place.name] for place in places if values.get(place.name) is not None}

    def prepare(self):
        with tempfile.TemporaryDirectory() as directory:
            copy = pathlib.Path(directory) / "observed.onnx"
            onnx.save(self.model.observed(typed=True), str(copy))
            try:
                self.observed = self.read(copy)
            except RecordingError:
                self.observed = None

    def inner(self, inputs):
        if self.observed is None:
            return {}
        return self.forward(self.observed, inputs, list(self.observed.getUnconnectedOutLayersNames()))
