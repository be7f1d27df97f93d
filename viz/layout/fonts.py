"""The fonts of every drawing: matplotlib's DejaVu, the same on a machine without any fonts.

Graphviz finds fonts through fontconfig. A small configuration file that names only matplotlib's
own font folder is handed to the engine's process in ``FONTCONFIG_FILE``, so text has the same
width everywhere and a PDF embeds the same glyphs. (The macOS wheel of pygraphviz draws with
Apple's Quartz, which does not read it; there text is measured and drawn with the system's fonts.)
"""

from __future__ import annotations

import atexit
import functools
import html
import importlib.util
import os
import shutil
import stat
import tempfile
import zlib
from pathlib import Path

__all__ = ["DATE", "FAMILY", "environment", "folder"]

FAMILY = "DejaVu Sans"

#: The date every drawing bears, 2000-01-01, in seconds since 1970: a file made twice is the same.
DATE = 946_684_800

# Of matplotlib's folder only text fonts are taken: its TeX fonts keep symbols at the places of
# letters. Kerning and ligatures are off, which makes the width of a text the sum of its characters.
_CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <selectfont>
    <rejectfont><glob>*</glob></rejectfont>
    <acceptfont><glob>*DejaVuSans*</glob></acceptfont>
    <acceptfont><glob>*DejaVuSerif*</glob></acceptfont>
    <acceptfont><glob>*STIXGeneral*</glob></acceptfont>
  </selectfont>
  <alias binding="same"><family>serif</family>
    <prefer><family>DejaVu Serif</family></prefer></alias>
  <alias binding="same"><family>monospace</family>
    <prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>{family}</string></edit>
  </match>
  <match target="font">
    <edit name="fontfeatures" mode="append"><string>kern=0</string><string>liga=0</string></edit>
  </match>
</fontconfig>
"""


def folder() -> Path | None:
    """Folder of matplotlib's fonts, found without importing matplotlib; None if it is not there."""
    try:
        spec = importlib.util.find_spec("matplotlib")
    except ValueError:
        return None
    for place in (spec and spec.submodule_search_locations) or ():
        fonts = Path(place, "mpl-data", "fonts", "ttf").absolute()
        if (fonts / "DejaVuSans.ttf").is_file():
            return fonts
    return None


def environment() -> dict[str, str]:
    """Environment variables for a process that draws with Graphviz.

    Returns
    -------
    dict of str to str
        This process's variables, with the fonts and the date fixed. Without matplotlib the
        machine's own fonts stay.
    """
    variables = dict(os.environ, SOURCE_DATE_EPOCH=str(DATE))
    fonts = folder()
    if fonts is not None:
        variables["FONTCONFIG_FILE"] = str(_configuration(fonts))
        variables.pop("FONTCONFIG_SYSROOT", None)
        # Pango on Windows and macOS asks the system for fonts unless told to use fontconfig.
        variables["PANGOCAIRO_BACKEND"] = "fc"
    return variables


def _configuration(fonts: Path) -> Path:
    """Fontconfig file for the folder `fonts`, written when it is not there yet."""
    scratch = _scratch()
    # A fixed date makes fontconfig blind to changes of the folder, so each state has its own cache.
    state = zlib.crc32(f"{fonts}|{fonts.stat().st_mtime_ns}".encode("utf-8", "surrogateescape"))
    cache = scratch / f"fontconfig-{state:08x}"
    text = _CONFIGURATION.format(
        fonts=html.escape(str(fonts)), cache=html.escape(str(cache)), family=FAMILY
    ).encode("utf-8", "surrogateescape")
    path = scratch / f"fonts-{zlib.crc32(text):08x}.conf"
    if not path.exists():
        number, draft = tempfile.mkstemp(dir=scratch)
        with open(number, "wb") as file:
            file.write(text)
        # Another process may be reading or writing it at this moment: it appears whole.
        try:
            os.replace(draft, path)
        except PermissionError:  # on Windows, where another one has just written and reads the same
            os.unlink(draft)
            if not path.exists():
                raise
    return path


def _scratch() -> Path:
    """Folder in the temporary directory that only this user can write to."""
    if not hasattr(os, "getuid"):  # Windows: the temporary directory is the user's own
        path = Path(tempfile.gettempdir(), "autograd-lite")
        path.mkdir(exist_ok=True)
        return path
    path = Path(tempfile.gettempdir(), f"autograd-lite-{os.getuid()}")
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        # In a shared /tmp somebody else may have taken the name, to hand us a file of theirs.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
            return _fresh()
    return path


@functools.cache
def _fresh() -> Path:
    path = tempfile.mkdtemp(prefix="autograd-lite-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return Path(path)
