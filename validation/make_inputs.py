#!/usr/bin/env python3
"""Make the network inputs that the captures record, from the frames and the stage gold.

    make_inputs.py --fixtures Fixtures --output DIR     # DIR/{pnet,rnet,onet}/<case>.npy, .txt
    make_inputs.py --fixtures Fixtures --check          # compare ONNX Runtime with the gold

Inputs are made as the C++ detector makes them. An image becomes float32 first, is resized
bilinearly without antialiasing and then normalised to (v - 127.5) * 0.0078125. A crop takes
w + 1 by h + 1 pixels from (x - 1, y - 1); what lies outside the frame is 0 before
normalisation. The networks were trained on column-major images: axis 1 of their inputs
[N, x, y, 3] is image x.

--check runs the ONNX models on every crop of the gold and prints how far their
probabilities and box deltas are from those that the C++ detector got. It fails when they
disagree by more than the limit or when a crop passes in one and not in the other.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

CROP_SIDES = {"rnet": 24, "onet": 48}
SCORE_THRESHOLD = np.float32(0.7)
AGREEMENT_LIMIT = 1e-5

# (case, frame, rectangle or None for the whole frame, width, height). Whole frames are
# levels of the pyramids that the detector builds; the sizes are every pairing of odd and
# even, from the smallest image that PNet takes.
PNET_IMAGES = [
    ("01_astronaut_12x12", "01_astronaut_close.jpg", (212, 120, 216, 216), 12, 12),
    ("02_astronaut_18x13", "04_astronaut_wide.jpg", None, 18, 13),
    ("03_hopper_25x19", "10_hopper_wide.jpg", None, 25, 19),
    ("04_cameraman_35x26", "16_cameraman_gray.jpg", None, 35, 26),
    ("05_dark_49x37", "25_dark.jpg", None, 49, 37),
    ("06_mona_lisa_52x69", "13_mona_lisa.jpg", None, 52, 69),
    ("80_outputs_group_145x73", "19_group.jpg", None, 145, 73),
    ("81_outputs_mona_lisa_103x137", "15_mona_lisa.jpg", None, 103, 137),
]
# How many one-crop cases of each kind, see crop_kind.
CROP_CASES = {
    "rnet": {"accepted": 3, "rejected": 3, "outside": 2},
    "onet": {"accepted": 1, "rejected": 1, "outside": 1},
}
# Name of the case, crops in it, and whether its pixels are rounded to whole numbers as an
# 8-bit pipeline would: a large batch of inputs then takes a quarter of the space.
CROP_BATCHES = {
    "rnet": [("80_batch_of_4", 4, False), ("81_outputs_of_400", 400, True)],
    "onet": [("81_outputs_of_150", 150, True)],
}
SYNTHETIC_SIZES = {"pnet": (21, 16), "rnet": (24, 24), "onet": (48, 48)}
NOISE_SEED = 20150


class InputError(Exception):
    """Fixtures that are missing, changed or do not agree with each other."""


def read_frames(directory):
    """Frame name -> float32 pixels [height, width, RGB], checked against images.json."""
    frames = {}
    for entry in json.loads((directory / "images.json").read_text(encoding="utf-8"))["frames"]:
        path = directory / entry["file"]
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        if hashlib.sha256(pixels.tobytes()).hexdigest() != entry["decoded_rgb_sha256"]:
            raise InputError(f"{path}: this JPEG decoder gives other pixels than images.json lists")
        frames[entry["file"]] = pixels.astype(np.float32)
    return frames


def interpolation(source, target):
    """For each target position: the two source positions and the weight of the second."""
    position = ((np.arange(target) + 0.5) * source / target - 0.5).astype(np.float32)
    first = np.floor(position).astype(int)
    weight = position - first.astype(np.float32)
    weight[(first < 0) | (first >= source - 1)] = 0
    first = np.clip(first, 0, source - 1)
    return first, np.minimum(first + 1, source - 1), weight


def resize(image, width, height):
    left, right, weight = interpolation(image.shape[1], width)
    weight = weight[None, :, None]
    rows = image[:, left] * (np.float32(1) - weight) + image[:, right] * weight
    top, bottom, weight = interpolation(image.shape[0], height)
    weight = weight[:, None, None]
    return rows[top] * (np.float32(1) - weight) + rows[bottom] * weight


def crop(image, x, y, width, height):
    """`width` by `height` pixels from (x, y), 0 outside the image."""
    result = np.zeros((height, width, 3), np.float32)
    x0, x1 = max(x, 0), min(x + width, image.shape[1])
    y0, y1 = max(y, 0), min(y + height, image.shape[0])
    if x0 < x1 and y0 < y1:
        result[y0 - y : y1 - y, x0 - x : x1 - x] = image[y0:y1, x0:x1]
    return result


def network_input(image):
    """Normalised, and transposed to the networks' [x, y, 3]."""
    normalised = (image - np.float32(127.5)) * np.float32(0.0078125)
    return np.ascontiguousarray(normalised.transpose(1, 0, 2))


