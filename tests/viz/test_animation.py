"""Animations: one frame for every micro-step, blank until computed, no larger than allowed."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from viz_cases import SINGLE, fan_out, passed, trained

import viz
from viz.animation import animate
from viz.scenes.partial_passes import PartTexts


def opened(path):
    with Image.open(path) as image:
        frames, times = [], []
        for place in range(image.n_frames):
            image.seek(place)
            frames.append(np.asarray(image.convert("RGB")))
            times.append(image.info["duration"])
    return frames, times


def test_a_frame_for_every_micro_step(tmp_path):
    path = animate(passed(fan_out()), tmp_path / "a.gif")
    frames, times = opened(path)
    # Before; two results; the seed; four messages.
    assert len(frames) == 1 + 2 + 1 + 4
    assert len({f.shape for f in frames}) == 1
    assert all((a != b).any() for a, b in zip(frames, frames[1:], strict=False))
    assert times == [900, 800, 800, 1300, 1300, 1300, 1300, 3000]


def test_first_and_last_step_of_a_training(celsius, tmp_path):
    frames, times = opened(
        animate(celsius, tmp_path / "a.gif", width=700, speed=2, level="scalars")
    )
    messages = len(celsius.graphs[0].messages)
    assert len(frames) == 2 * (1 + 5 + 1 + messages + 1)
    assert frames[0].shape[1] <= 700
    assert times.count(1000) == 1 and times[-1] == 1500, "the update, and the end, twice as fast"
    one, _ = opened(animate(celsius, tmp_path / "b.gif", steps=[3], width=500, level="scalars"))
    assert len(one) == len(frames) // 2


def test_the_same_to_the_byte_and_no_larger_than_the_limit(tmp_path):
    one = passed(SINGLE["twice"]())
    path = animate(one, tmp_path / "a.gif", width=600)
    whole = path.read_bytes()
    assert animate(one, tmp_path / "a.gif", width=600).read_bytes() == whole
    assert [p.name for p in tmp_path.iterdir()] == ["a.gif"]
    small = animate(one, tmp_path / "b.gif", width=600, megabytes=0.8 * len(whole) / 1e6)
    assert small.stat().st_size <= 0.8 * len(whole)
    assert opened(small)[0][0].shape < opened(path)[0][0].shape
    with pytest.raises(ValueError, match="MB even at 42 % of its size, and the limit is 0.0001 MB"):
        animate(one, tmp_path / "c.gif", width=600, megabytes=0.0001)
    assert not (tmp_path / "c.gif").exists()


def test_what_is_not_computed_is_blank():
    recording = passed(fan_out())
    texts = PartTexts(recording, recording.steps[0])
    texts.show(1, -1, False)
    names = [n.name for n in recording.graphs[0].nodes]
    shown = dict(zip(names, texts.values, strict=True))
    assert shown == {"a": (("3",),), "b": (("2",),), "a·b": (("6",),), "a·b + a": (("",),)}
    assert texts.gradients == {} and texts.applications == ()
    later = PartTexts(recording, recording.steps[0])
    later.show(2, 2, False)
    assert {names[i]: g for i, g in later.gradients.items()} == {
        "a·b + a": (("1",),), "a·b": (("1",),), "a": (("1",),),
    }  # fmt: skip


def test_after_the_update_the_parameters_are_new(celsius):
    texts = PartTexts(celsius, celsius.steps[0])
    texts.show(99, 99, True)
    for update in celsius.steps[0].updates:
        from viz.words.texts import cells

        assert texts.values[update.node] == cells(update.after, np.shape(update.after))


@pytest.mark.parametrize(
    ("path", "more", "says"),
    [
        ("a.mp4", {}, "'a.mp4' ends in '.mp4'; an animation is saved as .gif"),
        ("a.gif", {"speed": 0}, "speed is a number above 0, not 0"),
        ("a.gif", {"width": -3}, "width is a number above 0, not -3"),
        ("a.gif", {"steps": [9]}, "step 9 was not recorded; recorded are 1"),
        ("a.gif", {"theme": "neon"}, "theme 'neon' is not one of 'light', 'dark', 'print'"),
    ],
)
def test_what_cannot_be_animated(path, more, says, tmp_path):
    with pytest.raises(ValueError) as error:
        animate(passed(fan_out()), tmp_path / path, **more)
    assert str(error.value) == says
    assert list(tmp_path.iterdir()) == []


def test_too_many_frames(network, tmp_path, monkeypatch):
    monkeypatch.setattr("viz.animation._MOST_FRAMES", 20)
    with pytest.raises(
        ValueError, match=r"these steps have \d+ micro-steps, and an animation holds 20"
    ):
        animate(trained((4, 4, 1), "float64", 2), tmp_path / "a.gif")
    assert viz.animate is animate


def test_what_is_too_wide_to_be_read_is_drawn_coarser(network, tmp_path):
    """Node by node a network of three layers is a ribbon; its neurons can be read."""
    with Image.open(animate(network, tmp_path / "a.gif", steps=[1])) as chosen:
        wide, high = chosen.size
    assert wide < 3 * high
    with Image.open(animate(network, tmp_path / "b.gif", steps=[1], level="scalars")) as asked:
        wide, high = asked.size
    assert wide > 5 * high
    with pytest.raises(ValueError, match="level 'neuron' is not one of"):
        animate(network, tmp_path / "c.gif", level="neuron")
