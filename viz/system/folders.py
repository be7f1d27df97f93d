"""Folders that appear whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograd_lite.files import reason

__all__ = ["whole_folder"]


@contextmanager
def whole_folder(out: Path, check: Callable[[], None]) -> Iterator[Path]:
    """An empty folder to fill, which then becomes ``out``; until then nothing at ``out`` changes.

    Parameters
    ----------
    out : Path
    check : callable
        Raises where ``out`` may not be replaced. It is asked once more before the move: ``out`` may
        have been filled meanwhile.

    Raises
    ------
    OSError
        The folder cannot be made; it names the one that was asked for, not the temporary one.
    """
    check()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except (FileExistsError, NotADirectoryError):
        raise NotADirectoryError(
            f"{out.name} cannot be made in {out.parent.absolute()}, which is no folder; name another"
        ) from None
    except OSError as error:
        raise type(error)(
            f"{out.name} cannot be made in the folder {out.parent.absolute()}: {reason(error)};"
            " name another"
        ) from None
    try:
        made = work / "new"
        made.mkdir()
        yield made
        check()
        try:
            _move(made, out, work / "old")
        except PermissionError:  # as Windows has it
            raise PermissionError(
                f"{out} cannot be replaced: a file in it is open in another program; close it there,"
                " or name another folder"
            ) from None
    finally:
        if out.exists() or not (work / "old").exists():  # else it is the only copy of the old one
            shutil.rmtree(work, ignore_errors=True)


def _move(made: Path, out: Path, old: Path) -> None:
    """Put the new folder in the place of the old one, which comes back if that fails."""
    there = out.exists()
    if there:
        out.rename(old)
    try:
        made.rename(out)
    except BaseException:
        if there:
            old.rename(out)
        raise
