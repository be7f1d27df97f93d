"""The sentences: one telling for each move, true in every case, and unshaken by NaN and infinity."""

from __future__ import annotations

import numpy as np
import pytest
from viz_cases import SINGLE, fan_out, leaf, passed

from autograd_lite import Value, record
from autograd_lite.nn import Recorder
from autograd_lite.nn.optimizers import Adam
from autograd_lite.recording import Recording
from viz.diagram import draw
from viz.page import stepper
from viz.page.model import page_model
from viz.words.narration import PHASES, moves, plain_text, tellings
from viz.words.texts import StepTexts


def told(recording: Recording, place: int = -1) -> list[tuple[str, str, str, str]]:
    """Of each move: phase, title, sentences, notes."""
    step = recording.steps[place]
    texts = StepTexts(recording, step)
    said = tellings(texts)
    known = moves(recording.graph_of(step), [u.node for u in step.updates])
    assert len(known) == len(said)
    return [
        (
            m.phase,
            plain_text(m.title),
            *(" ".join(map(plain_text, part)) for part in (t.say, t.note)),
        )
        for m, t in zip(known, said, strict=True)
    ]


def backward(root: Value) -> dict[str, str]:
    """What is said of each message, by its title."""
    return {title: say for phase, title, say, _ in told(passed(root)) if phase == "backward"}


# ── moves and tellings ────────────────────────────────────────────────────────────────────────
def check(recording: Recording) -> None:
    for step in recording.steps:
        texts = StepTexts(recording, step)
        graph = recording.graph_of(step)
        known, said = moves(graph, [u.node for u in step.updates]), tellings(texts)
        assert len(known) == len(said)
        order = [PHASES.index(m.phase) for m in known]
        assert order == sorted(order)
        swept = [m for m in known if m.phase == "backward"]
        assert [m.target for m in swept] == [graph.root.id, *(m.input for m in graph.messages)][
            : len(swept)
        ]
        assert [m.op for m in swept[1:]] == [m.node for m in graph.messages]
        made = [m.target for m in known if m.phase in ("forward", "loss")]
        assert sorted(made) == [n.id for n in graph.nodes if n.op]
        assert [m.target for m in known if m.phase == "update"] == [u.node for u in step.updates]
        for move, telling in zip(known, said, strict=True):
            assert len(move.equation) == len(move.captions) == len(telling.numbers)
            assert all(isinstance(n, str) and n for n in telling.numbers)
            assert (telling.gradient is not None) == (move.phase == "backward")
            for line in (move.title, *telling.say, *telling.note):
                assert plain_text(line).strip()
            for line in telling.say:
                assert plain_text(line).endswith(".")
            spoken = " ".join(
                plain_text(line) for line in (move.title, *telling.say, *telling.note)
            )
            assert "None" not in spoken
            assert "array(" not in spoken


@pytest.mark.parametrize("name", SINGLE)
def test_moves_and_tellings_agree(name):
    check(passed(SINGLE[name]()))
    check(record(SINGLE[name](), backward=False))


@pytest.mark.parametrize("model", ["celsius", "network"])
def test_moves_and_tellings_of_a_training(model, request):
    check(request.getfixturevalue(model))


def test_phases_of_a_training_step(celsius):
    told_ = told(celsius)
    assert [phase for phase, *_ in told_] == (
        ["forward"] * 2 + ["loss"] * 3 + ["zero"] + ["backward"] * 7 + ["update"] * 2
    )
    assert [title for _, title, *_ in told_] == [
        "@ makes h", "+ makes ŷ", "− makes error", "(·)² makes squared", "mean makes L",
        "The gradients of the last step are cleared", "The backward pass starts at L",
        "mean passes the gradient back to squared",
        "(·)² passes the gradient back to error", "− passes the gradient back to ŷ",
        "+ passes the gradient back to h", "+ passes the gradient back to bias",
        "@ passes the gradient back to kernel", "The optimizer moves kernel",
        "The optimizer moves bias",
    ]  # fmt: skip


# ── one sentence for each case ────────────────────────────────────────────────────────────────
def product(w: float, x: float, factor: float) -> str:
    """What is said of the message to w in L = factor · (w·x)."""
    wx = leaf("w", w) * leaf("x", x)
    wx.name = "p"
    y = wx * leaf("k", factor)
    y.name = "L"
    return backward(y)["× passes the gradient back to w"]


def test_positive_and_negative():
    assert product(2.0, 3.0, 4.0) == (
        "When w rises a little, p rises 3 times as much, because x = 3, and L rises 4 times that:"
        " 12 times as much in all."
    )
    assert product(2.0, 3.0, -4.0) == (
        "When w rises a little, p rises 3 times as much, because x = 3, and L falls 4 times that:"
        " 12 times as much in all."
    )
    assert product(2.0, -3.0, 4.0) == (
        "When w rises a little, p falls 3 times as much, because x = −3, and L falls 4 times that:"
        " 12 times as much in all."
    )
    assert product(2.0, -3.0, -4.0) == (
        "When w rises a little, p falls 3 times as much, because x = −3, and L rises 4 times that:"
        " 12 times as much in all."
    )


def test_one_and_zero():
    assert product(2.0, 1.0, 1.0) == (
        "When w rises a little, p rises just as much, because x = 1, and L rises just as much:"
        " 1 times as much in all."
    )
    assert product(2.0, -1.0, 4.0).startswith(
        "When w rises a little, p falls just as much, because"
    )
    assert product(2.0, 0.0, 4.0) == (
        "When w rises a little, p does not move, because x = 0: no change of L comes from here."
    )
    assert product(2.0, 3.0, 0.0) == (
        "When w rises a little, p rises 3 times as much, because x = 3: no change of L comes from"
        " here."
    )


