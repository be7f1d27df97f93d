"""What the tests of the drawings share: recordings, made once, and golden files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from viz_cases import trained

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--overwrite-golden",
        action="store_true",
        help="write the golden files of tests/viz anew, to be read before they are committed",
    )


@pytest.fixture(scope="session")
def celsius():
    """One Dense unit in float32, five epochs."""
    return trained((1,), "float32", 5)


@pytest.fixture(scope="session")
def celsius64():
    return trained((1,), "float64", 5)


@pytest.fixture(scope="session")
def network():
    """Layers of 4, 4 and 1 in float64, three epochs."""
    return trained((4, 4, 1), "float64", 3)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the file that was kept of it; ``--overwrite-golden`` keeps it anew."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--overwrite-golden", False):
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"there is no {path.name}; make it with pytest --overwrite-golden"
        assert text == path.read_text(encoding="utf-8"), (
            f"the drawing is no longer {path.name}; look at it, then run pytest --overwrite-golden"
        )

    return compare
