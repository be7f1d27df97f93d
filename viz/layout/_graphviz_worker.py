"""Child process of `viz.layout`: draws DOT text with the Graphviz library that pygraphviz carries.

Graphviz holds the interpreter while it lays out, cannot be interrupted, and tells its errors on
C's stderr; a process of its own can be killed and listened to. Run as a script with the folder
that contains pygraphviz as its argument, it says hello, then answers one frame with one frame
until its input ends.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import signal
import struct
import sys
import tempfile
from typing import IO, Any

__all__ = ["read_frame", "write_frame"]

_LENGTHS = struct.Struct(">II")

#: Seconds the child grants beyond its parent's limit before it ends by itself.
_GRACE = 5.0


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """One frame from an unbuffered stream: a JSON header and a payload.

    Raises
    ------
    EOFError
        The stream ended.
    """
    header, payload = _LENGTHS.unpack(_read(stream, _LENGTHS.size))
    return json.loads(_read(stream, header)), _read(stream, payload)


def write_frame(stream: IO[bytes], header: dict[str, Any], payload: bytes = b"") -> None:
    """Write a frame that `read_frame` reads."""
    text = json.dumps(header).encode()
    rest = memoryview(_LENGTHS.pack(len(text), len(payload)) + text + payload)
    while rest:
        rest = rest[stream.write(rest) :]


def _read(stream: IO[bytes], size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = stream.read(size - len(data))
        if not part:
            raise EOFError("the other side closed the pipe")
        data += part
    return bytes(data)


def _draw(gv: Any, dot: bytes, format: str, engine: str) -> bytes | None:
    """Drawing of the first graph in `dot`, or None when Graphviz refused."""
    # A new context each time costs nothing: one that has refused a format keeps that job for ever.
    context = gv.gvContextWithBuiltins()
    try:
        with tempfile.TemporaryFile() as file:
            file.write(dot)
            file.seek(0)
            graph = gv.agread(file, None)
        try:
            if gv.gvLayout(context, graph, engine.encode()):
                return None
            # A list [status, bytes], or the bare status when there are no bytes.
            answer = gv.gvRenderData(context, graph, format.encode())
            return answer[1] if isinstance(answer, list) and answer[0] == 0 else None
        finally:
            gv.gvFreeLayout(context, graph)
            gv.agclose(graph)
    except (ValueError, SystemError):  # pygraphviz's words for a graph that was not read or drawn
        return None
    finally:
        gv.gvFreeContext(context)


def _load() -> tuple[Any, str]:
    """The C library, and its name for `viz.layout.available`."""
    package = importlib.import_module("pygraphviz")
    gv = importlib.import_module("pygraphviz.graphviz")
    name = f"pygraphviz {package.__version__}"
    if not hasattr(gv, "gvContextWithBuiltins"):
        raise ImportError(f"{name} does not carry Graphviz; version 2.0.4 or later is needed")
    return gv, f"{name}, Graphviz {package.__graphviz_version__}"


def _serve() -> None:
    # Ctrl-C is for the parent, which decides what becomes of a drawing.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = open(os.dup(0), "rb", buffering=0)
    sink = open(os.dup(1), "wb", buffering=0)
    log = tempfile.TemporaryFile(buffering=0)
    # What C prints must neither break a frame nor reach the user's terminal.
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    silence = open(os.devnull, "w")

    # Behind the standard library, so that nothing beside pygraphviz can stand in for its modules.
    sys.path.append(sys.argv[1])
    try:
        gv, name = _load()
    except Exception as error:
        write_frame(sink, {"failure": f"{type(error).__name__}: {error}"})
        return
    write_frame(sink, {"name": name})

    while True:
        try:
            header, dot = read_frame(source)
        except EOFError:
            return
        log.seek(0)
        log.truncate()
        # A thread of C that needs no interpreter: ends an orphan whose parent can kill it no more.
        faulthandler.dump_traceback_later(header["timeout"] + _GRACE, exit=True, file=silence)
        drawing = _draw(gv, dot, header["format"], header["engine"])
        faulthandler.cancel_dump_traceback_later()
        log.seek(0)
        answer = {"drawn": drawing is not None, "log": log.read().decode("utf-8", "replace")}
        write_frame(sink, answer, drawing or b"")


if __name__ == "__main__":
    _serve()
