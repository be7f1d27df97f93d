"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["reason", "write_whole"]


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> Path:
    """Write under a temporary name beside ``path`` and move it into place.

    An existing file is replaced only when the new one is complete.

    Raises
    ------
    OSError
        The folder does not exist or cannot be written to; nothing is changed then. It names the
        file or the folder that was asked for, not the temporary one.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"there is no folder {path.parent} to write {path.name} into; make it first"
        )
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise type(error)(
            f"{path.name} cannot be written into the folder {path.parent.absolute()}: {reason(error)};"
            " name another"
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o666 & ~_umask())
        _move(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _move(name: str, path: Path) -> None:
    try:
        os.replace(name, path)
    except PermissionError:  # as Windows has it
        raise PermissionError(
            f"{path} cannot be replaced: it is open in another program, or may only be read; close it"
            " there, or name another file"
        ) from None


def reason(error: OSError) -> str:
    """Why the system refused, in words, without its number and the temporary name.

    >>> reason(PermissionError(13, "Permission denied", "/.a.svg.x7")), reason(OSError(28, "No space"))
    ('no permission', 'no space')
    """
    if isinstance(error, PermissionError):
        return "no permission"
    words = error.strerror or str(error)
    return words[:1].lower() + words[1:]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
