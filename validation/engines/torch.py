"""PyTorch on the CPU, in one thread: FILE.py:FUNCTION, where the function takes nothing and gives a torch.nn.Module.

Forward hooks record what each module gives that has no modules in it; an inner tensor has its module's name, and the
outputs are called `output` or, where there are several, `output_0` and so on. Inputs go to the module in the order of
its `forward`, whose parameters name them.
"""

import importlib.util
import inspect

import torch

from engines import Place, RecordingError, chosen, sha256_of


class Engine:
    version = torch.__version__
    device = "CPU"
    notes = "evaluation mode, deterministic algorithms, 1 thread; inner tensors are those of modules"

    def __init__(self, path, options):
        file, separator, function = str(path).rpartition(":")
        if not separator:
            raise RecordingError(f"{path}: of PyTorch, FILE.py:FUNCTION is recorded")
        source = path.parent / file.rpartition("/")[2]
        self.sha256 = sha256_of(source)
        specification = importlib.util.spec_from_file_location("recorded_model", source)
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
        self.model = getattr(module, function)().eval()
        self.inputs = list(inspect.signature(self.model.forward).parameters)
        self.values = {}
        for name, part in self.model.named_modules():
            if name and not list(part.children()):
                part.register_forward_hook(lambda part, given, made, name=name: self.note(name, part, made))

    def note(self, name, part, made):
        if isinstance(made, torch.Tensor):
            # A module that is called more than once gives more than one tensor.
            count = sum(place.node == name for place in self.values)
            place = Place(f"{name}#{count}" if count else name, type(part).__name__, name, False)
            self.values[place] = made

    def run(self, inputs, outputs_only):
        self.values = {}
        with torch.no_grad():
            made = self.model(*(torch.from_numpy(inputs[name]) for name in self.inputs))
        outputs = list(made) if isinstance(made, (tuple, list)) else [made]
        for index, output in enumerate(outputs):
            name = "output" if len(outputs) == 1 else f"output_{index}"
            self.values[Place(name, type(self.model).__name__, name, True)] = output
        places = chosen(list(self.values), outputs_only)
        return {place: self.values[place].numpy().copy() for place in places}
