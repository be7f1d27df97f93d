"""Archives: arrays and JSON in one zip file, byte for byte the same whenever they are the same.

Nothing in an archive is ever run: arrays are NumPy's .npy without pickle, all else is JSON. Members
are stored uncompressed, so that reading takes no more memory than the file has bytes.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.files import write_whole

__all__ = ["Archive", "write_archive"]

_EPOCH = (1980, 1, 1, 0, 0, 0)
_HDF5 = b"\x89HDF\r\n\x1a\n"
_KERAS = (
    "{path} was written by Keras itself, in HDF5, which is not read here. Load it with Keras, and"
    " give the model to autograd_lite.nn.exchange.from_keras()"
)


def write_archive(path: str | os.PathLike[str], members: Mapping[str, Any]) -> Path:
    """Write a zip file, whole or not at all.

    ``members`` maps names to arrays, which become .npy files, or to plain data, which becomes JSON.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16  # the same on every system
            file.writestr(info, _bytes(content))
    return write_whole(path, buffer.getvalue())


def _bytes(content: Any) -> bytes:
    if not isinstance(content, np.ndarray):
        return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
    buffer = io.BytesIO()
    little = content.astype(content.dtype.newbyteorder("<"), copy=False)
    np.lib.format.write_array(buffer, little, version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


class Archive:
    """A zip file that is read.

    Raises
    ------
    ValueError
        It is no archive of this kind, or is damaged; the message says what is wrong.
    OSError
        There is no such file, or it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = str(path)
        content = Path(path).read_bytes()
        if content.startswith(_HDF5):
            raise ValueError(_KERAS.format(path=self.path))
        if not content.startswith(b"PK\x03\x04"):
            raise ValueError(f"{self.path} is not a saved model: it is not a zip file")
        try:
            self._file = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
            raise ValueError(
                f"{self.path} breaks off, or is damaged: it begins as a zip file and has no end"
            ) from None
        infos = self._file.infolist()
        self._infos = {info.filename: info for info in infos}
        if any(name.endswith("model.weights.h5") for name in self._infos):
            raise ValueError(_KERAS.format(path=self.path))
        if len(self._infos) != len(infos):
            raise ValueError(f"{self.path} is damaged: a name stands twice in it")
        stored = all(i.compress_type == zipfile.ZIP_STORED for i in infos)
        if not stored or sum(i.file_size for i in infos) > len(content):
            raise ValueError(
                f"{self.path} was not written by save(): its members are compressed, or larger"
                " than the file"
            )

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def names(self) -> list[str]:
        """The names of the members, in their order."""
        return list(self._infos)

    def read(self, name: str) -> bytes:
        """The bytes of a member."""
        if name not in self._infos:
            raise ValueError(f"{self.path} is not a saved model, or is damaged: it lacks {name}")
        try:
            return self._file.read(name)
        except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError):
            raise self.damaged(name, "its bytes do not give the checksum") from None

    def data(self, name: str) -> Any:
        """Plain data from a member that holds JSON."""
        content = self.read(name)
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise self.damaged(name, "it is not JSON") from None

    def array(self, name: str) -> np.ndarray:
        """An array of real numbers from a .npy member; its header is checked before it is made."""
        file = io.BytesIO(self.read(name))
        try:
            version = np.lib.format.read_magic(file)
            header = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            shape, _, dtype = header(file)
        except (ValueError, KeyError):
            raise self.damaged(name, "it is not an array of NumPy") from None
        if dtype.kind != "f":
            raise self.damaged(name, f"it holds {dtype} instead of floating-point numbers")
        left = len(file.getvalue()) - file.tell()
        if min(shape, default=0) < 0 or prod(shape) * dtype.itemsize != left:
            raise self.damaged(
                name, f"it says to have shape {shape} of {dtype}, and has {left} bytes"
            )
        file.seek(0)
        array = np.lib.format.read_array(file, allow_pickle=False)
        return array.astype(dtype.newbyteorder("="), copy=False)

    def damaged(self, name: str, why: str) -> ValueError:
        """The error that says what is wrong with a member."""
        return ValueError(f"{self.path} is damaged: {name} cannot be read, for {why}")
