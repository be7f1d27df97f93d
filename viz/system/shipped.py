"""The tutorials that ship with the package, found in a checkout and in an installed wheel."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from viz.system.folders import whole_folder

if TYPE_CHECKING:
    from importlib.abc import Traversable

__all__ = ["TutorialsError", "copy_tutorials", "tutorials"]

_PAGES = ("glossary.md",)
_FOLDERS = ("pictures", "data")
"""What belongs to the lessons beside the notebooks; the rest is the documentation's."""


class TutorialsError(Exception):
    """The tutorials are not there, or cannot be copied as asked; nothing was changed."""


def tutorials() -> Traversable:
    """The folder with the tutorials.

    Raises
    ------
    TutorialsError
        The installation lacks them.
    """
    installed = resources.files("viz") / "tutorials"
    if installed.is_dir():
        return installed
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "setup.cfg").is_file() and (checkout / "tutorials").is_dir():
        return checkout / "tutorials"
    raise TutorialsError(
        "this installation lacks the tutorials; install it again with"
        " pip install --force-reinstall autograd-lite"
    )


def copy_tutorials(to: Path) -> list[str]:
    """Copy the notebooks, the glossary and the pictures into a new or empty folder, whole or not at all.

    Returns
    -------
    list of str
        The notebooks and the glossary, by name.

    Raises
    ------
    TutorialsError
        ``to`` holds something already, which may be a learner's work: it is never replaced.
    """

    def check() -> None:
        if to.is_symlink() or (to.exists() and not to.is_dir()):
            raise TutorialsError(f"{to} is no folder; name another with --to")
        if to.is_dir() and any(to.iterdir()):
            raise TutorialsError(
                f"{to} holds files already, which are not replaced; name another with --to"
            )
        if to.resolve() in (Path.cwd().resolve(), *Path.cwd().resolve().parents):
            raise TutorialsError(f"{to} is where you are; name a folder inside of it with --to")

    source = tutorials()
    with whole_folder(to, check) as made:
        _copy(source, made)
        return sorted(p.name for p in made.iterdir() if p.suffix in (".ipynb", ".md"))


def _copy(source: Traversable, to: Path) -> None:
    for part in source.iterdir():
        if part.name in _FOLDERS:
            (to / part.name).mkdir()
            for file in part.iterdir():
                if file.is_file() and not file.name.startswith("."):
                    (to / part.name / file.name).write_bytes(file.read_bytes())
        elif part.name in _PAGES or (
            part.name.endswith(".ipynb") and not part.name.startswith(".")
        ):
            (to / part.name).write_bytes(part.read_bytes())
