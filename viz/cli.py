"""The command line: ``autograd-lite demo``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from autograd_lite import __version__
from autograd_lite.notation import number

__all__ = ["main"]


class _Parser(argparse.ArgumentParser):
    """One clear line for a wrong option, instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _count(text: str) -> int:
    try:
        n = int(text)
    except ValueError:
        n = 0
    if n < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return n


def _seed(text: str) -> int:
    try:
        n = int(text)
    except ValueError:
        n = -1
    if not 0 <= n < 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2³² − 1")
    return n


def _parser() -> _Parser:
    models = ("celsius", "dense-4-4-1", "neuron")
    parser = _Parser(prog="autograd-lite", description="See backpropagation, step by step.")
    parser.add_argument("--version", action="version", version=f"autograd-lite {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    demo = commands.add_parser(
        "demo",
        help="train a model of the course and write every pass as pictures and a page",
        description="Train a model that converts Celsius to Fahrenheit, and write a folder with the"
        " stepper page, a picture of every recorded forward and backward pass, the loss curve and"
        " the record.",
        epilog="example: autograd-lite demo --model neuron --epochs 100 --out neuron",
    )
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
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 where it worked, 1 where it did not, 2 for a wrong option."""
    _speak_unicode()
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    try:
        return _demo(options)
    except KeyboardInterrupt:
        return _complain("stopped; nothing was written", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _demo(options: argparse.Namespace) -> int:
    from viz.demo import DemoError, run
    from viz.layout import GraphvizError

    out: Path = options.out
    try:
        trained = run(
            out, options.model, options.epochs, options.every, options.seed, options.force
        )
    except (DemoError, OSError, GraphvizError) as error:
        return _complain(str(error))
    recorded = len(trained.recording.steps)
    print(f"learned     {trained.learned}")
    print(f"100 °C is   {number(trained.prediction, 5)} °F (by the formula, 212)")
    print(f"step by it  {out / 'index.html'}  ({recorded} recorded steps; open it in a browser)")
    print(f"pictures    {out / 'frames'}{os.sep}, {out / 'loss.png'}")
    print(f"the record  {out / 'record.json'}")
    return 0


def _complain(message: str, code: int = 1) -> int:
    print(f"autograd-lite: {message}", file=sys.stderr)
    return code


def _speak_unicode() -> None:
    """Arrows and degrees on a terminal or in a pipe that was set up for less."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
