"""The direction of the layers: a room imports only what stands before it; what an import loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import autograd_lite

HOUSE = Path(autograd_lite.__file__).parent
ROOMS = [
    "errors", "context", "op", "ops", "graph", "numeric", "sweep", "backward", "numpy_functions",
    "custom", "methods", "value", "anomaly", "expression", "notation", "files", "record_file", "recording",
    "transforms", "checker", "replay", "recorder", "source", "programs", "nn", "keras", "tf",
    "exercises", "__main__",
]  # fmt: skip
"""The order of the rooms; each imports only from those before it."""

DRAWING = [
    "records", "words", "layout", "graphics", "scenes", "networks", "replay", "page", "plots",
    "system", "grammar", "formulas", "explanation", "trace_table", "diagram", "worksheets",
    "animation", "demo", "notebook", "stepper_widget", "sphinx_ext", "cli", "__main__",
]  # fmt: skip
"""The same of the visualiser: from what is drawn to the doors through which it is asked for."""

SHOWN = {"recording", "record", "recorder", "notation", "nn", "files", "errors", "__version__"}
"""What drawing may read: records and formulas, never a live Value."""

TRAINS = {
    "activations.py": {"Value", "nn", "record"},
    "demo.py": {"Value", "keras", "nn", "context"},
    "formulas.py": {"Value", "context", "op", "ops", "value"},
    "grammar.py": {"op"},
    "notebook.py": {"Value", "context"},
    "replay.py": {"op"},
}
"""Files of the visualiser that compute something themselves, to have it recorded and drawn."""


def modules(house: Path) -> list[Path]:
    return sorted(p for p in house.rglob("*.py") if "__pycache__" not in p.parts)


def imported(path: Path, house: Path) -> set[str]:
    """Full names of all modules that a file imports, inside functions too; not for type checking."""
    package = [house.name, *path.relative_to(house).parts[:-1]]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            skipped.update(n for part in node.body for n in ast.walk(part))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{origin}.{alias.name}" for alias in node.names}
    return names


def room_of(path: Path, house: Path = HOUSE) -> str:
    return path.relative_to(house).parts[0].removesuffix(".py")


ENGINE = [p for p in modules(HOUSE) if room_of(p) != "__init__"]
VIZ = HOUSE.parent / "viz"
VISUALISER = [p for p in modules(VIZ) if room_of(p, VIZ) != "__init__"]


def test_every_room_has_its_place():
    assert {room_of(p) for p in ENGINE} <= set(ROOMS)
    assert {room_of(p, VIZ) for p in VISUALISER} == set(DRAWING)


@pytest.mark.parametrize("path", ENGINE, ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_room_imports_only_what_stands_before_it(path):
    own = room_of(path)
    for name in imported(path, HOUSE):
        first, _, rest = name.partition(".")
        assert first != "viz", f"the engine imports the visualiser: {name}"
        if first != "autograd_lite" or rest == "__version__":  # which the package itself declares
            continue
        room = rest.partition(".")[0]
        assert room in ROOMS, f"{name}: import from the room that declares it, not from the package"
        assert ROOMS.index(room) <= ROOMS.index(own), (
            f"{own} imports {room}, which stands behind it"
        )


@pytest.mark.parametrize("path", VISUALISER, ids=lambda p: str(p.relative_to(VIZ)))
def test_a_room_of_the_visualiser_imports_only_what_stands_before_it(path):
    own = room_of(path, VIZ)
    for name in imported(path, VIZ):
        first, _, rest = name.partition(".")
        if first != "viz":
            continue
        room = rest.partition(".")[0]
        assert room in DRAWING, f"{name}: import from the room that declares it, not from viz"
        assert DRAWING.index(room) <= DRAWING.index(own), (
            f"{own} imports {room}, which stands behind it"
        )


@pytest.mark.parametrize("path", modules(VIZ), ids=lambda p: p.name)
def test_the_visualiser_reads_no_live_value(path):
    for name in imported(path, VIZ):
        first, _, rest = name.partition(".")
        if first == "autograd_lite":
            allowed = SHOWN | TRAINS.get(path.name, set())
            assert rest.partition(".")[0] in allowed, f"{path.name} imports {name}"


def test_operations_know_nothing_of_values():
    for path in (HOUSE / "ops").glob("*.py"):
        rooms = {n.split(".")[1] for n in imported(path, HOUSE) if n.startswith("autograd_lite.")}
        assert rooms <= {"op", "ops", "errors"}, f"{path.name} imports {rooms}"


def loaded_by(code: str) -> set[str]:
    command = (
        f"import sys, numpy; before = set(sys.modules); {code}; print(*set(sys.modules) - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(HOUSE.parent), "PATH": ""},
    )  # fmt: skip
    return set(done.stdout.split())


def test_the_import_loads_numpy_and_nothing_else():
    loaded = loaded_by("import autograd_lite; autograd_lite.Value(1.0).backward()")
    foreign = {m.partition(".")[0] for m in loaded} - set(sys.stdlib_module_names)
    assert foreign == {"autograd_lite"}
    rooms = {m.split(".")[1] for m in loaded if m.startswith("autograd_lite.")}
    assert not rooms & {"nn", "keras", "tf", "checker", "recorder", "recording", "notation"}
    assert not loaded & {"json", "asyncio", "sqlite3", "http", "multiprocessing", "unittest"}


def test_public_functions_survive_the_import_of_their_modules():
    loaded_by(
        "from autograd_lite.programs import Program; import autograd_lite;"
        " assert autograd_lite.program(lambda x: x * x, 2.0)(3.0) == (9.0, (6.0,))"
    )
