#!/usr/bin/env python3
"""Whether `explain` names the detector and the one rule that lists of faces were made with; Markdown on standard output.

    plant_rules.py PROGRAM FRAMES_DIRECTORY [--per-family N] [--families A,B] [--every-change] [--workers N]

With Python's standard library alone. For each detector of `--rules`, N changes of one rule, spread over all rules, are
planted: `detect` writes the faces of the frames, and `explain` is given them. A change without an effect on any face is no
plant; another takes its place. A plant is *right* where the best explanation is the detector with this change alone, and
leaves no frame; *equal* where another change is named first that gives the same faces, and this one beside it; else it is
*wrong*. The exit status is 1 where fewer than 95 % are right, or where an explanation that is wrong leaves no frame.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

FAMILIES = ["openface", "classic", "facenet-pytorch", "mxnet", "mtcnn-runtime", "ipazc"]
# Its pyramid ends below 12 pixels for larger faces, and then it finds nothing.
SMALLEST_FACE = {"ipazc": 20}
# What is planted: each value in the detectors that have another.
CHANGES = [
    "pyramid_factor=0.707", "crop_region=inclusive", "squares=float", "output_extent=plain", "proposal_score=0.7",
    "level_resampling=area", "suppression_boxes=float", "refinement_extent=plain", "crop_beyond_image=clipped",
    "landmarks=of_box", "output_overlap=0.3", "cell_extent=12", "level_pixels=bytes", "output_measure=union",
    "final_calibration=applied", "squares=corners_cut", "proposal_correction=omitted", "refinement_score=0.8",
    "crop_resampling=bilinear", "output_far_edge=one_further", "level_overlap=0.6", "proposal_corners=rounded",
    "squares=side_cut", "output_score=0.9", "channel_order=bgr", "crop_region=exclusive", "level_size=next_above",
    "proposal_overlap=0.6", "suppressors=all_boxes", "crop_resampling=adaptive_mean", "proposal_extent=plus_one",
    "corrected_boxes=rounded", "output_pixels=bytes", "refinement_overlap=0.5", "squares=corners_rounded",
    "level_resampling=bilinear", "refinement_correction=before_suppression", "pyramid_factor=0.8",
    "crop_beyond_image=grey", "landmarks=mean_of_mirrored", "suppression_boxes=rounded", "cell_extent=12_from_2i",
    "score_precision=half", "box_beyond_image=clipped", "crop_region=from_one_before", "output_extent=plus_one",
    "level_resampling=adaptive_mean", "refinement_pixels=bytes", "proposal_correction=before_suppression",
    "crop_resampling=area", "final_calibration=omitted", "proposal_corners=cut", "landmarks=of_crop",
    "suppression_boxes=float_plus_one", "level_size=cut", "output_far_edge=at_extent", "corrected_boxes=float",
    "face_beyond_image=clipped", "refinement_suppression_scores=proposal", "crop_resampling=crop_and_resize",
    "refinement_correction=omitted", "output_suppression_boxes=rounded", "level_pixels=float",
    "proposal_order=row_by_row", "equal_scores=first_listed_first", "written_numbers=rounded", "cell_extent=11",
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("frames", type=pathlib.Path)
    parser.add_argument("--per-family", type=int, default=8)
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--every-change", action="store_true", help="plant all that have an effect")
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


def run(*command):
    outcome = subprocess.run(command, capture_output=True, text=True)
    if outcome.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit status {outcome.returncode}\n{outcome.stderr}")
    return outcome.stdout


class Planter:
    def __init__(self, options):
        self.program = options.program
        self.frames = options.frames
        self.images = sorted(str(path) for path in options.frames.glob("*.jpg"))
        table = [line.split() for line in run(self.program, "detect", "--list-rules").splitlines()]
        self.values = {row[0]: dict(zip(table[0][1:], row[1:])) for row in table[1:]}

    def faces(self, family, path, *changes):
        options = [option for change in changes for option in ("--change", change)]
        size = str(SMALLEST_FACE.get(family, 40))
        run(
            self.program, "detect", "--rules", family, *options, "--min-face-size", size, "--json", path, *self.images)
        document = json.loads(pathlib.Path(path).read_text())
        # Other people's lists do not say their thresholds.
        del document["score_thresholds"]
        pathlib.Path(path).write_text(json.dumps(document))
        return [image["faces"] for image in document["images"]]

    def has_effect(self, faces, others):
        """More than the last digits of some coordinate, probability or landmark."""
        def numbers(face):
            return [face[k] for k in "xywh"] + [x for point in face.get("landmarks", []) for x in point]

        for frame, other in zip(faces, others):
            if len(frame) != len(other):
                return True
            for one, two in zip(frame, other):
                if any(abs(a - b) > 0.1 for a, b in zip(numbers(one), numbers(two))):
                    return True
                if abs(one["confidence"] - two["confidence"]) > 1e-3:
                    return True
        return False

    def plants(self, family, count, directory):
        own = self.faces(family, f"{directory}/{family}.json")
        place = FAMILIES.index(family)
        # Every detector begins at another change.
        start = place * len(CHANGES) // len(FAMILIES)
        step = 5
        order = [CHANGES[(start + step * n) % len(CHANGES)] for n in range(len(CHANGES))]
        planted = 0
        for change in order:
            rule, value = change.split("=")
            if planted == count:
                return
            if self.values[rule][family] == value:
                continue
            path = f"{directory}/{family}-{change}.json"
            if self.has_effect(own, self.faces(family, path, change)):
                planted += 1
                yield family, change, path

    def explained(self, plant):
        family, change, path = plant
        answer = f"{path}.explained"
        words = run(
            self.program, "explain", "--gold", path, "--frames", str(self.frames), "--json", answer).splitlines()[0]
        document = json.loads(pathlib.Path(answer).read_text())
        explanations = document["explanations"]
        best = explanations[0] if explanations else None
        leaves = best["differing_frames"] if best else document["differing_frames"]
        if family == "openface" and not best:
            verdict = "no effect" if document["differing_frames"] == 0 else "wrong"
        elif best and best["family"] == family and best["rules"] == [change] and leaves == 0:
            verdict = "right"
        elif change.startswith("written_numbers") and best and best["family"] == family and not best["rules"]:
            verdict = "right"
        elif best and best["family"] == family and [change] in best["equally_good"]:
            verdict = "equal"
        else:
            verdict = "wrong, claimed" if best and leaves == 0 else "wrong"
        named = f"{best['family']} {' + '.join(best['rules'])}" if best else "nothing"
        print(f"{family} {change}: {verdict}: {named} ({words})", file=sys.stderr, flush=True)
        return family, change, document["differing_frames"], named, leaves, verdict


def main():
    options = arguments()
    planter = Planter(options)
    with tempfile.TemporaryDirectory() as directory:
        count = len(CHANGES) if options.every_change else options.per_family
        plants = [
            plant for family in options.families.split(",") for plant in planter.plants(family, count, directory)]
        with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
            rows = list(pool.map(planter.explained, plants))
    print("| detector | changed | frames that differ from OpenFace | named first | frames left | verdict |")
    print("|---|---|---|---|---|---|")
    for family, change, differing, named, leaves, verdict in rows:
        print(f"| {family} | `{change}` | {differing} | {named} | {leaves} | {verdict} |")
    verdicts = [row[-1] for row in rows]
    right = verdicts.count("right")
    print(f"\n{right} of {len(rows)} plants are named right and first", end="")
    print(f", {verdicts.count('equal')} more beside one that gives the same faces; ", end="")
    print(f"{verdicts.count('wrong, claimed')} wrong ones are claimed to explain.")
    return 0 if right >= 0.95 * len(rows) and "wrong, claimed" not in verdicts else 1


if __name__ == "__main__":
    sys.exit(main())
