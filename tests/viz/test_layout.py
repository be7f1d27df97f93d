"""Tests of the Graphviz engine behind every drawing, and of the widths it measures."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import re
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz import layout
from viz.layout import fonts

ROOT = Path(layout.__file__).parents[2]
GRAPH = (
    'digraph G { node [fontname="DejaVu Sans"]; a [label=<<B>∂L/∂w</B> = 3>, id=node_a];'
    ' a -> b [label="ŷ ‖x‖"] }'
)
# Far more crossings than dot can sort out in the limits used here.
SLOW = "digraph {" + "".join(f"n{i * 7 % 400} -> n{i * i % 401};" for i in range(4000)) + "}"


@pytest.fixture(autouse=True)
def unnamed(monkeypatch):
    """No program of this machine's choosing."""
    monkeypatch.delenv("AUTOGRAD_LITE_DOT", raising=False)


@pytest.fixture
def fresh(monkeypatch):
    """A bundled engine of the test's own."""
    worker = layout._Worker()
    monkeypatch.setattr(layout, "_worker", worker)
    yield worker
    worker.stop()


@pytest.fixture
def nowhere(fresh, monkeypatch):
    """A machine without any Graphviz."""
    monkeypatch.setattr(layout, "_site", lambda: None)
    monkeypatch.setattr(layout, "_last_resort", lambda: None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(layout, "_advances", {})


def program(folder, body, name="dot"):
    """A command that runs the Python statements in `body`."""
    script = folder / f"{name}.py"
    script.write_text("import sys, time, subprocess\n" + textwrap.dedent(body), encoding="utf-8")
    if os.name == "nt":
        command = folder / f"{name}.bat"
        command.write_text(f'@"{sys.executable}" "{script}" %*\n', encoding="utf-8")
    else:
        command = folder / name
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
        command.chmod(0o755)
    return str(command)


def python(code, **variables):
    """Output of a new interpreter that runs `code`, with some variables of its own."""
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": path, **variables},
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout.strip()


def digest(data):
    return hashlib.sha256(data).hexdigest()


# Drawing


@pytest.mark.parametrize(
    ("format", "start"),
    [
        ("svg", b"<?xml"),
        ("png", b"\x89PNG"),
        pytest.param("pdf", b"%PDF", marks=pytest.mark.bundled),
        ("json", b"{"),
        ("plain", b"graph"),
    ],
)
def test_a_format_is_drawn_and_drawn_again_the_same(format, start):
    drawing = layout.render(GRAPH, format)
    assert drawing.startswith(start)
    assert layout.render(GRAPH, format) == drawing


def test_an_svg_holds_text_and_ids_but_no_comments_or_titles():
    svg = layout.render(GRAPH).decode()
    assert "∂L/∂w" in svg
    assert 'id="node_a"' in svg
    assert "<!--" not in svg
    assert "<title" not in svg


def test_text_that_looks_like_a_comment_or_a_title_stays():
    svg = layout.render('graph { a [label="<!-- x --><title>y</title>"] }').decode()
    assert "x" in re.sub(r"<[^>]*>", "", svg)
    assert "&lt;title&gt;y&lt;/title&gt;" in svg


@pytest.mark.bundled
def test_a_pdf_embeds_the_font_and_a_fixed_date():
    pdf = layout.render(GRAPH, "pdf")
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    text = pdf + b"".join(zlib.decompressobj().decompress(s) for s in streams if s[:1] == b"x")
    assert b"DejaVuSans" in text
    assert b"/FontFile" in text
    assert b"/CreationDate (D:20000101000000" in text


def test_nop2_keeps_the_positions():
    plain = layout.render(
        "graph { node [shape=box fixedsize=true width=1 height=1];"
        ' a [pos="100,200"]; b [pos="316,56"]; a -- b [pos="100,200 150,150 250,100 316,56"] }',
        "json",
        engine="nop2",
    )
    scene = json.loads(plain)
    ax, ay, bx, by = (
        float(number) for node in scene["objects"] for number in node["pos"].split(",")
    )
    assert (bx - ax, by - ay) == (216, -144)
    assert [p.count(",") for p in scene["edges"][0]["pos"].split()] == [1, 1, 1, 1]


def test_threads_share_the_engine():
    drawings: dict[int, bytes] = {}

    def draw(number):
        drawings[number] = layout.render(f'graph {{ "node {number}" }}', "plain")

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"node {number}".encode() in drawings[number] for number in range(8))


def test_a_lone_surrogate_is_drawn_as_a_question_mark():
    assert b'"?"' in layout.render('graph { a [label="\ud800"] }', "plain")


# Refusals


