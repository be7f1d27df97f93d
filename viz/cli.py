"""The command line: ``autograd-lite demo``, ``draw`` and ``tutorials``.

Results go to standard output, messages to standard error; the exit code is 0 where it worked, 1 where
it did not, 2 for a wrong option or formula.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from autograd_lite import __version__
from autograd_lite.errors import NumericWarning, did_you_mean
from autograd_lite.files import reason
from autograd_lite.notation import number
from viz.graphics.formats import FORMATS, as_bytes
from viz.system.terminal import speak_unicode, strong

__all__ = ["main"]

_AS_TEXT = ("svg", "dot", "html", "tex", "tikz")
_SWITCHES = ("level", "notation", "legend")
"""Options that go to the drawing as they are."""


class _Usage(Exception):
    """What was asked for cannot be meant: exit code 2."""


class _Parser(argparse.ArgumentParser):
    """One clear line for a wrong option, instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _whole(text: str) -> int:
    """A whole number; −1 where it is none, which is outside of every range here."""
    try:
        return int(text)
    except ValueError:
        return -1


def _count(text: str) -> int:
    if _whole(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return _whole(text)


def _seed(text: str) -> int:
    if not 0 <= _whole(text) < 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2³² − 1")
    return _whole(text)


# ── options ───────────────────────────────────────────────────────────────────────────────────
def _parser() -> _Parser:
    parser = _Parser(
        prog="autograd-lite",
        description="See backpropagation, step by step.",
        epilog="examples:\n"
        "  autograd-lite demo\n"
        '  autograd-lite draw "tanh(w*x + b)" --at w=0.5 --at x=2 --at b=1 -o neuron.svg\n'
        "  autograd-lite tutorials --to lessons\n\n"
        "autograd-lite COMMAND --help tells more of each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"autograd-lite {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for add in (_add_demo, _add_draw, _add_tutorials):
        add(commands)
    return parser


def _add(commands: Any, name: str, help: str, description: str, *examples: str) -> _Parser:
    lines = "\n".join(f"  autograd-lite {name} {example}".rstrip() for example in examples)
    command: _Parser = commands.add_parser(
        name, help=help, description=description, epilog=f"examples:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    return command


def _add_demo(commands: Any) -> None:
    models = ("celsius", "dense-4-4-1", "neuron")
    demo = _add(
        commands, "demo",
        "train a model of the course and write every pass as pictures and a page",
        "Train a model that converts Celsius to Fahrenheit, and write a folder with the stepper\n"
        "page, a picture of every recorded forward and backward pass, the loss curve and the record.",
        "", "--model neuron --epochs 100 --out neuron", "--force",
    )  # fmt: skip
    demo.add_argument(
        "--model", choices=models, default=models[0], help="which one (default: celsius)"
    )
    demo.add_argument(
        "--epochs", type=_count, default=500, help="passes over the data (default: 500)"
    )
    demo.add_argument("--every", type=_count, metavar="N",
                      help="record every N-th step (default: about 60, evenly on a log scale)")  # fmt: skip
    demo.add_argument("--seed", type=_seed, default=0, help="for the first weights (default: 0)")
    demo.add_argument("--out", type=Path, default=Path("autograd-lite-demo"), metavar="DIR",
                      help="the folder to write (default: autograd-lite-demo)")  # fmt: skip
    demo.add_argument("--force", action="store_true", help="replace the folder of an earlier demo")


def _add_draw(commands: Any) -> None:
    draw = _add(
        commands, "draw",
        "draw the forward and the backward pass of a formula",
        "Draw the graph of a formula with its values and its gradients. Formulas have numbers, names,\n"
        "+ - * / ** @, parentheses, vectors [1, 2], functions such as tanh, exp, relu, sum, and\n"
        "statements that name what they compute: z = w*x + b; tanh(z). They are read as data, never\n"
        "run as Python. Without -o the drawing is told in words.",
        '"tanh(w*x + b)" --at w=0.5 --at x=2 --at b=1 -o neuron.svg',
        '"w=0.5; x=2; z=w*x; L=(z - 3)**2" --backward --theme dark -o loss.png',
        '"mean((w*x - y)**2)" --at "w=1.5 x=[1, 2, 3] y=[2, 4, 6]" -o steps.html',
        '"a*b + a" --seed 0 -o - --format dot',
    )  # fmt: skip
    draw.add_argument(
        "formula", metavar="FORMULA", help="the formula; - reads it from the standard input"
    )
    draw.add_argument("--at", action="append", default=[], metavar="NAME=NUMBER",
                      help="the number of a name, once for each; vectors as x=[1,2]")  # fmt: skip
    draw.add_argument(
        "--seed", type=_seed, help="random numbers for the names that --at leaves out"
    )
    draw.add_argument("--parameters", default="", metavar="NAMES",
                      help="names with the double border of parameters, as w,b")  # fmt: skip
    passes = draw.add_mutually_exclusive_group()
    for name, words in (
        ("forward", "only the values"),
        ("backward", "the gradients, on top of a faint forward pass"),
        ("both", "values and gradients (the default)"),
    ):
        passes.add_argument(
            f"--{name}", dest="passes", action="store_const", const=name, help=words
        )
    draw.add_argument("--theme", choices=("light", "dark", "print"), default="light",
                      help="colours (default: light)")  # fmt: skip
    draw.add_argument("--transparent", action="store_true", help="leave the background out")
    draw.add_argument(
        "--level",
        help="how much is drawn as one box: scalars, neurons, layers or model (default: by size)",
    )
    draw.add_argument(
        "--notation",
        help="how gradients are written: partial, bar or grad (default: partial, as ∂L/∂x)",
    )
    draw.add_argument(
        "--legend", action="store_true", default=None,
        help="tell below the drawing what its lines and borders mean",
    )  # fmt: skip
    draw.add_argument(
        "-o", "--out", metavar="FILE",
        help="what to write; its ending decides the format; - is the standard output",
    )  # fmt: skip
    draw.add_argument("--format", choices=FORMATS, help="a format that the ending does not say")


def _add_tutorials(commands: Any) -> None:
    tutorials = _add(
        commands, "tutorials",
        "copy the tutorials into a folder of yours",
        "Copy the tutorials that came with the installation, notebooks with the glossary and its\n"
        "pictures, into a new folder, to work in. A folder with files in it is never written to.",
        "--to lessons",
    )  # fmt: skip
    tutorials.add_argument("--to", type=Path, default=Path("autograd-lite-tutorials"), metavar="DIR",
                           help="a new folder (default: autograd-lite-tutorials)")  # fmt: skip


def _formulas_marked(arguments: Sequence[str]) -> list[str]:
    """A formula such as -x**2 looks like an option; with a space in front it does not."""
    if "draw" not in arguments[:1]:
        return list(arguments)
    looks = re.compile(r"-(?![-oh]|$).")
    return [f" {a}" if looks.match(a) else a for a in arguments]


# ── running ───────────────────────────────────────────────────────────────────────────────────
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 where it worked, 1 where it did not, 2 for a wrong option."""
    speak_unicode()
    try:
        try:
            return _run(sys.argv[1:] if arguments is None else arguments)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # a reader who has left is noticed here, and not at the exit
    except KeyboardInterrupt:
        return _complain("stopped; nothing was written", 130)
    except OSError as error:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        left = (
            isinstance(error, BrokenPipeError) or error.errno == errno.EINVAL
        )  # as Windows has it
        return 1 if left else _complain(_said(error))


def _run(arguments: Sequence[str]) -> int:
    parser = _parser()
    commands = {"demo": _demo, "draw": _draw, "tutorials": _tutorials}
    if arguments and not arguments[0].startswith("-") and arguments[0] not in commands:
        hint = did_you_mean(arguments[0], commands)
        known = ", ".join(commands)
        parser.exit(
            2, f"{parser.prog}: there is no command {arguments[0]!r}; there are {known}.{hint}\n"
        )
    options, left = parser.parse_known_args(_formulas_marked(arguments))
    if left:
        parser.error(_left_over(left, options.command))
    if options.command is None:
        parser.print_help()
        return 0
    from viz.layout import GraphvizError

    run = commands[options.command]
    try:
        return run(options)
    except _Usage as error:
        return _complain(str(error), 2)
    except BrokenPipeError:
        raise
    except GraphvizError as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(_said(error))


def _left_over(arguments: Sequence[str], command: str | None) -> str:
    """What is said of arguments that no option takes."""
    words = f"unrecognized arguments: {' '.join(a.strip() for a in arguments)}"
    if command == "draw" and all(re.match(r"[^\W\d]\w*=", a) for a in arguments):
        return f"{words}; write --at in front of each: --at {' --at '.join(arguments)}"
    return words


def _demo(options: argparse.Namespace) -> int:
    from viz.demo import DemoError, run

    out: Path = options.out
    try:
        trained = run(
            out, options.model, options.epochs, options.every, options.seed, options.force
        )
    except DemoError as error:
        return _complain(str(error))
    recorded = len(trained.recording.steps)
    _tell("learned", trained.learned)
    _tell("100 °C is", f"{number(trained.prediction, 5)} °F (by the formula, 212)")
    _tell("step by it", f"{out / 'index.html'}  ({recorded} recorded steps; open it in a browser)")
    _tell("pictures", f"{out / 'frames'}{os.sep}, {out / 'loss.png'}")
    _tell("the record", str(out / "record.json"))
    return 0


def _tutorials(options: argparse.Namespace) -> int:
    from viz.system.shipped import TutorialsError, copy_tutorials

    try:
        names = copy_tutorials(options.to)
    except TutorialsError as error:
        return _complain(str(error))
    for name in names:
        print(options.to / name)
    if sys.stderr.isatty():
        first = strong(f"jupyter lab {options.to}", sys.stderr)
        _complain(f"notebooks open in VS Code, or with pip install jupyterlab and {first}")
    return 0


# ── draw ──────────────────────────────────────────────────────────────────────────────────────
def _draw(options: argparse.Namespace) -> int:
    form = _format(options)
    with warnings.catch_warnings(record=True) as noticed:
        warnings.simplefilter("always", NumericWarning)
        diagram = _diagram(options)
        for warning in noticed:
            _complain(f"warning: {warning.message}")
    if options.out is None:
        print(diagram.alt)
        if sys.stderr.isatty():
            _complain(f"to see it, add {strong('-o picture.svg', sys.stderr)}")
        return 0
    if options.out != "-" and not Path(options.out).parent.is_dir():
        return _complain(f"there is no folder {Path(options.out).parent} to write into")
    try:
        content = as_bytes(diagram, form)
    except ValueError as error:
        raise _Usage(str(error)) from None
    if options.out == "-":
        sys.stdout.flush()
        binary = getattr(sys.stdout, "buffer", None)
        binary.write(content) if binary else sys.stdout.write(content.decode())
        return 0
    from autograd_lite.files import write_whole

    print(write_whole(options.out, content))
    return 0


def _format(options: argparse.Namespace) -> str:
    """What is to be written, refused before any work is done."""
    known = ", ".join("." + f for f in FORMATS)
    if options.out is None:
        if options.format:
            raise _Usage(f"--format {options.format} needs a file: -o FILE, or -o - for the pipe")
        return "svg"
    if options.out == "-":
        form: str = options.format or "svg"
        if form not in _AS_TEXT and sys.stdout.isatty():
            raise _Usage(f"a {form} is nothing for a terminal; give a file, as -o picture.{form}")
        return form
    ending = Path(options.out).suffix.lower().lstrip(".")
    if not options.format and ending not in FORMATS:
        raise _Usage(
            f"{options.out!r} does not end in {known}; give it such an ending, or --format svg"
        )
    return options.format or ending


def _diagram(options: argparse.Namespace) -> Any:
    from viz.diagram import draw
    from viz.formulas import MissingNumbers, assignments, parsed, record_formula

    text = sys.stdin.read(10_000) if options.formula == "-" else options.formula
    given: dict[str, Any] = {}
    try:
        form = parsed(text.strip())
        for part in options.at:
            for name, x in assignments(part).items():
                if name in given:
                    raise _Usage(f"--at {name}=… is given twice")
                given[name] = x
        if options.seed is not None:
            given = {**_random(form.names, options.seed), **given}
        recording, passes = record_formula(form, given, options.passes, _names(options.parameters))
        switches = {n: getattr(options, n) for n in _SWITCHES}
        diagram = draw(
            recording, passes=passes, theme=options.theme, transparent=options.transparent,
            **{n: x for n, x in switches.items() if x is not None},
        )  # fmt: skip
    except MissingNumbers as error:
        wanted = " ".join(f"--at {name}=1" for name in error.names)
        raise _Usage(f"{error}\ngive it: {wanted}, or --seed 0 for random numbers") from None
    except ValueError as error:
        raise _Usage(str(error)) from None
    if passes == "forward" and options.passes is None:
        _complain("only the values are drawn, for a backward pass starts from one number; write"
                  " sum(…) or mean(…) around it")  # fmt: skip
    return diagram


def _random(names: Sequence[str], seed: int) -> dict[str, float]:
    import numpy as np

    drawn = np.random.default_rng(seed).uniform(-2.0, 2.0, len(names)).round(1)
    return dict(zip(names, drawn.tolist(), strict=True))


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"[,\s]+", text) if name]


# ── messages ──────────────────────────────────────────────────────────────────────────────────
def _tell(what: str, words: str) -> None:
    print(f"{strong(f'{what:<11}', sys.stdout)} {words}")


def _said(error: OSError) -> str:
    """What the system refused, without the number that it gives its reason."""
    if not error.strerror:
        return str(error)
    return ": ".join([*([str(error.filename)] if error.filename else []), reason(error)])


def _complain(message: str, code: int = 1) -> int:
    print(f"{strong('autograd-lite:', sys.stderr)} {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