def gold_crops(gold, frames, network):
    """Every crop of a stage, in the gold's order: (frame, rectangle, input, gold's box)."""
    side = CROP_SIDES[network]
    for image in gold["images"]:
        frame = frames[image["file"]]
        boxes = zip(image[f"{network}_input"], image[f"{network}_raw"], strict=True)
        for rectangle, box in boxes:
            x, y, w, h = (int(value) for value in rectangle[:4])
            if [x, y, w, h] != box[:4]:
                raise InputError(f"{image['file']}: {network}_input and {network}_raw differ in order")
            pixels = resize(crop(frame, x - 1, y - 1, w + 1, h + 1), side, side)
            yield image["file"], (x, y, w, h), network_input(pixels), box


def spread(items, count):
    """`count` of `items`, evenly spaced, first and last among them."""
    if count > len(items):
        raise InputError(f"{count} crops wanted, the gold has {len(items)}")
    return [items[index] for index in np.linspace(0, len(items) - 1, count).round().astype(int)]


def crop_kind(frames, crop):
    """Whether the crop reaches beyond its frame or, if not, what the gold's network said."""
    file, (x, y, w, h), _, box = crop
    height, width, _ = frames[file].shape
    if x < 1 or y < 1 or x + w > width or y + h > height:
        return "outside"
    return "accepted" if np.float32(box[4]) >= SCORE_THRESHOLD else "rejected"


def synthetic_cases(network):
    width, height = SYNTHETIC_SIZES[network]
    shape = (1, width, height, 3)
    noise = np.random.Generator(np.random.PCG64(NOISE_SEED)).integers(0, 256, shape)
    size = f"{width}x{height}"
    constant = np.full((height, width, 3), 1, np.float32)
    return [
        ("90_zeros", np.zeros(shape, np.float32), f"zeros, {size}"),
        ("91_pixels_000", network_input(constant * 0)[None], f"every pixel value 0, {size}"),
        ("92_pixels_255", network_input(constant * 255)[None], f"every pixel value 255, {size}"),
        (
            "93_noise",
            ((noise - 127.5) * 0.0078125).astype(np.float32),
            f"uniform noise of pixel values, PCG64 seed {NOISE_SEED}, {size}",
        ),
    ]


def pnet_cases(frames):
    for name, file, rectangle, width, height in PNET_IMAGES:
        image = frames[file]
        source = f"frame {file} resized to {width}x{height}"
        if rectangle:
            image = crop(image, *rectangle)
            source = f"frame {file}, rectangle {' '.join(map(str, rectangle))}, resized to {width}x{height}"
        yield name, network_input(resize(image, width, height))[None], source
    yield from synthetic_cases("pnet")


def crop_cases(network, frames, crops):
    side = CROP_SIDES[network]
    size = f"{side}x{side}"
    number = 0
    for kind, count in CROP_CASES[network].items():
        candidates = [crop for crop in crops if crop_kind(frames, crop) == kind]
        for file, rectangle, values, _ in spread(candidates, count):
            number += 1
            source = f"frame {file}, {size}, rectangle {' '.join(map(str, rectangle))}"
            yield f"{number:02d}_{kind}", values[None], source
    for name, count, whole_pixels in CROP_BATCHES[network]:
        batch = np.stack([values for _, _, values, _ in spread(crops, count)])
        source = f"{count} of the {len(crops)} crops of the stage gold, evenly spaced, {size}"
        if whole_pixels:
            batch = (np.round(batch * 128 + 127.5) - 127.5).astype(np.float32) * np.float32(0.0078125)
            source += ", pixels rounded to whole numbers"
        yield name, batch, source
    yield from synthetic_cases(network)


