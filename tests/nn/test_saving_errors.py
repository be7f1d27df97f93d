"""Broken and foreign files of saved models: what is said of them, word for word."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from saving_cases import bits, members, network, saved, train

from autograd_lite import keras


def packed(parts, method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def changed(content, name, new):
    parts = members(content)
    parts[name] = new(parts[name]) if callable(new) else new
    return packed({n: c for n, c in parts.items() if c is not None})


def edited(content, edit):
    def new(text):
        data = json.loads(text)
        edit(data)
        return json.dumps(data)

    return changed(content, "config.json", new)


def flipped(content):
    """One bit of the first kernel is another."""
    place = content.index(b"\x93NUMPY") + 130
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def npy(array, header=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array)
    content = buffer.getvalue()
    if header is None:
        return content
    length = struct.unpack("<H", content[8:10])[0]
    return content[:10] + header.ljust(length - 1).encode() + b"\n" + content[10 + length :]


HUGE = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000), }"
KERAS = (
    "{path} was written by Keras itself, in HDF5, which is not read here. Load it with Keras, and"
    " give the model to autograd_lite.nn.exchange.from_keras()"
)
FIRST = "weights/0.npy"

BROKEN = {
    "empty": (lambda c: b"", "{path} is not a saved model: it is not a zip file"),
    "text": (lambda c: b"weights = 1", "{path} is not a saved model: it is not a zip file"),
    "HDF5": (lambda c: b"\x89HDF\r\n\x1a\n" + c, KERAS),
    "Keras's own": (
        lambda c: packed({"metadata.json": "{}", "config.json": "{}", "model.weights.h5": b"."}),
        KERAS,
    ),
    "half of it": (
        lambda c: c[: len(c) // 2],
        "{path} breaks off, or is damaged: it begins as a zip file and has no end",
    ),
    "another zip file": (
        lambda c: packed({"readme.txt": "hello"}),
        "{path} is not a saved model, or is damaged: it lacks metadata.json",
    ),
    "metadata of another": (
        lambda c: changed(c, "metadata.json", '{"keras_version": "3.15"}'),
        "{path} is not a model that autograd_lite saved",
    ),
    "later version": (
        lambda c: changed(c, "metadata.json", '{"format": "autograd_lite model", "version": 2}'),
        "{path} has version 2 of the format, and this is version 1: a later autograd_lite wrote"
        " it. Update with: pip install --upgrade autograd-lite",
    ),
    "compressed": (
        lambda c: packed(members(c), zipfile.ZIP_DEFLATED),
        "{path} was not written by save(): its members are compressed, or larger than the file",
    ),
    "one bit": (
        flipped,
        "{path} is damaged: weights/0.npy cannot be read, for its bytes do not give the checksum",
    ),
    "no JSON": (
        lambda c: changed(c, "config.json", "{'a': 1}"),
        "{path} is damaged: config.json cannot be read, for it is not JSON",
    ),
    "deep JSON": (
        lambda c: changed(c, "config.json", "[" * 200_000),
        "{path} is damaged: config.json cannot be read, for it is not JSON",
    ),
    "a list": (
        lambda c: changed(c, "config.json", "[]"),
        "{path} is damaged: config.json cannot be read, for it does not describe a model (list"
        " indices must be integers or slices, not str)",
    ),
    "an array is missing": (
        lambda c: changed(c, FIRST, None),
        "{path} is not a saved model, or is damaged: it lacks weights/0.npy",
    ),
    "no array": (
        lambda c: changed(c, FIRST, b"123"),
        "{path} is damaged: weights/0.npy cannot be read, for it is not an array of NumPy",
    ),
    "huge": (
        lambda c: changed(c, FIRST, npy(np.zeros((3, 4)), HUGE)),
        "{path} is damaged: weights/0.npy cannot be read, for it says to have shape (1000000000,"
        " 1000000000) of float64, and has 96 bytes",
    ),
    "objects": (
        lambda c: changed(c, FIRST, npy(np.array([None, {}], object))),
        "{path} is damaged: weights/0.npy cannot be read, for it holds object instead of"
        " floating-point numbers",
    ),
    "another shape": (
        lambda c: changed(c, FIRST, npy(np.zeros((3, 5)))),
        "'dense/kernel' of model 'sequential' has shape (3, 4), and 'dense/kernel' in {path} has"
        " (3, 5)",
    ),
    "too few weights": (
        lambda c: edited(c, lambda d: d["weights"].pop()),
        "{path} has 3 weights (dense/kernel, dense/bias, dense_1/kernel), and model 'sequential'"
        " has 4 (dense/kernel, dense/bias, dense_1/kernel, dense_1/bias)",
    ),
    "no class": (
        lambda c: edited(c, lambda d: d.pop("class_name")),
        "{path} is damaged: config.json cannot be read, for it does not describe a model"
        " ('class_name')",
    ),
    "another class": (
        lambda c: edited(c, lambda d: d.update(class_name="Functional")),
        "the saved model uses a model 'Functional' of its author's own: give it as"
        " load_model(path, custom_objects={{'Functional': Functional}})",
    ),
    "optimizer state": (
        lambda c: edited(c, lambda d: d["optimizer_state"]["slots"][0]["members"].pop("v")),
        "adam keeps m, v of every parameter, and the state given has m",
    ),
    "optimizer": (
        lambda c: edited(c, lambda d: d["compile"]["optimizer"].update(class_name="Muon")),
        "there is no class 'Muon' here; there are Adadelta, Adagrad, Adam, AdamW, Adamax, Ftrl,"
        " Lion, Nadam, RMSprop, SGD",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file(name, tmp_path):
    breaks, message = BROKEN[name]
    file = tmp_path / "model.keras"
    file.write_bytes(breaks(saved(tmp_path)))
    with pytest.raises(ValueError) as caught:
        keras.models.load_model(file)
    assert str(caught.value) == message.format(path=file)


def test_members_that_overlap(tmp_path):
    """A directory that lists one member many times over, each of full size."""
    parts = {"a" * 8: b"0" * 1000}
    content = packed(parts)
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    entries = b"".join(entry.replace(b"a" * 8, b"a" * 7 + bytes([98 + i])) for i in range(9))
    tail = bytearray(content[end:])
    tail[8:12] = struct.pack("<HH", 9, 9)
    tail[12:16] = struct.pack("<I", len(entries))
    (tmp_path / "model.keras").write_bytes(content[:start] + entries + bytes(tail))
    with pytest.raises(ValueError, match="members are compressed, or larger than the file"):
        keras.models.load_model(tmp_path / "model.keras")


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        keras.models.load_model(tmp_path / "model.keras")


def test_weights_of_another_model(tmp_path):
    network(widths=(5, 1)).save_weights(tmp_path / "five.weights.npz")
    network(widths=(1,)).save_weights(tmp_path / "one.weights.npz")
    model = network()
    before = bits(model)
    with pytest.raises(ValueError) as caught:
        model.load_weights(tmp_path / "five.weights.npz")
    assert str(caught.value) == (
        "'dense/kernel' of model 'sequential' has shape (3, 4), and 'dense/kernel' in"
        f" {tmp_path / 'five.weights.npz'} has (3, 5)"
    )
    with pytest.raises(ValueError) as caught:
        model.load_weights(tmp_path / "one.weights.npz")
    assert str(caught.value) == (
        f"{tmp_path / 'one.weights.npz'} has 2 weights (dense/kernel, dense/bias), and model"
        " 'sequential' has 4 (dense/kernel, dense/bias, dense_1/kernel, dense_1/bias)"
    )
    assert bits(model) == before


def test_json_that_describes_no_model():
    for text in ("3", "{}", "[]", '{"class_name": "Sequential"}'):
        with pytest.raises(ValueError, match="the JSON does not describe a model"):
            keras.models.model_from_json(text)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    model, file = network(), tmp_path / "model.keras"
    model.save(file)
    before = file.read_bytes()
    train(model)

    def fails(*args, **more):
        raise OSError("the disk is full")

    monkeypatch.setattr("os.replace", fails)
    with pytest.raises(OSError, match="the disk is full"):
        model.save(file)
    assert file.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["model.keras"]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_change_of_bytes_does_worse_than_an_error(data, tmp_path):
    file = tmp_path / "model.keras"
    if not file.exists():
        saved(tmp_path)
        (tmp_path / "whole").write_bytes(file.read_bytes())
    content = bytearray((tmp_path / "whole").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    file.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    message = str(file)
    try:
        keras.models.load_model(file)
    except ValueError as error:
        message = str(error)
    assert str(file) in message