@pytest.mark.bundled
@pytest.mark.parametrize(
    ("dot", "options", "words"),
    [
        ("digraph {\n  a -> -> b\n}", {}, ["syntax error", "line 2: a -> -> b"]),
        ("graph { a [label=<<B>x<I>>] }", {}, ["mismatched tag", "node a"]),
        (GRAPH, {"format": "nope"}, ["nope", "svg"]),
        (GRAPH, {"engine": "nope"}, ["nope", "nop2"]),
        ("", {}, ["no graph"]),
    ],
)
def test_a_refusal_says_what_graphviz_said(dot, options, words):
    with pytest.raises(layout.GraphvizError) as caught:
        layout.render(dot, **options)
    assert caught.value.dot == dot
    for word in [*words, "Correct"]:
        assert word in str(caught.value)
    assert layout.render(GRAPH).startswith(b"<?xml")


def test_an_error_survives_a_trip_between_processes():
    error = pickle.loads(pickle.dumps(layout.GraphvizTimeout("too slow", "graph {}")))
    assert (type(error), str(error), error.dot) == (layout.GraphvizTimeout, "too slow", "graph {}")


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_limit_is_a_number_of_seconds(timeout):
    with pytest.raises(ValueError, match="seconds above 0"):
        layout.render(GRAPH, timeout=timeout)


# Limits and lives


def test_a_slow_layout_is_stopped_and_the_next_drawing_works():
    began = time.monotonic()
    with pytest.raises(layout.GraphvizTimeout, match=r"0\.2 s") as caught:
        layout.render(SLOW, timeout=0.2)
    assert time.monotonic() - began < 5
    assert caught.value.dot == SLOW
    assert layout.render(GRAPH).startswith(b"<?xml")


def test_a_child_that_hangs_is_stopped(fresh, monkeypatch, tmp_path):
    hello = io.BytesIO()
    layout.write_frame(hello, {"name": "one that hangs"})
    script = tmp_path / "hangs.py"
    script.write_text(
        f"import os, time\nos.write(1, {hello.getvalue()!r})\ntime.sleep(60)\n", encoding="utf-8"
    )
    monkeypatch.setattr(layout, "_SCRIPT", script)
    assert layout.available() == "bundled (one that hangs)"
    with pytest.raises(layout.GraphvizTimeout):
        layout.render(GRAPH, timeout=0.2)


@pytest.mark.bundled
def test_a_child_that_dies_in_between_is_replaced(fresh):
    layout.render(GRAPH)
    first = fresh._process
    first.kill()
    first.wait()
    assert layout.render(GRAPH).startswith(b"<?xml")
    assert fresh._process is not first


@pytest.mark.bundled
def test_a_child_that_dies_while_drawing_is_an_error(fresh):
    layout.render(GRAPH)
    threading.Timer(0.2, fresh._process.kill).start()
    with pytest.raises(layout.GraphvizError, match="ended without an answer"):
        layout.render(SLOW)
    assert layout.render(GRAPH).startswith(b"<?xml")


@pytest.mark.bundled
def test_an_interrupt_leaves_no_half_read_answer(fresh, monkeypatch):
    layout.render(GRAPH)

    def interrupt(stream):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(layout, "read_frame", interrupt)
        with pytest.raises(KeyboardInterrupt):
            layout.render("graph { other }", "plain")
    assert b"other" not in layout.render("graph { a }", "plain")


@pytest.fixture
def child():
    """A child process that has said hello, without its parent's watch over it."""
    command = [sys.executable, "-I", "-S", str(layout._SCRIPT), layout._site()]
    process = layout._start(command, subprocess.DEVNULL)
    assert "name" in layout.read_frame(process.stdout)[0]
    yield process
    layout._kill(process)


@pytest.mark.bundled
def test_the_child_ends_with_its_parent(child):
    child.stdin.close()
    assert child.wait(10) == 0


@pytest.mark.bundled
def test_a_child_that_nobody_stops_ends_by_itself(child):
    # Its grace of 5 s is nearly used up at the start.
    request = {"format": "svg", "engine": "dot", "timeout": -4.8}
    layout.write_frame(child.stdin, request, SLOW.encode())
    assert child.wait(10) == 1


if hasattr(os, "fork"):

    @pytest.mark.bundled
    def test_a_forked_process_has_an_engine_of_its_own():
        assert (
            python(
                """
            import os
            from viz import layout

            layout.render("graph { a }")
            child = layout._worker._process.pid
            layout._worker._lock.acquire()  # as when another thread draws during the fork
            pid = os.fork()
            if pid == 0:
                assert layout._worker._process is None
                assert b"<svg" in layout.render("graph { b }")
                assert layout._worker._process.pid != child
                raise SystemExit(0)  # runs atexit too
            layout._worker._lock.release()
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
            assert b"<svg" in layout.render("graph { a }")
            assert layout._worker._process.pid == child
            print("ok")
            """
            )
            == "ok"
        )