def write_cases(directory, cases):
    directory.mkdir(parents=True, exist_ok=True)
    for name, values, source in cases:
        np.save(directory / f"{name}.npy", values)
        (directory / f"{name}.txt").write_text(source + "\n", encoding="utf-8")


def check_pnet(model_path, gold, frames):
    """As check, for every position of every pyramid level that the gold lists."""
    session = onnxruntime.InferenceSession(str(model_path), providers=["CPUExecutionProvider"])
    positions = 0
    differing_levels = 0
    found = []
    expected = []
    for image in gold["images"]:
        for level in image["scales"]:
            values = network_input(resize(frames[image["file"]], level["w"], level["h"]))
            deltas, probabilities = session.run(["conv2d_4", "softmax"], {"input_1": values[None]})
            passes = probabilities[0, :, :, 1] >= np.float32(gold["t1"])
            positions += passes.size
            if int(passes.sum()) != level["n_raw"]:
                differing_levels += 1
                continue
            # Axis 1 is image x, so this is the gold's order: x outside, y inside.
            found.append(np.column_stack([probabilities[0, :, :, 1][passes], deltas[0][passes]]))
            expected.append(np.array(level["raw"]).reshape(-1, 9)[:, 4:])
    error = np.abs(np.concatenate(found) - np.concatenate(expected)).max(axis=0)
    print(
        f"pnet: {len(found) + differing_levels} levels with {positions} positions, "
        f"{sum(map(len, found))} pass, levels with another count than the gold: {differing_levels}; "
        f"largest difference: probability {error[0]:.2e}, deltas {error[1:].max():.2e}"
    )
    return differing_levels == 0 and error.max() <= AGREEMENT_LIMIT


def check(network, model_path, crops):
    """Print the agreement of ONNX Runtime with the gold; whether it is good enough."""
    session = onnxruntime.InferenceSession(str(model_path), providers=["CPUExecutionProvider"])
    batch = np.stack([values for _, _, values, _ in crops])
    outputs = dict(
        zip(
            [output.name for output in session.get_outputs()],
            session.run(None, {session.get_inputs()[0].name: batch}),
            strict=True,
        )
    )
    probabilities = next(v[:, 1] for name, v in outputs.items() if name.startswith("softmax"))
    deltas = next(v for v in outputs.values() if v.shape[1] == 4)
    gold = np.array([box for _, _, _, box in crops], np.float64)
    probability_error = np.abs(probabilities - gold[:, 4]).max()
    delta_error = np.abs(deltas - gold[:, 5:9]).max()
    passes = probabilities >= SCORE_THRESHOLD
    gold_passes = gold[:, 4].astype(np.float32) >= SCORE_THRESHOLD
    differing = int((passes != gold_passes).sum())
    print(
        f"{network}: {len(crops)} crops, {int(passes.sum())} pass in ONNX Runtime, "
        f"{int(gold_passes.sum())} in the gold, {differing} differ; largest difference: "
        f"probability {probability_error:.2e}, deltas {delta_error:.2e}"
    )
    return differing == 0 and max(probability_error, delta_error) <= AGREEMENT_LIMIT


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fixtures", type=Path, required=True, help="the Fixtures directory")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--output", type=Path, help="directory to write the cases into")
    action.add_argument("--check", action="store_true", help="compare with the gold instead")
    arguments = parser.parse_args()
    try:
        frames = read_frames(arguments.fixtures / "frames")
        gold_path = arguments.fixtures / "gold" / "openface_cpp_stages_min40.json"
        gold = json.loads(gold_path.read_text(encoding="utf-8"))
        crops = {network: list(gold_crops(gold, frames, network)) for network in CROP_SIDES}
        if arguments.check:
            models = arguments.fixtures / "models"
            agreed = [check_pnet(models / "pnet.onnx", gold, frames)]
            agreed += [check(n, models / f"{n}.onnx", crops[n]) for n in CROP_SIDES]
            sys.exit(0 if all(agreed) else 1)
        write_cases(arguments.output / "pnet", pnet_cases(frames))
        for network in CROP_SIDES:
            write_cases(arguments.output / network, crop_cases(network, frames, crops[network]))
    except (InputError, OSError, KeyError) as error:
        sys.exit(f"{Path(__file__).name}: {error}")


if __name__ == "__main__":
    main()
