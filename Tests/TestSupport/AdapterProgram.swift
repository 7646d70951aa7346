/// What an adapter in plain Python begins with: messages as `validation/ENGINE_PROTOCOL.md` describes them, and .npy files.
package let adapterProgram = #"""
    import json, struct, sys, time
    source, sink = sys.stdin.buffer, sys.stdout.buffer

    def receive():
        line = source.readline()
        if not line: sys.exit(0)
        header = json.loads(source.read(int(line)))
        return header, [source.read(part["bytes"]) for part in header.get("tensors", [])]

    def send(header, files=()):
        text = json.dumps(header).encode()
        sink.write(b"%d\n" % len(text) + text + b"".join(files))
        sink.flush()

    def npy(shape, values):
        header = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % (shape,)
        header += " " * (63 - (10 + len(header)) % 64) + "\n"
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack("<%df" % len(values), *values)

    """#
