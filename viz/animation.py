"""``viz.animate``: the passes of a training as a GIF, one micro-step after the other."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.files import write_whole
from autograd_lite.notation import number
from autograd_lite.recording import Recording, StepRecord
from viz import layout
from viz.graphics import dot, style
from viz.graphics.geometry import Box
from viz.graphics.style import Theme
from viz.records.subject import as_recording, chosen_step, unit_of
from viz.scenes.arrangement import lay_out
from viz.scenes.levels import LEVELS, zoomed
from viz.scenes.partial_passes import PartPainter, PartTexts
from viz.scenes.scene import Scene
from viz.system.progress import Progress
from viz.words.narration import computed, moved_name, moves, plain_text, tellings
from viz.words.texts import StepTexts

__all__ = ["animate"]

_SECONDS = {"start": 0.9, "forward": 0.8, "loss": 0.8, "backward": 1.3, "update": 2.0, "end": 3.0}
_COLOURS = 64
_SHRINK, _ATTEMPTS = 0.75, 4
_MOST_FRAMES = 240
_LEAST = 0.4
"""Pixels for a point, below which no label can be read."""


@dataclass(frozen=True)
class _Frame:
    """A state of a step: how many results and messages are there, and what is said of it."""

    step: int
    phase: str
    computed: int
    applied: int
    updated: bool
    target: int | None
    words: str


def animate(what: Any, path: str | os.PathLike[str], *, steps: Sequence[int] | None = None,
            theme: str | Theme = "light", speed: float = 1.0, width: int = 1400,
            megabytes: float = 8.0, level: str | None = None) -> Path:  # fmt: skip
    """Write a GIF: forward, backward and update of some training steps, over and over.

    Parameters
    ----------
    what : Value, Recording or Recorder
    path : path
        Ends in ``.gif``.
    steps : sequence of int, optional
        Numbers of recorded steps; by default the first and the last.
    theme : {"light", "dark", "print"}
    speed : float
        2 is twice as fast.
    width : int
        The picture is at most so many pixels wide.
    megabytes : float
        The file is made smaller, picture by picture, until it is no larger than this.
    level : {"scalars", "neurons", "layers", "model"}, optional
        As for :func:`draw`; by default also a coarser one where every node on its own would be too
        small to be read in this width.

    Returns
    -------
    Path
        Where it was written: whole, or not at all.

    Raises
    ------
    ValueError
        Another ending, no such step or level, a speed, width or size that cannot be, or too many
        frames.
    """
    path = Path(path)
    if path.suffix.lower() != ".gif":
        raise ValueError(f"{path.name!r} ends in {path.suffix!r}; an animation is saved as .gif")
    for name, given in (("speed", speed), ("width", width), ("megabytes", megabytes)):
        if not 0 < given < float("inf"):
            raise ValueError(f"{name} is a number above 0, not {given!r}")
    look = style.theme_named(theme)
    recording = _readable(as_recording(what), level, width)
    numbers = [recording.steps[0].number, recording.steps[-1].number] if steps is None else steps
    places = list(dict.fromkeys(chosen_step(recording, n) for n in numbers))
    frames = [f for place in places for f in _frames(recording, place)]
    if len(frames) > _MOST_FRAMES:
        raise ValueError(
            f"these steps have {len(frames)} micro-steps, and an animation holds {_MOST_FRAMES}; give"
            " fewer steps, or draw a smaller model"
        )
    pictures = _drawn(recording, frames, look, width)
    times = [round(1000 * _SECONDS[f.phase] / speed) for f in frames]
    times[-1] = round(1000 * _SECONDS["end"] / speed)
    return write_whole(path, _within(pictures, times, round(megabytes * 1e6)))


def _readable(recording: Recording, level: str | None, width: int) -> Recording:
    """The recording at the level that is asked for, or at the finest that can be read."""
    if level is not None:
        return zoomed(recording, level).recording
    first = zoomed(recording)
    for coarse in LEVELS[LEVELS.index(first.level) : LEVELS.index("layers") + 1]:
        shown = zoomed(recording, coarse).recording
        wide = max(lay_out(shown, place).width for place in {s.graph for s in shown.steps})
        if wide * _LEAST <= width:
            return shown
    return first.recording


def _frames(recording: Recording, place: int) -> Iterator[_Frame]:
    """The states of one step, in order."""
    step = recording.steps[place]
    graph = recording.graph_of(step)
    texts = StepTexts(recording, step)
    results = computed(graph)
    updates = [u.node for u in step.updates]
    told = [
        (m, t)
        for m, t in zip(moves(graph, updates), tellings(texts), strict=True)
        if m.phase not in ("zero", "update")
    ]
    head = f"{unit_of(recording)} {step.number}   " if len(recording.steps) > 1 else ""
    yield _Frame(place, "start", 0, 0, False, None, f"{head}Before the forward pass")
    done = applied = 0
    seeded = False
    for move, telling in told:
        if move.phase == "backward":
            applied += seeded
            seeded = True
        else:
            done += 1
        words = f"{head}{plain_text(move.title)}:   {' '.join(telling.numbers)}"
        back = -1 if move.phase != "backward" else applied
        yield _Frame(place, move.phase, done, back, False, move.target, words)
    if updates:
        yield _Frame(place, "update", len(results), applied, True, None, head + _moved(texts, step))


def _moved(texts: StepTexts, step: StepRecord) -> str:
    """``The optimizer moves w 0.5 → 0.6, b 0 → 0.1``."""
    parts = []
    for update in step.updates[:3]:
        ends = [np.asarray(x, float) for x in (update.before, update.after)]
        known = all(x.size == 1 for x in ends)
        change = f" {' → '.join(number(x.item()) for x in ends)}" if known else ""
        name = moved_name(texts.graph, texts.graph.graph.nodes[update.node])
        parts.append(f"{name}{change}")
    more = ", …" if len(step.updates) > 3 else ""
    return f"The optimizer moves {', '.join(parts)}{more}"


def _drawn(recording: Recording, frames: Sequence[_Frame], look: Theme, width: int) -> list[bytes]:
    """Every frame as PNG; all are equally large."""
    scenes: dict[int, Scene] = {}
    for frame in frames:
        graph = recording.steps[frame.step].graph
        if graph not in scenes:
            scenes[graph] = lay_out(recording, graph)
    wide = max(s.width for s in scenes.values())
    # The words below stay readable where a wide picture is scaled down.
    size = 3 * min(max(round(4 * wide * 96 / (72 * width)), 4), 12)
    words = max(layout.text_widths([f.words for f in frames], size, bold=True))
    wide = max(words + 24, wide)
    high = max(s.height for s in scenes.values()) + 2 * size + 8
    dpi = min(96.0, 0.1 * math.floor(720 * width / math.ceil(wide)))
    pictures = []
    with Progress("animate", len(frames)) as bar:
        for frame in frames:
            step = recording.steps[frame.step]
            scene = replace(scenes[step.graph], width=wide, height=high)
            source = _source(recording, scene, step, frame, look, size)
            head, brace, rest = source.partition("{")
            source = f'{head}{brace}\n\tgraph [dpi="{dpi:.1f}"]{rest}'
            pictures.append(layout.render(source, "png", engine="nop2"))
            bar.step()
    return pictures


def _source(recording: Recording, scene: Scene, step: StepRecord, frame: _Frame, look: Theme,
            size: int) -> str:  # fmt: skip
    texts = PartTexts(recording, step)
    texts.show(frame.computed, frame.applied, frame.updated)
    painter = PartPainter(scene, texts, "both", look, False, "")
    painter.back = frame.applied >= 0 and frame.phase in ("backward", "update")
    colour = {"backward": look.backward, "loss": look.loss}.get(frame.phase, look.forward)
    marked = {u.node for u in step.updates} if frame.updated else {frame.target}
    for card in scene.cards:
        if card.node.id in marked:
            grown = card.box.grown(style.BORDER / 2 + 2)
            form = {"shape": "circle"} if card.round else {"shape": "box", "style": "rounded"}
            painter.out.shape(f"mark{card.node.id}", grown, color=colour, penwidth="2.6", **form)
    wide = layout.text_width(frame.words, size, bold=True)
    box = Box(12, scene.height - 1.8 * size, wide, 1.5 * size)
    painter.out.words("words", box, dot.font(frame.words, colour, size, bold=True))
    return painter.source()


def _within(pictures: Sequence[bytes], times: Sequence[int], most: int) -> bytes:
    """The GIF, with pictures as large as the limit allows."""
    share = 1.0
    for _ in range(_ATTEMPTS):
        made = _gif(pictures, times, share)
        if len(made) <= most:
            return made
        share *= _SHRINK
    raise ValueError(
        f"the animation is {len(made) / 1e6:.1f} MB even at {100 * share / _SHRINK:.0f} % of its size,"
        f" and the limit is {most / 1e6:g} MB; give fewer steps, or more megabytes"
    )


def _gif(pictures: Sequence[bytes], times: Sequence[int], share: float) -> bytes:
    """One palette for all frames, so that nothing flickers."""
    from PIL import Image

    opened = [Image.open(io.BytesIO(p)).convert("RGB") for p in pictures]
    if share < 1:
        wide, high = opened[0].size
        size = max(round(share * wide), 1), max(round(share * high), 1)
        opened = [image.resize(size, Image.Resampling.LANCZOS) for image in opened]
    # The colours of all frames: the last has every kind of line, and marks differ by phase.
    strip = Image.new("RGB", (opened[0].width, 3 * opened[0].height))
    for turn, place in enumerate((0, len(opened) // 2, len(opened) - 1)):
        strip.paste(opened[place], (0, turn * opened[0].height))
    palette = strip.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT)
    first, *rest = (image.quantize(palette=palette, dither=Image.Dither.NONE) for image in opened)
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=rest, duration=list(times), loop=0,
               optimize=False, disposal=1)  # fmt: skip
    return file.getvalue()
