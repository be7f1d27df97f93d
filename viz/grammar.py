"""The grammar of formulas: text becomes moves of a machine with a stack, and nothing of it is run."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from autograd_lite.errors import did_you_mean
from autograd_lite.op import registry

__all__ = ["FormulaError", "Move", "Reader", "Statement", "Token", "functions", "listed"]

_LONGEST, _DEEPEST, _LONGEST_NAME = 2000, 60, 40

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TOKEN = re.compile(
    r"""(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+\-−]?\d+)?)
    |(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
    |(?P<name>[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹](?:[^\W⁰¹²³⁴⁵⁶⁷⁸⁹]|[\u0300-\u036f])*)
    |(?P<sign>\*\*|[-+*/^@()\[\],=;−×·÷])
    |(?P<space>[^\S\n]+)|(?P<line>\n)""",
    re.VERBOSE,
)
_SAME = {"^": "**", "−": "-", "×": "*", "·": "*", "÷": "/"}
_SUMS = {"+": "add", "-": "sub"}
_PRODUCTS = {"*": "mul", "/": "div", "@": "matmul"}
_NUMBERS = {"pi": math.pi, "π": math.pi}

_ALIASES = {
    "ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "atan2": "arctan2", "pow": "power", "σ": "sigmoid",
    "dot": "matmul",
}  # fmt: skip
_UNSAID = {"alias", "where"}  # one is written "=", the other needs a comparison
_STRUCTURAL = (
    "sum", "mean", "prod", "max", "min", "var", "std", "norm", "softmax", "log_softmax",
    "logsumexp", "cumsum", "matmul", "transpose", "trace", "det", "inv",
)  # fmt: skip
_OF_TWO = {"max": "maximum", "min": "minimum"}


class FormulaError(ValueError):
    """A formula that cannot be read or computed; the message shows the place.

    Attributes
    ----------
    reason : str
        The message without the place.
    place : int
        Index of the character that it speaks of.
    """

    def __init__(self, reason: str, text: str, place: int) -> None:
        super().__init__(f"{reason}\n{_shown(text, place)}")
        self.reason, self.place = reason, place


class Token(NamedTuple):
    """A word of the text: its kind, itself, and the index of its first character."""

    kind: str
    text: str
    place: int


class Move(NamedTuple):
    """One move of a machine with a stack: push a number or a name, or apply to the topmost few."""

    kind: str
    what: Any
    place: int
    takes: int = 0


class Statement(NamedTuple):
    """What is computed, under which name, in which line: a semicolon starts a new one."""

    name: Token | None
    moves: tuple[Move, ...]
    line: int


# ── reading ───────────────────────────────────────────────────────────────────────────────────
class Reader:
    """The grammar: statements of sums of products of powers; it writes moves as it reads."""

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text)
        if len(self.text) > _LONGEST:
            self.text = self.text[:_LONGEST]
            self.fail(
                f"a formula has up to {_LONGEST} characters, and this one has {len(text)}",
                _LONGEST - 1,
            )
        self.tokens = self.split()
        self.at = 0
        self.depth = 0
        self.line = 1
        self.moves: list[Move] = []
        self.functions = functions()

    # ── tokens ────────────────────────────────────────────────────────────────────────────────
    def split(self) -> list[Token]:
        tokens, place = [], 0
        while place < len(self.text):
            found = _TOKEN.match(self.text, place)
            if not found:
                self.fail(f"{_character(self.text[place])} has no place in a formula", place)
            kind, word = str(found.lastgroup), found.group()
            if kind == "line":
                tokens.append(Token("sign", ";", place))
            elif kind == "name" and len(word) > _LONGEST_NAME:
                self.fail(f"a name has up to {_LONGEST_NAME} letters", place)
            elif kind != "space":
                tokens.append(Token(kind, _SAME.get(word, word), place))
            place = found.end()
        return [*tokens, Token("end", "", len(self.text.rstrip()))]

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def sees(self, *signs: str) -> bool:
        return self.token.kind == "sign" and self.token.text in signs

    def names_next(self) -> bool:
        """Whether ``name =`` comes next."""
        after = self.tokens[self.at + 1] if self.token.kind == "name" else None
        return after is not None and after.kind == "sign" and after.text == "="

    def fail(self, reason: str, place: int | None = None) -> NoReturn:
        raise FormulaError(reason, self.text, self.token.place if place is None else place)

    def unexpected(self, wanted: str) -> NoReturn:
        token = self.token
        if token.kind == "end":
            self.fail(f"the formula ends here; {wanted} was expected")
        self.fail(f"{token.text!r} stands here; {wanted} was expected")

    # ── statements ────────────────────────────────────────────────────────────────────────────
    def statements(self) -> tuple[tuple[str, ...], tuple[Statement, ...]]:
        """The names that want a number, in the order of their first use, and all statements."""
        statements: list[Statement] = []
        while self.token.kind != "end":
            if self.sees(";"):
                self.take()
                self.line += 1
                continue
            name = self.new_name() if self.names_next() else None
            statements.append(Statement(name, self.expression(), self.line))
            if not self.sees(";") and self.token.kind != "end":
                self.misplaced()
        if not statements:
            self.fail("the formula is empty; write one such as tanh(w*x + b)", 0)
        for statement in statements[:-1]:
            if statement.name is None:
                self.fail("what this computes is used nowhere; give it a name, as in z = …",
                          statement.moves[0].place)  # fmt: skip
        return self.free_names(statements), tuple(statements)

    def free_names(self, statements: Sequence[Statement]) -> tuple[str, ...]:
        """The names that no statement gives a number."""
        free: list[str] = []
        made: set[str] = set()
        for statement in statements:
            for move in statement.moves:
                if move.kind == "name" and move.what not in made and move.what not in free:
                    free.append(move.what)
            if statement.name is None:
                continue
            if statement.name.text in made:
                self.fail(f"{statement.name.text!r} was named before", statement.name.place)
            if statement.name.text in free:
                self.fail(f"{statement.name.text!r} is named here, after its use; put this statement"
                          " in front", statement.name.place)  # fmt: skip
            made.add(statement.name.text)
        return tuple(free)

    def assignments(self) -> dict[str, tuple[Move, ...]]:
        """Names and what their numbers are computed by, in which no name stands."""
        numbers: dict[str, tuple[Move, ...]] = {}
        while self.token.kind != "end":
            if self.sees(";", ","):
                self.take()
                continue
            if not self.names_next():
                self.fail("this is no number for a name; write it as in w=0.5")
            name = self.new_name()
            if name.text in numbers:
                self.fail(f"{name.text!r} is given twice", name.place)
            numbers[name.text] = moves = self.expression()
            unknown = next((m for m in moves if m.kind == "name"), None)
            if unknown is not None:
                self.fail(
                    f"{unknown.what!r} is a name; {name.text!r} needs a number", unknown.place
                )
        return numbers

    def new_name(self) -> Token:
        name = self.take()
        self.take()
        if name.text in _NUMBERS:
            self.fail(f"{name.text!r} is a number already; choose another name", name.place)
        return name

    def misplaced(self) -> NoReturn:
        """What stands after a whole expression and does not go on with it."""
        before, token = self.tokens[self.at - 1], self.token
        starts = token.kind in ("name", "number") or self.sees("(")
        if before.kind == "number" and starts:
            self.fail(f"a sign is missing between {before.text} and {token.text}; a product is written"
                      f" {before.text}*{token.text}")  # fmt: skip
        if starts:
            self.fail(f"a sign such as * is missing in front of {token.text!r}")
        if self.sees("="):
            self.fail("only a name can stand in front of =")
        if self.sees(")", "]"):
            self.fail(f"{token.text!r} closes what nothing opened")
        self.fail(f"{token.text!r} has no place here")

    # ── expressions ───────────────────────────────────────────────────────────────────────────
    def expression(self) -> tuple[Move, ...]:
        start = len(self.moves)
        self.sum()
        moves = tuple(self.moves[start:])
        del self.moves[start:]
        return moves

    def apply(self, name: str, count: int, place: int) -> None:
        self.moves.append(Move("apply", registry[name], place, count))

    def deeper(self, place: int) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail(f"a formula is nested up to {_DEEPEST} deep; name its parts, as in z = …; tanh(z)",
                      place)  # fmt: skip

    def sum(self) -> None:
        self.product()
        while self.sees(*_SUMS):
            sign = self.take()
            self.product()
            self.apply(_SUMS[sign.text], 2, sign.place)

    def product(self) -> None:
        self.signed()
        while self.sees(*_PRODUCTS):
            sign = self.take()
            self.signed()
            self.apply(_PRODUCTS[sign.text], 2, sign.place)

    def signed(self) -> None:
        if not self.sees("-", "+"):
            self.power()
            return
        sign = self.take()
        self.deeper(sign.place)
        start = len(self.moves)
        self.signed()
        self.depth -= 1
        made = self.moves[start:]
        if sign.text == "-" and len(made) == 1 and made[0].kind == "number":
            self.moves[start] = Move("number", -made[0].what, sign.place)  # −3, not 3 negated
        elif sign.text == "-":
            self.apply("neg", 1, sign.place)

    def power(self) -> None:
        self.atom()
        if self.token.kind == "raised":
            sign = self.take()
            self.moves.append(Move("number", float(sign.text.translate(_RAISED)), sign.place))
        elif self.sees("**"):
            sign = self.take()
            self.deeper(sign.place)
            self.signed()  # 2**-1, and 2**3**2 is 2**(3**2)
            self.depth -= 1
        else:
            return
        self.apply("power", 2, sign.place)

    def atom(self) -> None:
        token = self.token
        if token.kind == "number":
            self.take()
            number = float(token.text.replace("−", "-"))
            if math.isinf(number):
                self.fail("this number is too large", token.place)
            self.moves.append(Move("number", number, token.place))
        elif token.kind == "name":
            self.take()
            if self.sees("("):
                self.call(token)
            elif token.text in _NUMBERS:
                self.moves.append(Move("number", _NUMBERS[token.text], token.place))
            else:
                self.moves.append(Move("name", token.text, token.place))
        elif self.sees("("):
            self.take()
            self.deeper(token.place)
            self.sum()
            self.close(")", token)
        elif self.sees("["):
            self.take()
            count = self.items("]", token)
            if not count:
                self.fail("a vector needs at least one number", token.place)
            self.apply("stack", count, token.place)
        else:
            self.unexpected("a number, a name or (")

    def call(self, name: Token) -> None:
        kinds = self.functions.get(name.text)
        if kinds is None:
            near = did_you_mean(name.text, self.functions)
            self.fail(f"{name.text!r} is not a function that formulas know.{near}", name.place)
        count = self.items(")", self.take())
        if count not in kinds:
            wanted = " or ".join(map(str, sorted(kinds)))
            things = "value" if wanted == "1" else "values"
            self.fail(f"{name.text} takes {wanted} {things}, and was given {count}", name.place)
        self.apply(kinds[count], count, name.place)

    def items(self, closing: str, opening: Token) -> int:
        """What stands between commas, up to the closing bracket; how many there are."""
        self.deeper(opening.place)
        count = 0
        while not self.sees(closing):
            if self.names_next():
                self.fail("functions take values here, and no options")
            self.sum()
            count += 1
            if not self.sees(","):
                break
            self.take()
        self.close(closing, opening)
        return count

    def close(self, closing: str, opening: Token) -> None:
        if not self.sees(closing):
            if self.token.kind == "end" or self.sees(";"):
                self.fail(f"this {opening.text} is never closed", opening.place)
            if self.token.kind != "sign" or self.sees("(", "[", "="):
                self.misplaced()
            self.unexpected(f"{closing!r} or a sign such as *")
        self.take()
        self.depth -= 1


def functions() -> dict[str, dict[int, str]]:
    """Every function that a formula may call: for each number of values, the operation."""
    found: dict[str, dict[int, str]] = {}
    for name, op in registry.items():
        if op.elementwise and name not in _UNSAID and name.isidentifier():
            found[name] = {len(op.partials): name}
    for name in _STRUCTURAL:
        found[name] = {len(registry[name].pulls): name}  # type: ignore[arg-type]
    for name, of_two in _OF_TWO.items():
        found[name][2] = of_two
    for alias, name in _ALIASES.items():
        found[alias] = found[name]
    return found


# ── words ─────────────────────────────────────────────────────────────────────────────────────
def _shown(text: str, place: int) -> str:
    """The line around a place, and a caret under it."""
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    line = text[start : end if end >= 0 else len(text)]
    column = min(place - start, len(line))
    first = max(0, column - 50)
    before, after = _visible(line[first:column]), _visible(line[column : first + 72])
    left = "…" if first else ""
    right = "…" if len(line) > first + 72 else ""
    return f"  {left}{before}{after}{right}\n  {' ' * _columns(left + before)}^"


def _visible(text: str) -> str:
    """Characters that a terminal would obey rather than show become question marks."""
    return "".join("?" if unicodedata.category(c)[0] in "CZ" and c != " " else c for c in text)


def _columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(bool(unicodedata.combining(c)) for c in text)


def _character(c: str) -> str:
    return repr(c) if c.isprintable() else f"the character U+{ord(c):04X}"


def listed(names: Sequence[str]) -> str:
    quoted = [repr(name) for name in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))
