#!/usr/bin/env python3
"""Opens report pages in headless Chromium and checks them as a person would; keeps screenshots.

    validation/check_page.py PROGRAM [--good PAGE] [--axe FILE] [--screenshots DIR]

PROGRAM is mtcnn-validate. Five pages are opened: of the bundled run (or PAGE, if that was made before), of a network
whose kernels were transposed, of an engine that computes RNet wrongly, of a detector whose faces depart, and of a network
with 300 layers that fail. Each must, at 390 and 1440 pixels, show its verdict on the first screen, open by mouse and keyboard, be no wider than the window,
ask for nothing outside the file, and name everything for those who hear it. Needs Chromium (CHROMIUM names it) and
nothing beyond Python's standard library.
"""

import argparse
import base64
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDTHS = (390, 1440)


class Browser:
    """Chromium, spoken to by its DevTools protocol over pipes."""

    def __init__(self, program):
        to_read, self.writing = os.pipe()
        self.reading, to_write = os.pipe()

        def child():
            # Chromium reads commands from descriptor 3 and answers on 4. Copies first: one may be the other's number.
            first, second = os.dup(to_read), os.dup(to_write)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.profile = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe",
             "--disable-background-networking", "--no-first-run", f"--user-data-dir={self.profile.name}"],
            preexec_fn=child, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.buffer = b""
        self.number = 0
        self.events = []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.buffer:
            part = os.read(self.reading, 1 << 20)
            if not part:
                raise RuntimeError("Chromium ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def open(self, path, width, height, scheme="light", media=""):
        self.events = []
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())

    def value(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", script))
        return result["result"].get("value")

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key, code):
        text = {"Enter": "\r"}.get(key, "")
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                      text=text if kind == "keyDown" else "")

    def screenshot(self, path, clip=None):
        options = {"format": "jpeg", "quality": 72, "captureBeyondViewport": clip is not None}
        if clip:
            options["clip"] = dict(zip(("x", "y", "width", "height"), clip), scale=1)
        data = base64.b64decode(self.call("Page.captureScreenshot", **options)["data"])
        pathlib.Path(path).write_bytes(data)

    def close(self):
        self.process.terminate()
        self.process.wait()
        os.close(self.writing)
        os.close(self.reading)
        self.profile.cleanup()


# What is wrong with how the page is built, as a list of sentences.
STRUCTURE = """(() => {
  const wrong = [];
  if (!document.documentElement.lang) wrong.push('the page names no language');
  const levels = [...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1]);
  if (levels.filter(level => level === 1).length !== 1) wrong.push('there is not one h1');
  levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) wrong.push(`heading ${i} skips a level`); });
  for (const svg of document.querySelectorAll('svg'))
    if (svg.getAttribute('aria-hidden') !== 'true' && !(svg.getAttribute('role') === 'img' && svg.getAttribute('aria-label')))
      if (!svg.closest('[aria-hidden=true]')) wrong.push('a picture has no name');
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size !== ids.length) wrong.push('an id is there twice');
  for (const use of document.querySelectorAll('use'))
    if (!document.querySelector(use.getAttribute('href'))) wrong.push('a frame has no picture');
  if (document.querySelector('script')) wrong.push('there is a script');
  for (const table of document.querySelectorAll('table'))
    if (!table.querySelector('th[scope=col]')) wrong.push('a table has no headings');
  return wrong;
})()"""

CENTRE = """(() => { const e = document.querySelector(%s); e.scrollIntoView({block: 'center', behavior: 'instant'});
  const b = e.getBoundingClientRect(); return [b.x + Math.min(b.width, 60) / 2, b.y + b.height / 2]; })()"""


class Checks:
    def __init__(self):
        self.failures = []
        self.count = 0

    def expect(self, holds, what):
        self.count += 1
        if not holds:
            self.failures.append(what)