# Which engine


def test_importing_is_cheap():
    loaded = python(
        """
        import sys
        from viz import layout
        layout.render("graph { a }")
        print(*{"matplotlib", "pygraphviz"} & set(sys.modules))
        """
    )
    assert loaded == ""


@pytest.mark.bundled
def test_the_bundled_engine_comes_first(monkeypatch, tmp_path):
    program(tmp_path, "print('from the PATH')")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert re.fullmatch(r"bundled \(pygraphviz [\d.]+, Graphviz [\d.]+\)", layout.available())
    assert b"from the PATH" not in layout.render(GRAPH, "plain")


def test_a_named_program_is_preferred_and_speaks_dots_command_line(monkeypatch, tmp_path):
    echo = "print(sys.argv[1:], sys.stdin.buffer.read().decode() == {!r}, {!r})"
    first = program(tmp_path, echo.format(GRAPH, "first"), "first")
    second = program(tmp_path, echo.format(GRAPH, "second"), "second")
    monkeypatch.setenv("AUTOGRAD_LITE_DOT", first)
    assert layout.available() == f"program {first}"
    answer = layout.render(GRAPH, "plain", engine="nop2").decode().strip()
    assert answer == "['-Knop2', '-Tplain'] True first"
    assert layout.render(GRAPH, program=second).decode().strip().endswith("True second")


def test_dot_on_the_path_comes_last(nowhere, monkeypatch, tmp_path):
    command = program(tmp_path, "print('from the PATH')")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert os.path.samefile(layout.available().removeprefix("program "), command)
    assert layout.render(GRAPH, "plain").strip() == b"from the PATH"


def test_a_program_has_the_fonts_and_the_date(tmp_path):
    show = program(tmp_path, "import os; print(os.environ['FONTCONFIG_FILE'], end='')")
    path = Path(layout.render(GRAPH, "plain", program=show).decode())
    assert str(fonts.folder()) in path.read_text(encoding="utf-8")


def test_a_program_that_refuses_is_quoted(tmp_path):
    refuses = program(tmp_path, "sys.exit('Error: <stdin>: syntax error in line 1 near x')")
    with pytest.raises(layout.GraphvizError, match="near x\nline 1: digraph G"):
        layout.render(GRAPH, program=refuses)
    silent = program(tmp_path, "sys.exit(3)", "silent")
    with pytest.raises(layout.GraphvizError, match="ended with code 3 and no message"):
        layout.render(GRAPH, program=silent)


def test_a_program_that_sleeps_is_stopped(tmp_path):
    sleeper = "subprocess.run([sys.executable, '-c', 'import time; time.sleep(30)'])"
    began = time.monotonic()
    with pytest.raises(layout.GraphvizTimeout, match=r"0\.3 s"):
        layout.render(GRAPH, program=program(tmp_path, sleeper), timeout=0.3)
    assert time.monotonic() - began < 5


def test_a_program_that_is_not_there_is_named(monkeypatch):
    with pytest.raises(layout.GraphvizMissing, match="'/no/such/dot', named by program="):
        layout.render(GRAPH, program="/no/such/dot")
    monkeypatch.setenv("AUTOGRAD_LITE_DOT", "no-such-dot")
    with pytest.raises(layout.GraphvizMissing, match="'no-such-dot', named in AUTOGRAD_LITE_DOT"):
        layout.render(GRAPH)
    assert layout.available() == "none"


def test_without_an_engine_the_error_says_what_to_install_and_holds_the_text(nowhere):
    with pytest.raises(layout.GraphvizMissing, match="pip install") as caught:
        layout.render(GRAPH)
    assert caught.value.dot == GRAPH
    assert layout.available() == "none"


def test_a_pygraphviz_that_does_not_load_is_told(nowhere, monkeypatch, tmp_path):
    (tmp_path / "pygraphviz.py").write_text("raise ImportError('libcgraph is missing')\n")
    monkeypatch.setattr(layout, "_site", lambda: str(tmp_path))
    with pytest.raises(layout.GraphvizMissing, match="libcgraph is missing"):
        layout.render(GRAPH)


if sys.platform == "linux":  # elsewhere the wheel of pygraphviz brings all it needs

    def test_where_pygraphviz_does_not_load_the_self_contained_program_draws(fresh, monkeypatch):
        monkeypatch.setattr(layout, "_site", lambda: None)
        monkeypatch.setattr(layout, "_advances", {})
        monkeypatch.setenv("PATH", "")
        assert Path(layout.available().removeprefix("program ")).stem == "graphviz-pure"
        assert b"<svg" in layout.render(GRAPH)
        assert layout.render(GRAPH, "png").startswith(b"\x89PNG")
        wide, narrow = layout.text_widths(["wwww", "iiii"], 12)
        assert wide > 2 * narrow


