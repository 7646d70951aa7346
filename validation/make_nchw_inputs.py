"""Makes the few inputs on which the networks of the NCHW dialect are recorded.

Takes cases that make_inputs.py wrote for the bundled networks, [batch, image x, image y, channel],
and rearranges them to [batch, channel, image y, image x], under the same names: the results
of the two dialects can be compared case by case. ONet's layers are large, so its real crop is
recorded in its outputs only, and an image of two bands of repeated rows, which compresses well
and is not symmetric in x and y, in all layers.

Usage:
    python validation/make_nchw_inputs.py CASES --output DIR

CASES and DIR have one folder for each network.
"""

import argparse
import pathlib
import sys

import numpy

SELECTION = {
    "pnet": ["01_astronaut_12x12", "03_hopper_25x19", "90_zeros"],
    "rnet": ["01_accepted", "90_zeros"],
    "onet": ["90_zeros", "92_pixels_255"],
}
OUTPUTS_ONLY = {"onet": {"01_accepted": "81_outputs_of_1"}}
BAND_SIDE, BAND_EDGE = 48, 20


def bands() -> numpy.ndarray:
    x, channel = numpy.arange(BAND_SIDE), numpy.arange(3)
    row = (x[None, :] * 5 + channel[:, None] * 40) % 256
    image = numpy.repeat(row[:, None, :], BAND_SIDE, axis=1)
    image[:, BAND_EDGE:] = 255 - image[:, BAND_EDGE:]
    return ((image[None] - 127.5) * 0.0078125).astype(numpy.float32)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=pathlib.Path, help="folder that make_inputs.py wrote")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    try:
        for network, names in SELECTION.items():
            target = arguments.output / network
            target.mkdir(parents=True, exist_ok=True)
            renamed = {name: name for name in names} | OUTPUTS_ONLY.get(network, {})
            for name, new_name in renamed.items():
                source = arguments.cases / network / name
                values = numpy.load(source.with_suffix(".npy"), allow_pickle=False).transpose(0, 3, 2, 1)
                numpy.save(target / f"{new_name}.npy", numpy.ascontiguousarray(values))
                (target / f"{new_name}.txt").write_text(source.with_suffix(".txt").read_text("utf-8"), "utf-8")
        numpy.save(arguments.output / "onet" / "02_bands.npy", bands())
        (arguments.output / "onet" / "02_bands.txt").write_text(
            f"bands: pixel (5 x + 40 channel) mod 256, from row {BAND_EDGE} on 255 less that, {BAND_SIDE}x{BAND_SIDE}\n", "utf-8"
        )
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