def test_the_last_operation_needs_no_upstream():
    said = backward(fan_out())
    assert said["+ passes the gradient back to a"] == (
        "When a rises a little, a·b + a rises just as much."
    )


def test_fan_out_adds_up():
    notes = [
        note for phase, *_, note in told(passed(SINGLE["five_times"]())) if phase == "backward"
    ]
    sums = [n for n in notes if n.startswith("∂v₂/∂a:")]
    assert [n.split(". ")[-1] for n in sums[1:]] == [
        "The second of 5 messages is added, +=.", "The third of 5 messages is added, +=.",
        "The 4th of 5 messages is added, +=.", "The 5th of 5 messages is added, +=: the sum is complete.",
    ]  # fmt: skip
    assert sums[0].endswith(", the first of 5 messages.")
    assert sums[0].startswith("∂v₂/∂a: blank → ")
    numbers = [n.split(": ")[1].split(", ")[0].split(". ")[0].split(" → ") for n in sums]
    assert [a for _, a in numbers[:-1]] == [b for b, _ in numbers[1:]]
    assert numbers[-1][1] == "14.38"


def test_a_node_used_once_and_a_node_used_twice_by_one_operation():
    y = leaf("a", 2.0).tanh()
    y.name = "t"
    notes = [note for *_, note in told(passed(y + y))]
    assert notes[0] == "t is used 2 times, so 2 gradients come back."
    assert "t is used once" not in " ".join(notes)


def test_large_ordinals():
    a = leaf("a", 1.0)
    y = a + a
    for _ in range(21):
        y = y + a
    notes = " ".join(note for *_, note in told(passed(y)))
    for word in ("4th", "11th", "12th", "13th", "21st", "22nd", "23rd"):
        assert f"The {word} of 23 messages" in notes


def test_tensors_are_told_element_by_element(celsius):
    said = {title: say for _, title, say, _ in told(celsius)}
    assert said["+ passes the gradient back to bias"] == (
        "Element by element, the gradient of ŷ is passed on as it is. bias was used 7 times, so its 7"
        " messages add up."
    )
    notes = {title: note for _, title, _, note in told(celsius)}
    assert "used once" not in notes["+ passes the gradient back to bias"]
    assert said["(·)² passes the gradient back to error"] == (
        "Element by element, the gradient of squared times 2error."
    )
    assert said["@ makes h"] == "h is now known: 7 numbers, computed at once."
    assert "the products add up" in said["@ passes the gradient back to kernel"]
    assert said["mean passes the gradient back to squared"] == (
        "The gradient goes back to squared: an equal share to each."
    )


# ── updates ───────────────────────────────────────────────────────────────────────────────────
def updated(gradient: float, optimizer: Adam | None = None) -> tuple[str, str]:
    w, recorder = leaf("w", 1.0), Recorder()
    y = w * leaf("k", gradient)
    y.backward()
    with recorder.step(y, [w], optimizer):
        if optimizer:
            optimizer.apply([w.grad], [w])
        else:
            w.data -= 0.5 * w.grad
    _, title, say, note = told(recorder.recording)[-1]
    assert title == "The optimizer moves w"
    return say, note


@pytest.mark.filterwarnings("ignore::autograd_lite.errors.NumericWarning")
def test_updates():
    assert updated(2.0) == ("The gradient is positive, so the loss falls when w falls.", "")
    assert updated(-2.0) == ("The gradient is negative, so the loss falls when w rises.", "")
    assert updated(0.0) == ("The gradient is 0: the loss does not ask w to move.", "")
    assert updated(float("inf"))[0] == "The gradient is ∞: it does not tell where to move w."
    say, note = updated(2.0, Adam(0.1))
    assert say == "The gradient is positive, so the loss falls when w falls."
    assert note.startswith("learning rate 0.1, step 1, m 0.2, v 0.004")


def test_an_update_of_many_numbers(network):
    said = {title: say for _, title, say, _ in told(network)}
    assert said["The optimizer moves kernel₂"] == (
        "Each of the 16 numbers of kernel₂ moves against its own gradient."
    )


# ── NaN and infinity ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e308, 5e-324])
@pytest.mark.parametrize("shape", [(), (2,), (12,)])
@pytest.mark.filterwarnings("ignore::autograd_lite.errors.NumericWarning")
def test_nothing_breaks_on_odd_numbers(number, shape, tmp_path):
    x = leaf("x", np.full(shape, number) if shape else number)
    recorder = Recorder()
    with np.errstate(all="ignore"):
        y = (x * x - x) * leaf("k", 2.0)
        root = y.sum() if shape else y
        root.backward()
        with recorder.step(root, [x]):
            x.data = x.data - x.grad
    recording = recorder.recording
    check(recording)
    again = Recording.load(recording.save(tmp_path / "record.json"))
    assert again.to_json() == recording.to_json()
    for passes in ("forward", "both"):
        assert "<svg" in draw(again, passes=passes).svg
    assert page_model(again, "")["views"][0]["steps"][0]["values"]["0"]
    assert (
        "<svg" not in stepper(again).html.partition("application/json")[2].partition("</script>")[0]
    )


@pytest.mark.filterwarnings("ignore::autograd_lite.errors.NumericWarning")
def test_a_sentence_of_a_broken_number():
    said = backward(leaf("a", 2.0) * leaf("b", float("inf")))
    assert said["× passes the gradient back to a"] == (
        "The upstream gradient is 1, the local derivative ∞: their product is ∞, and no number can be"
        " trusted from here on."
    )