def visible(browser, selector, text=None):
    """Whether an element stands within the window as it was opened, and holds a text."""
    return browser.value(f"""(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return false;
      const b = e.getBoundingClientRect();
      return b.width > 0 && b.height > 0 && b.top >= 0 && b.bottom <= innerHeight
        && e.innerText.toLowerCase().includes({json.dumps((text or '').lower())}); }})()""")


def check(browser, checks, name, page, verdict, parts, axe):
    for width in WIDTHS:
        label = f"{name} at {width} pixels"
        browser.open(page, width, 844 if width < 600 else 900)
        asked = {event["params"]["request"]["url"] for event in browser.events
                 if event.get("method") == "Network.requestWillBeSent"}
        foreign = {url for url in asked if not url.startswith(("data:", pathlib.Path(page).resolve().as_uri()))}
        checks.expect(not foreign, f"{label}: it asks for {', '.join(sorted(foreign))}")
        said = [event["params"]["entry"]["text"] for event in browser.events if event.get("method") == "Log.entryAdded"]
        checks.expect(not said, f"{label}: the browser complains: {said[:3]}")
        checks.expect(visible(browser, "h1", verdict), f"{label}: the verdict is not on the first screen")
        checks.expect(visible(browser, ".next"), f"{label}: what to do next is not on the first screen")
        for selector, text in parts:
            found = browser.value(f"[...document.querySelectorAll({json.dumps(selector)})]"
                                  f".some(e => e.textContent.includes({json.dumps(text)}))")
            checks.expect(found, f"{label}: {selector} does not say \"{text}\"")
        for wrong in browser.value(STRUCTURE):
            checks.expect(False, f"{label}: {wrong}")

        # Everything opened, nothing is wider than the window.
        def overflow():
            return browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")

        checks.expect(overflow() <= 0, f"{label}: it is {overflow()} pixels too wide")
        if browser.value("!!document.querySelector('details.network')"):
            if not browser.value("document.querySelector('details.network').open"):
                browser.click(*browser.value(CENTRE % json.dumps("details.network > summary")))
            layer = "details.network[open] details.layer"
            browser.click(*browser.value(CENTRE % json.dumps(f"{layer} > summary")))
            checks.expect(browser.value(f"document.querySelector('{layer}').open"),
                          f"{label}: a click opens no layer")
            browser.value(f"document.querySelector('{layer} > summary').focus()")
            browser.press("Enter", 13)
            checks.expect(not browser.value(f"document.querySelector('{layer}').open"),
                          f"{label}: the Enter key closes no layer")
        browser.value("document.querySelectorAll('details').forEach(e => { e.open = true })")
        checks.expect(overflow() <= 0, f"{label}: opened throughout, it is {overflow()} pixels too wide")
        small = browser.value("[...document.querySelectorAll('image')].length")
        checks.expect(small <= 80, f"{label}: it holds {small} pictures")
        if axe:
            browser.value(axe + ";0")
            found = browser.value("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.length + ' such as '"
                                  " + v.nodes[0].html.slice(0, 120)))")
            for violation in found:
                checks.expect(False, f"{label}: axe-core: {violation}")
    browser.open(page, 1440, 900, scheme="dark")
    checks.expect(browser.value("getComputedStyle(document.body).backgroundColor") != "rgb(251, 251, 250)",
                  f"{name}: a dark screen is light")
    checks.expect(pathlib.Path(page).stat().st_size <= 3 << 20, f"{name}: it is larger than 3 MB")


# MARK: - The pages


