"""What is drawn: a live value's record, or a step of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd_lite.recording import Recording

__all__ = ["as_recording", "chosen_step", "unit_of"]


def as_recording(what: Any, parameters: Sequence[Any] = (), check: bool = False) -> Recording:
    """A recording as it is, or the record of a live value's passes."""
    what = getattr(what, "recording", what)
    if isinstance(what, Recording):
        if not what.steps:
            raise ValueError(
                "the recording is empty: train with it first, as in fit(callbacks=[recorder])"
            )
        return what
    from autograd_lite import record

    try:
        return record(what, parameters=parameters, check=check)
    except TypeError:
        raise TypeError(
            f"a Value or a recording can be drawn, not {type(what).__name__}; give the result of a"
            " computation with Values, or viz.Recorder() after fit"
        ) from None


def chosen_step(recording: Recording, number: int | None) -> int:
    """The place of a training step in a recording, by its number; the last one by default."""
    if number is None:
        return len(recording.steps) - 1
    for place, step in enumerate(recording.steps):
        if step.number == number:
            return place
    known = ", ".join(str(s.number) for s in recording.steps[:8])
    more = ", …" if len(recording.steps) > 8 else ""
    raise ValueError(f"step {number} was not recorded; recorded are {known}{more}")


def unit_of(recording: Recording) -> str:
    """What the recorded steps are counted in: epochs where ``fit`` made one step in each."""
    epochs = {step.epoch for step in recording.steps}
    whole = bool(recording.subtitle) and len(epochs) == len(recording.steps)
    return "epoch" if whole else "step"
