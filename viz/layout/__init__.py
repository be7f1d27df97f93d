"""Graphviz, wherever it is: DOT text in, drawing out; and the width of a text as Graphviz sees it.

Engines, in this order: the program that the caller or the variable ``AUTOGRAD_LITE_DOT`` names, the
library inside pygraphviz (in a child process that stays warm), ``dot`` on the PATH, and the program
of the package graphviz-pure, which needs no library of the system (pygraphviz's wheel for Linux
needs glib and X11's). That one knows no PDF and brings a font of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import html
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import signal
import string
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from viz.layout import fonts
from viz.layout._graphviz_worker import read_frame, write_frame

__all__ = [
    "GraphvizError",
    "GraphvizMissing",
    "GraphvizTimeout",
    "available",
    "render",
    "text_width",
    "text_widths",
]

_VARIABLE = "AUTOGRAD_LITE_DOT"
_LAST = "graphviz-pure"
_SCRIPT = Path(__file__).with_name("_graphviz_worker.py")
#: Seconds for the child to start, on however busy a machine; a caller's limit is for drawing only.
_START_LIMIT = 60.0
_LONGEST = 86_400.0
#: Width of a character in em where nothing can measure it: the average of digits and letters.
_ESTIMATE = 0.62

_ERROR = re.compile(r"^Error: (.*)", re.MULTILINE | re.DOTALL)

_T = TypeVar("_T")


class GraphvizError(RuntimeError):
    """Graphviz did not draw.

    Attributes
    ----------
    dot : str
        The DOT text that was to be drawn.
    """

    def __init__(self, message: str, dot: str = "") -> None:
        super().__init__(message)
        self.dot = dot


class GraphvizMissing(GraphvizError):
    """There is no Graphviz; `dot` holds the text, which any other Graphviz can draw."""


class GraphvizTimeout(GraphvizError):
    """The drawing took longer than the limit and was stopped."""


def render(
    dot: str,
    format: str = "svg",
    *,
    engine: str = "dot",
    timeout: float = 20.0,
    program: str | None = None,
) -> bytes:
    """Draw DOT text; the same text gives the same bytes.

    Parameters
    ----------
    dot : str
        One graph in the DOT language. Of a character that UTF-8 cannot hold, "?" is drawn.
    format : str
        "svg", "png", "pdf", "json", "plain" or another output format of Graphviz. An SVG comes
        without Graphviz's comments and ``<title>`` elements, which browsers show as tooltips.
    engine : str
        Layout: "dot", "nop2" (keep the positions that the text gives) or another of Graphviz.
    timeout : float
        Seconds after which the drawing is given up, at most a day.
    program : str, optional
        Command that speaks dot's command line, instead of the engine found by itself.

    Raises
    ------
    GraphvizMissing
        No engine was found, or the named program does not exist.
    GraphvizTimeout
        The limit was reached.
    GraphvizError
        Graphviz refused the text, the format or the engine: its own message. Warnings are ignored.
    ValueError
        `timeout` is not a number of seconds above 0.
    """
    if not 0 < timeout <= _LONGEST:
        raise ValueError(
            f"timeout is {timeout!r}; expected seconds above 0 and at most {_LONGEST:g}, such as 20"
        )
    source = dot.encode("utf-8", "replace")
    command = _command(program, dot)
    if command is not None and Path(command).stem == _LAST:
        # It measures letters by the metrics of a few fonts that it knows.
        source = source.replace(f'fontname="{fonts.FAMILY}"'.encode(), b'fontname="Arial"')
    try:
        if command is None:
            drawing, log = _worker.draw(source, format, engine, timeout)
        else:
            drawing, log = _run([command, f"-K{engine}", f"-T{format}"], source, timeout)
    except TimeoutError:
        raise GraphvizTimeout(
            f"Graphviz was stopped: {engine!r} took longer than the limit of {timeout:g} s. "
            f"Draw a coarser level, or give a larger timeout.",
            dot,
        ) from None
    except (EOFError, OSError) as error:
        raise GraphvizError(
            f"Graphviz ended without an answer ({error}). Draw a coarser level, or name another "
            f"Graphviz in {_VARIABLE}; the DOT text is in this error's .dot.",
            dot,
        ) from error
    if drawing is None:
        raise GraphvizError(_refusal(log, dot), dot)
    return _reproducible(drawing, format)


def available() -> str:
    """Engine that `render` uses: "bundled (…versions…)", "program …path…" or "none"."""
    try:
        command = _command(None, "")
    except GraphvizMissing:
        return "none"
    return f"bundled ({_worker.name})" if command is None else f"program {command}"


def text_width(text: str, size: int, *, bold: bool = False, italic: bool = False) -> float:
    """Width of one line of text in points, as the engine lays it out; see `text_widths`."""
    return text_widths([text], size, bold=bold, italic=italic)[0]


def text_widths(
    strings: Iterable[str], size: int, *, bold: bool = False, italic: bool = False
) -> list[float]:
    """Widths of lines of text in points, as the engine lays them out in DejaVu Sans.

    The engine rounds each character to whole pixels of 1/96 inch, and kerning and ligatures are
    off, so the width of a text is the sum of its characters', and only a character not met before
    is measured. (Sizes 9, 12, 15 and 18 are whole pixels themselves; letters that join, as in
    Arabic, are measured apart.) Without an engine, 0.62 em a character is taken.

    Parameters
    ----------
    strings : iterable of str
        Plain text, not markup; control characters have no width.
    size : int
        Points.
    bold, italic : bool
        Style, as of ``<B>`` and ``<I>``.
    """
    if size <= 0:
        raise ValueError(f"size is {size!r}; expected points above 0, such as 9, 12, 15 or 18")
    lines = [_clusters(text) for text in strings]
    style = (size, bold, italic, os.environ.get(_VARIABLE))
    wanted = {cluster for line in lines for cluster in line}
    unknown = {cluster for cluster in wanted if (cluster, style) not in _advances}
    if unknown:
        try:
            measured = _measure(sorted(unknown | _USUAL), size, bold, italic)
        except GraphvizMissing:
            return [_ESTIMATE * size * len(line) for line in lines]
        _advances.update(((cluster, style), width) for cluster, width in measured.items())
    return [sum(_advances[cluster, style] for cluster in line) for line in lines]


#: Characters that are measured with the first one of a style: to ask once is quicker than often.
_USUAL = set(string.ascii_letters + string.digits + " .,=+()[]·−∂/→…₀₁₂₃₄₅ŷ")

#: Width of a character, with its marks, in a style.
_advances: dict[tuple[str, tuple[Any, ...]], float] = {}


def _clusters(text: str) -> list[str]:
    """Split into characters that keep their combining marks: the mark of x̄ has no width alone."""
    clusters: list[str] = []
    for character in text.encode("utf-8", "replace").decode():
        category = unicodedata.category(character)
        if clusters and category in ("Mn", "Me", "Mc", "Cf"):
            clusters[-1] += character
        elif category != "Cc" and character not in "\ufffe\uffff":  # not allowed in a label
            clusters.append(character)
    return clusters


def _measure(clusters: list[str], size: int, bold: bool, italic: bool) -> dict[str, float]:
    opening = "<B>" * bold + "<I>" * italic
    closing = "</I>" * italic + "</B>" * bold
    lines = [f'graph {{ node [shape=plain fontname="{fonts.FAMILY}" fontsize={size} pos="0,0"]']
    for number, cluster in enumerate(clusters):
        # Graphviz reads \N and its like even in an HTML label; a doubled backslash is a backslash.
        text = html.escape(cluster).replace("\\", "\\\\")
        lines.append(f"{number} [label=<{opening}{text}{closing}>]")
    layout = json.loads(render("\n".join([*lines, "}"]), "json", engine="nop2"))
    widths = {
        int(node["name"]): sum(part["width"] for part in node.get("_ldraw_", ()) if "width" in part)
        for node in layout["objects"]
    }
    return {cluster: widths[number] for number, cluster in enumerate(clusters)}


def _command(program: str | None, dot: str) -> str | None:
    """Path of the program to run; None for the bundled engine, which then has started."""
    named = program or os.environ.get(_VARIABLE)
    if named:
        found = shutil.which(os.path.expanduser(named))
        if found is None:
            origin = "by program=" if program else f"in {_VARIABLE}"
            raise GraphvizMissing(
                f"{named!r}, named {origin}, is not a program that can be run. Give the path of "
                f"Graphviz's dot, or leave it out to use the bundled engine.",
                dot,
            )
        return found
    if _worker.start():
        return None
    found = shutil.which("dot") or _last_resort()
    if found is None:
        raise GraphvizMissing(
            f"There is no Graphviz to draw with: {_worker.failure}, and there is no dot on the "
            f'PATH. Run `pip install "pygraphviz>=2.0.4"`, which brings it along, or name '
            f"a dot program in {_VARIABLE}; the DOT text is in this error's .dot.",
            dot,
        )
    return found


def _last_resort() -> str | None:
    """Path of the program that the package graphviz-pure installs."""
    try:
        files = importlib.metadata.files(_LAST) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    programs = (Path(str(f.locate())).resolve() for f in files if Path(f).stem == _LAST)
    return next((str(p) for p in programs if p.is_file() and os.access(p, os.X_OK)), None)


def _refusal(log: str, dot: str) -> str:
    """Graphviz's own message, with the line of the DOT text that it speaks of."""
    # Fontconfig's and other warnings come before it.
    error = _ERROR.search(log)
    message = (error[1] if error else log).strip() or "it gave no reason, or found no graph in it"
    place = re.search(r"syntax error in line (\d+)", message)
    for number, line in enumerate(dot.split("\n"), 1):
        if place and number == int(place[1]):
            message += f"\nline {number}: {line.strip()[:200]}"
    return (
        f"Graphviz refused the DOT text: {message}\nCorrect what it names; the whole text is in "
        f"this error's .dot. A name in a label must be escaped."
    )