def run(program, *arguments, status):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in status:
        sys.exit(f"{' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def fields(message, start, end):
    """The fields of a protobuf message: (number, wire type, first byte of the value, its end)."""
    while start < end:
        key, start = varint(message, start)
        if key & 7 == 2:
            length, start = varint(message, start)
            yield key >> 3, 2, start, start + length
            start += length
        elif key & 7 == 0:
            first = start
            _, start = varint(message, start)
            yield key >> 3, 0, first, start
        else:
            size = {1: 8, 5: 4}[key & 7]
            yield key >> 3, key & 7, start, start + size
            start += size


def varint(message, start):
    value = shift = 0
    while True:
        byte = message[start]
        value |= (byte & 127) << shift
        shift, start = shift + 7, start + 1
        if not byte & 128:
            return value, start


def with_transposed_kernels(model):
    """An ONNX model in which the kernels of the second convolution have rows and columns exchanged."""
    model = bytearray(model)
    graph = next((start, end) for number, _, start, end in fields(model, 0, len(model)) if number == 7)
    tensors = 0
    for number, _, start, end in fields(model, *graph):
        if number != 5:
            continue
        shape, data = [], None
        for part, wire, first, last in fields(model, start, end):
            if part == 1:
                while wire == 2 and first < last:
                    value, first = varint(model, first)
                    shape.append(value)
                if wire == 0:
                    shape.append(varint(model, first)[0])
            elif part == 9:
                data = (first, last)
        if len(shape) == 4 and shape[2] == shape[3] == 3 and data:
            tensors += 1
            if tensors < 2:
                continue
            size = shape[2] * shape[3]
            for kernel in range(shape[0] * shape[1]):
                begin = data[0] + kernel * size * 4
                values = [bytes(model[begin + i * 4:begin + i * 4 + 4]) for i in range(size)]
                turned = [values[column * 3 + row] for row in range(3) for column in range(3)]
                model[begin:begin + size * 4] = b"".join(turned)
            return bytes(model)
    sys.exit("the model holds no second convolution of 3 x 3")


def written(number, value):
    """A field of a protobuf message: a number, a text or a message."""
    if isinstance(value, int):
        return shortest(number << 3) + shortest(value)
    data = value.encode() if isinstance(value, str) else value
    return shortest(number << 3 | 2) + shortest(len(data)) + data


def shortest(number):
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def long_network(layers, step):
    """An ONNX model that adds a constant of four numbers, multiples of the step, in each layer."""
    def typed(name, shape):
        extents = b"".join(written(1, written(1, extent)) for extent in shape)
        return written(1, name) + written(2, written(1, written(1, 1) + written(2, extents)))

    graph = written(2, "long")
    for index in range(layers):
        before = f"layer{index - 1}" if index else "x"
        graph += written(1, written(1, before) + written(1, f"constant{index}") + written(2, f"layer{index}")
                         + written(4, "Add"))
        values = struct.pack("<4f", *(step * (index % 7 - place) for place in range(4)))
        graph += written(5, written(1, 4) + written(2, 1) + written(8, f"constant{index}") + written(9, values))
    graph += written(11, typed("x", [1, 4])) + written(12, typed(f"layer{layers - 1}", [1, 4]))
    return written(1, 8) + written(7, graph) + written(8, written(1, "") + written(2, 17))


def departing_faces(directory):
    """Three frames, and their faces as a detector would list them that moves one, misses one and sees one too many."""
    frames = directory / "frames"
    frames.mkdir()
    gold = json.loads((ROOT / "Fixtures/gold/openface_cpp_min60.json").read_text())
    lines = ["file,x,y,width,height"]
    for index, image in enumerate(image for image in gold["images"] if image["file"][:2] in ("02", "09", "20")):
        shutil.copy(ROOT / "Fixtures/frames" / image["file"], frames)
        for number, face in enumerate(image["faces"]):
            x, y, width, height = (face[name] for name in ("x", "y", "w", "h"))
            if index == 2 and number == 0:
                continue
            shift = 9 if number == 0 else 0
            lines.append(f"{image['file']},{x + shift},{y},{width},{height}")
    lines.append(f"{image['file']},5,5,70,80")
    (directory / "faces.csv").write_text("\n".join(lines) + "\n")
    return frames, directory / "faces.csv"


def axe_script(path):
    """axe-core's script, of its own file or of a Python package that holds it."""
    if path.endswith(".js"):
        return pathlib.Path(path).read_text()
    with zipfile.ZipFile(path) as package:
        return package.read(next(name for name in package.namelist() if name.endswith("axe.min.js"))).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--good", help="the page of the bundled run, if it was made before")
    parser.add_argument("--axe", help="axe-core's script, or a Python package that holds it, to check accessibility with")
    parser.add_argument("--screenshots", help="the directory to keep screenshots in")
    options = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None)
    if not chromium:
        sys.exit("Chromium is needed to open the pages: install it, or let CHROMIUM name it.")
    program = pathlib.Path(options.program).resolve()
    checks = Checks()
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        good = options.good
        if not good:
            run(program, "--report", directory / "good", status=[0])
            good = directory / "good/report.html"
        model = ROOT / "Fixtures/models/nchw/pnet.onnx"
        (directory / "transposed.onnx").write_bytes(with_transposed_kernels(model.read_bytes()))
        run(program, "compare", model, directory / "transposed.onnx", "--page", directory / "transposed.html", status=[1])
        for name, step in (("long", 0.1), ("long_wrong", 0.10001)):
            (directory / f"{name}.onnx").write_bytes(long_network(300, step))
        run(program, "compare", directory / "long.onnx", directory / "long_wrong.onnx", "--no-diagnosis",
            "--page", directory / "long.html", status=[1])
        captures = directory / "captures"
        captures.mkdir()
        shutil.copy(ROOT / "Tests/CommandTests/recorded/opencv5_rnet.h5", captures / "rnet.h5")
        frames, faces = departing_faces(directory)
        run(program, "--captures", captures, "--frames", frames, "--gold", faces, "--report", directory / "failing",
            status=[1])
        failing = directory / "failing/report.html"
        axe = options.axe and axe_script(options.axe)
        browser = Browser(chromium)
        try:
            check(browser, checks, "the bundled run", good, "conforms with known deviations",
                  [(".card", "checks hold"), ("summary", "layer by layer"), (".flag", "known deviation"),
                   ("figcaption", "a decision flipped"), (".legend", "bound on rounding")], axe)
            check(browser, checks, "transposed kernels", directory / "transposed.html", "does not conform",
                  [(".next", "what was done wrong"), (".causes", "the kernels are transposed"), (".flag", "fails"),
                   (".failures", "conv2"), (".failures li", "divided by the largest that right programs make")], axe)
            # Without axe-core: it takes minutes over so many rows, which are built as those of the other pages.
            check(browser, checks, "300 layers", directory / "long.html", "does not conform",
                  [(".flag", "first divergence"), (".operator", "Add"), (".note", "more are listed below")], None)
            check(browser, checks, "a failing run", failing, "does not conform",
                  [(".gaps", "pnet"), (".failures", "p_re_lu_3/add:0_pooling0"), ("figcaption", "frames that depart"),
                   (".frames", "missed")], axe)
            if options.screenshots:
                shots(browser, pathlib.Path(options.screenshots), good, directory / "transposed.html", failing)
        finally:
            browser.close()
    for failure in checks.failures:
        print(failure)
    print(f"{checks.count - len(checks.failures)} of {checks.count} checks of the pages hold")
    sys.exit(1 if checks.failures else 0)


def shots(browser, directory, good, transposed, failing):
    directory.mkdir(parents=True, exist_ok=True)
    browser.open(good, 1200, 1500)
    browser.screenshot(directory / "page.jpg")
    browser.open(good, 390, 844)
    browser.screenshot(directory / "page_phone.jpg")
    browser.open(transposed, 1200, 1500, scheme="dark")
    browser.screenshot(directory / "page_failing.jpg")
    browser.open(failing, 1200, 900)
    top, height = browser.value(
        "(() => { const e = [...document.querySelectorAll('.gallery')].find(e => e.innerText.includes('depart'));"
        " const b = e.getBoundingClientRect(); return [b.top + scrollY, b.height]; })()")
    browser.screenshot(directory / "page_faces.jpg", (0, top - 24, 1200, height + 48))
    browser.open(failing, 1200, 900)
    top = browser.value("document.querySelector('details.network').getBoundingClientRect().top + scrollY")
    browser.screenshot(directory / "page_layers.jpg", (0, top - 24, 1200, 640))


if __name__ == "__main__":
    main()