# Fonts and widths


@pytest.mark.bundled
def test_a_machine_without_fonts_draws_the_same_bytes(tmp_path):
    formats = ("svg", "png", "pdf")
    here = " ".join(digest(layout.render(GRAPH, format)) for format in formats)
    folders = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}
    there = python(
        f"""
        import hashlib
        from viz import layout
        print(*(hashlib.sha256(layout.render({GRAPH!r}, f)).hexdigest() for f in {formats}))
        """,
        **folders,
        FONTCONFIG_FILE="/no/such/file",
        SOURCE_DATE_EPOCH="1",
    )
    assert there == here


def test_a_folder_of_somebody_elses_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts.tempfile, "tempdir", str(tmp_path))
    fonts._fresh.cache_clear()
    scratch = Path(fonts.environment()["FONTCONFIG_FILE"]).parent
    assert scratch.parent == tmp_path
    if hasattr(os, "getuid"):
        scratch.chmod(0o777)
        assert Path(fonts.environment()["FONTCONFIG_FILE"]).parent != scratch
    fonts._fresh.cache_clear()


def test_two_processes_write_the_configuration_at_once(tmp_path, monkeypatch):
    """Windows refuses to replace a file that the other one reads; what is there is the same."""
    folder = tmp_path / "fonts"
    folder.mkdir()
    monkeypatch.setattr(fonts, "_scratch", lambda: tmp_path)

    def late(draft, path):
        Path(path).write_bytes(Path(draft).read_bytes())
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr(fonts.os, "replace", late)
    found = fonts._configuration(folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["fonts", found.name])


def test_without_matplotlib_the_machines_fonts_stay(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    assert fonts.folder() is None
    assert "FONTCONFIG_FILE" not in fonts.environment()


def engine_width(text, size, bold=False, italic=False):
    """Width of a whole line as the engine lays it out."""
    label = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    label = label.replace("\\", "\\\\")
    label = f"<B>{label}</B>" if bold else label
    label = f"<I>{label}</I>" if italic else label
    dot = f'graph {{ a [fontname="DejaVu Sans" fontsize={size} label=<{label}>] }}'
    # Graphviz's JSON spoils letters behind two backslashes; their widths it tells all the same.
    answer = layout.render(dot, "json").decode("utf-8", "replace")
    (node,) = json.loads(answer)["objects"]
    return sum(part.get("width", 0) for part in node["_ldraw_"])


CHARACTERS = [chr(code) for code in range(33, 127)]
CHARACTERS += [*"∂Łθ∑ŷ‖→αβσ₁²½…é€·", "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}", "x̄", "w̃"]


@pytest.mark.bundled
@pytest.mark.parametrize("size", [9, 12, 15, 18])
@settings(max_examples=40, deadline=None)
@given(
    text=st.lists(st.sampled_from(CHARACTERS), min_size=1, max_size=30).map("".join),
    bold=st.booleans(),
    italic=st.booleans(),
)
def test_widths_of_characters_add_up(size, text, bold, italic):
    width = layout.text_width(text, size, bold=bold, italic=italic)
    assert width == pytest.approx(engine_width(text, size, bold, italic), abs=0.01)


@pytest.mark.bundled
@pytest.mark.parametrize("text", ["AVATAR To LT", "fi ffi", r"a\Nb\G", "x̄ + ŷ", "a  b"])
def test_kerning_ligatures_escapes_marks_and_spaces_add_up(text):
    assert layout.text_width(text, 12) == pytest.approx(engine_width(text, 12), abs=0.01)


def test_text_that_has_no_width():
    assert layout.text_widths(["", "\n\t\0", "\uffff", "a\nb"], 12)[:3] == [0, 0, 0]
    assert layout.text_width("a\nb", 12) == layout.text_width("ab", 12)
    assert layout.text_width("\ud800", 12) == layout.text_width("?", 12)
    with pytest.raises(ValueError, match="points above 0"):
        layout.text_width("a", 0)


def test_a_batch_is_one_drawing_and_then_none(monkeypatch):
    calls = []
    monkeypatch.setattr(layout, "_advances", {})
    render = layout.render
    monkeypatch.setattr(layout, "render", lambda *a, **k: calls.append(a) or render(*a, **k))
    widths = layout.text_widths(["0.5", "\N{MINUS SIGN}678.4"], 15)
    assert widths == layout.text_widths(["0.5", "\N{MINUS SIGN}678.4"], 15)
    assert layout.text_width("4.5", 15) == widths[0]
    assert len(calls) == 1


def test_without_an_engine_widths_are_estimated(nowhere):
    assert layout.text_widths(["abcd", "x̄"], 10) == pytest.approx([24.8, 6.2])