def _reproducible(drawing: bytes, format: str) -> bytes:
    """Leave out what differs between runs and versions, and is not part of the drawing."""
    if format in ("svg", "svg_inline"):
        # Graphviz escapes < in all text, so that nothing of the user's can look like these.
        return re.sub(rb"(?s)<!--.*?-->\s*|<title>.*?</title>\s*", b"", drawing)
    if format == "pdf":
        # As long as the old date: a PDF counts its bytes.
        date = time.strftime("%Y%m%d%H%M%S", time.gmtime(fonts.DATE)).encode()
        return re.sub(rb"(?<=/CreationDate \(D:)\d{14}", date, drawing)
    return drawing


def _start(command: list[str], stderr: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=fonts.environment(),
        # Its own group: Ctrl-C does not reach it, and _kill reaches what it has started in turn.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process with its children and let go of it."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # it has just ended
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _run(command: list[str], source: bytes, timeout: float) -> tuple[bytes | None, str]:
    """Drawing of an outside program, or None, and its messages."""
    process = _start(command, subprocess.PIPE)
    try:
        drawing, log = process.communicate(source, timeout)
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    finally:
        _kill(process)
    refused = process.returncode != 0 or not drawing
    message = log.decode("utf-8", "replace")
    if refused and not message.strip():
        message = f"{command[0]} ended with code {process.returncode} and no message"
    return (None if refused else drawing), message


class _Worker:
    """The bundled engine: pygraphviz in a child process that is started when it is needed."""

    def __init__(self) -> None:
        self.name = ""
        self.failure = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._broken: str | None = None
        self._lock = threading.Lock()

    def start(self) -> bool:
        """Whether the child runs now; if not, `failure` says why."""
        with self._lock:
            return self._running()

    def draw(
        self, dot: bytes, format: str, engine: str, timeout: float
    ) -> tuple[bytes | None, str]:
        """Drawing, or None, and Graphviz's messages."""
        with self._lock:
            if not self._running():
                raise EOFError(self.failure)
            request = {"format": format, "engine": engine, "timeout": timeout}
            answer, drawing = self._within(timeout, lambda: self._ask(request, dot))
        # Graphviz draws a node whose label it could not read; the dot program calls that a failure.
        refused = not answer["drawn"] or _ERROR.search(answer["log"])
        return (None if refused else drawing), answer["log"]

    def stop(self) -> None:
        """End the child; the next drawing starts another."""
        if self._process is not None:
            _kill(self._process)
            self._process = None

    def forget(self) -> None:
        """After a fork: the child and its pipes belong to the parent, and so may the lock."""
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()
            self._process.returncode = 0  # it is not ours to wait for
        self._process = None
        self._lock = threading.Lock()

    def _running(self) -> bool:
        if self._process is not None and self._process.poll() is None:
            return True
        self.stop()
        site = _site()
        if site is None:
            # Asked anew each time: it may be installed while a notebook runs.
            self.failure = "pygraphviz is not installed"
        elif getattr(sys, "frozen", False) or not sys.executable:
            self.failure = "this application has no Python interpreter to run pygraphviz with"
        elif site != self._broken:
            self.failure = self._hello(site)
            self._broken = site if self.failure else None
        return self._process is not None

    def _hello(self, site: str) -> str:
        """Start the child; what went wrong, or nothing."""
        try:
            # -I and -S: neither the user's environment nor this folder can stand in for a module.
            command = [sys.executable, "-I", "-S", str(_SCRIPT), site]
            self._process = _start(command, subprocess.DEVNULL)
            hello, _ = self._within(_START_LIMIT, self._answer)
        except TimeoutError:
            return f"pygraphviz did not load within {_START_LIMIT:g} s"
        except (EOFError, OSError) as error:
            return f"pygraphviz's child process did not start ({error})"
        if "failure" in hello:
            self.stop()
            return f"pygraphviz does not load ({hello['failure']})"
        self.name = hello["name"]
        return ""

    def _ask(self, request: dict[str, Any], dot: bytes) -> tuple[dict[str, Any], bytes]:
        assert self._process is not None and self._process.stdin is not None
        write_frame(self._process.stdin, request, dot)
        return self._answer()

    def _answer(self) -> tuple[dict[str, Any], bytes]:
        assert self._process is not None and self._process.stdout is not None
        return read_frame(self._process.stdout)

    def _within(self, seconds: float, exchange: Callable[[], _T]) -> _T:
        """Result of an exchange with the child, which is killed after so many seconds.

        It is ended too when anything interrupts the exchange: the next one would read the rest of
        this answer.
        """
        process = self._process
        assert process is not None
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            process.kill()

        # No way to wait for a pipe works everywhere; a killed child closes its end everywhere.
        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        done = False
        try:
            result = exchange()
            done = True
        except (EOFError, OSError):
            if expired.is_set():
                raise TimeoutError from None
            raise EOFError(f"its exit code is {process.wait()}") from None
        finally:
            timer.cancel()
            timer.join()
            if expired.is_set() or not done:
                self.stop()
        return result


def _site() -> str | None:
    """Folder that contains pygraphviz, found without importing it."""
    try:
        spec = importlib.util.find_spec("pygraphviz")
    except ValueError:
        return None
    if spec is None or spec.origin is None:
        return None
    return str(Path(spec.origin).absolute().parent.parent)


_worker = _Worker()
atexit.register(_worker.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_worker.forget)
