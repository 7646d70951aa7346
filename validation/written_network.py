"""What is common to the writers of networks in other engines' formats."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class WrittenTensor:
    """Where a tensor of an ONNX network is found in what was written of it."""

    name: str
    # Whether the ONNX network has its channels on the last axis: other engines have one order throughout.
    channels_last: bool


def layout_after(node, channels_last: bool) -> bool:
    """Whether a transposition's output has its channels last.

    Raises ValueError for one that does not exchange channels first and channels last.
    """
    permutation = next((list(value.ints) for value in node.attribute if value.name == "perm"), None)
    if channels_last and permutation == [0, 3, 1, 2]:
        return False
    if not channels_last and permutation == [0, 2, 3, 1]:
        return True
    raise ValueError(f"node {node.name}: a transposition by {permutation} is not written")
