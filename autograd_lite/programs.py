"""A graph read as a straight-line NumPy program: the forward pass, the backward pass below it."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_lite.context import thread
from autograd_lite.errors import GradientError
from autograd_lite.expression import Expr, symbol
from autograd_lite.graph import all_nodes
from autograd_lite.numeric import fit, settle, shape_text, unbroadcast
from autograd_lite.source import Names, Source
from autograd_lite.source.scalars import Shortened
from autograd_lite.transforms import Tree, tree_map
from autograd_lite.value import Value, as_value, leaf

__all__ = ["Program", "program"]


def program(
    f: Callable[..., Any], *examples: Tree, argnum: int | tuple[int, ...] | None = None
) -> Program:
    """The value and gradients of a function, as straight-line NumPy source that can be run.

    ``f`` is run once on the examples; what it recorded is written down, one line per operation.
    Shapes, loops and branches are therefore frozen as the examples took them.

    Parameters
    ----------
    f : callable
        Returns one number.
    *examples : number, array, Value, or nested lists, tuples and dicts of them
        One for each positional argument of ``f``. The program runs on others of the same shapes;
        it computes in the dtype of these.
    argnum : int or tuple of int, optional
        The arguments to differentiate by; all of them by default.

    Returns
    -------
    Program
        ``p.source`` is the text; ``p(*inputs)`` returns ``(value, (gradient, ...))``.

    Raises
    ------
    GradientError
        ``f`` does not return one number.
    ProgramError
        An array that is no argument is too large to be written out.

    Warns
    -----
    UserWarning
        ``f`` asked for numbers while it was traced (``if x > 0``): the answer is frozen.

    Examples
    --------
    >>> import numpy as np
    >>> p = program(lambda w, x, b: w * x + b, 2.0, 3.0, 1.0)
    >>> print(p.source)
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def program(w, x, b):
        # forward
        v1 = w * x
        out = v1 + b
        # backward: d_v is ∂out/∂v
        d_out = 1.0
        d_v1 = d_out
        d_b = d_out
        d_w = d_v1 * x
        d_x = d_v1 * w
        return out, (d_w, d_x, d_b)
    >>> p(5.0, 3.0, 1.0)
    (16.0, (3.0, 5.0, 1.0))
    """
    count = len(examples)
    chosen = range(count) if argnum is None else (argnum,) if isinstance(argnum, int) else argnum
    for i in chosen:
        if not -count <= i < count:
            raise TypeError(
                f"argnum {i} asks for an argument that has no example: {count} were given"
            )
    places = [i % count for i in chosen]
    parameters = _parameters(f, count)
    arguments = tuple(
        tree_map(_fresh(name), example) for name, example in zip(parameters, examples, strict=True)
    )
    root, variables = _trace(f, arguments)
    with np.errstate(all="ignore"):
        source, quick, short = _Writer(root, parameters, arguments, places, variables).write()
    return Program(f, parameters, arguments, places, source, quick, short)


class Program:
    """A function written out as NumPy source, and that source compiled; made by :func:`program`.

    Attributes
    ----------
    source : str
        A module of plain Python with one function, ``program``, which returns
        ``(value, (gradient, ...))``. It stands on its own. Where all numbers are plain floats, what
        runs is a shortened form of it: the same arithmetic in the same order, to the same bit.
    """

    def __init__(self, f: Any, parameters: list[str], examples: tuple[Tree, ...],
                 chosen: list[int], source: str, quick: str | None, short: bool) -> None:  # fmt: skip
        self.source = source
        self._name = getattr(f, "__name__", "a function")
        self._parameters, self._examples, self._chosen = parameters, examples, chosen
        # Floats go into a shortened program as they are, and nothing but floats comes out.
        self._direct = short and all(
            isinstance(x, Value) and type(x._data) is float for x in examples
        )
        self._quick = None if quick is None else _define(quick, self._name, {})
        self._careful: Callable[..., Any] | None = None

    def __call__(self, *inputs: Tree) -> tuple[Any, tuple[Tree, ...]]:
        """The value and the gradients at other inputs of the same shapes.

        Raises
        ------
        TypeError
            Another number of arguments, or something that is not a number.
        ValueError
            Another shape, or containers of another form, than the program was written for.
        """
        if len(inputs) != len(self._examples):
            raise TypeError(
                f"this program takes {len(self._examples)} arguments"
                f" ({', '.join(self._parameters)}), and was given {len(inputs)}"
            )
        if self._direct and self._quick is not None and set(map(type, inputs)) == {float}:
            try:
                return self._quick(*inputs)
            except (ZeroDivisionError, OverflowError):
                pass  # below, with NumPy's numbers
        given = [
            _matched(name, example, x)
            for name, example, x in zip(self._parameters, self._examples, inputs, strict=True)
        ]
        value, gradients = self._run(given)
        # Copies: in the source two gradients may be one array, or a view of a smaller one.
        return settle(value), tuple(
            tree_map(
                lambda x, g: g if type(g) is float else settle(np.array(g)),
                self._examples[i],
                gradient,
            )
            for i, gradient in zip(self._chosen, gradients, strict=True)
        )

    def _run(self, given: Sequence[Tree]) -> Any:
        if self._quick is not None:
            try:
                return self._quick(*given)
            except (ZeroDivisionError, OverflowError):
                pass  # Python's own arithmetic refuses 1/0; NumPy's gives inf, as the engine does
        if self._careful is None:
            self._careful = _define(self.source, self._name, {"float": np.float64})
        return self._careful(*tree_map(lambda x: np.float64(x) if type(x) is float else x, given))

    def __str__(self) -> str:
        return self.source

    def __repr__(self) -> str:
        lines = self.source.count("\n")
        return f"<program of {self._name}({', '.join(self._parameters)}), {lines} lines>"


def _define(source: str, name: str, namespace: dict[str, Any]) -> Callable[..., Any]:
    exec(compile(source, f"<program of {name}>", "exec"), namespace)
    return namespace["program"]


def _matched(name: str, example: Tree, given: Tree) -> Tree:
    """An argument in the dtype of its example, where the shapes agree."""

    def one(like: Value, x: Any) -> Any:
        data = as_value(x)._data
        if np.shape(data) != like.shape:
            raise ValueError(
                f"{like.name!r} was traced with {shape_text(like)} and is given with"
                f" {shape_text(data)}: a program holds for the shapes of its examples; make another"
                " one, program(f, ...), with an example of this shape"
            )
        if type(like._data) is float:
            return data if type(data) is float else float(data)
        return np.asarray(data, like.dtype) if like.ndim else like.dtype.type(data)

    try:
        paired = tree_map(lambda like, x: (like, x), example, given)
    except (KeyError, TypeError, ValueError):
        raise ValueError(
            f"{name!r} is not in the form of its example: lists of the same lengths, dicts of the"
            " same keys"
        ) from None
    return tree_map(lambda like, pair: one(*pair), example, paired)


# ── tracing ───────────────────────────────────────────────────────────────────────────────────
def _parameters(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the positional parameters of ``f``, as far as it tells them."""
    try:
        signature = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        signature = []
    names = [p.name for p in signature if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in signature if p.kind is p.VAR_POSITIONAL), "x")
    return [names[i] if i < len(names) else f"{rest}{i - len(names) + 1}" for i in range(count)]


def _fresh(name: str) -> Callable[[Any], Value]:
    return lambda x: leaf(x._data if isinstance(x, Value) else Value(x)._data, name)


def _trace(f: Callable[..., Any], arguments: tuple[Tree, ...]) -> tuple[Value, dict[Value, str]]:
    """Run ``f`` once; its result, and the names that its local variables gave to Values."""
    questions: list[str] = []
    before = thread.recording, thread.questions
    thread.recording, thread.questions = True, questions
    thread.depth += 1
    try:
        with _local_variables(f) as variables:
            result = f(*arguments)
    finally:
        thread.depth -= 1
        thread.recording, thread.questions = before
    if isinstance(result, (list, tuple, dict)) or np.ndim(result):
        what = (
            type(result).__name__ if isinstance(result, (list, tuple, dict)) else shape_text(result)
        )
        raise GradientError(
            f"program() needs a function that returns one number, and this one returned a {what};"
            " reduce it with np.sum or np.mean"
        )
    if questions:
        warnings.warn(
            f"while program() traced the function, it asked for numbers ({', '.join(questions[:3])}"
            f"{', …' if len(questions) > 3 else ''}): the answers are frozen as they are for the"
            " examples, and the program holds only for inputs that give the same ones. To choose"
            " by numbers use np.maximum or relu; else make one program for each case.",
            UserWarning,
            stacklevel=3,
        )
    return as_value(result), {v: name for name, v in variables.items() if isinstance(v, Value)}


@contextmanager
def _local_variables(f: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """The local variables of ``f`` as it returns, unless a profiler is at work already."""
    found: dict[str, Any] = {}
    code = getattr(f, "__code__", None)

    def watch(frame: Any, event: str, arg: Any) -> None:
        if event == "return" and frame.f_code is code:
            found.update(frame.f_locals)

    if code is None or code.co_name == "<lambda>" or sys.getprofile() is not None:
        yield found
        return
    sys.setprofile(watch)
    try:
        yield found
    finally:
        sys.setprofile(None)


# ── writing ───────────────────────────────────────────────────────────────────────────────────
class _Writer:
    """Writes the source: arguments, forward pass, backward pass, result."""

    def __init__(self, root: Value, parameters: list[str], arguments: tuple[Tree, ...],
                 chosen: list[int], variables: dict[Value, str]) -> None:  # fmt: skip
        self.root, self.arguments, self.chosen = root, arguments, chosen
        self.nodes, self.wanted = _reached(root, arguments, chosen)
        nodes = all_nodes(root)
        self.code = Source(Names(), mixed=any(x.dtype != np.float64 for x in nodes))
        self.parameters = [self.code.names.new(name) for name in parameters]
        self.names: dict[Value, str] = {}
        self.unpacking: list[str] = []
        used = set(self.nodes)
        for name, tree in zip(self.parameters, arguments, strict=True):
            self._name_leaves(tree, name, name, used, variables)
        for node in self.nodes:
            if node not in self.names:
                wish = node.name or variables.get(node) or ("out" if node is root else "")
                names = self.code.names
                self.names[node] = names.new(wish) if wish else names.numbered("v")

        self.short: Shortened | None = None
        if all(type(x._data) is float for x in nodes):
            given = [self.names[x] for x in _leaves(arguments)]
            self.short = Shortened(given, self.code.function)
            self.code.follow = self.short.read

    def write(self) -> tuple[str, str | None, bool]:
        """The source; the one to run, None where it needs NumPy's numbers; whether it is short."""
        code = self.code
        code.lines += self.unpacking
        code.lines += ["# forward"] if any(x.op for x in self.nodes) else []
        for node in self.nodes:
            if node.op is not None:
                code.assign(self.names[node], self._forward(node), node._data)
        found = self._backward() if self.root in self.wanted else {}
        root = self._operand(self.root)
        value = code.text(root) if isinstance(root, Expr) else _number(root)
        gradients = [self._gradient(self.arguments[i], found) for i in self.chosen]
        last = f"return {value}, {_tuple(gradients)}"
        source = self._module([*code.lines, last])
        leaves = _leaves([self.arguments[i] for i in self.chosen])
        results = dict.fromkeys(found[x].args[0] for x in leaves if x in found)
        if isinstance(root, Expr):
            results[root.args[0]] = None
        if self.short is not None:
            short = self.short.lines(results, lambda: code.names.numbered("t"))
            if short is not None:
                return source, self._module([*self.unpacking, *short, last]), True
        return source, None if code.fractional else source, False

    def _module(self, lines: list[str]) -> str:
        imports = [
            f"from autograd_lite.ops import {op.name}" + (f" as {name}" if name != op.name else "")
            for op, name in sorted(self.code.imports.items(), key=lambda item: item[0].name)
        ]
        blocks = [["import numpy as np"], imports, self.code.constants]
        head = "\n\n".join("\n".join(block) for block in blocks if block)
        body = "".join(f"    {line}\n" for line in lines)
        return f"{head}\n\n\ndef program({', '.join(self.parameters)}):\n{body}"

    def _name_leaves(self, tree: Tree, path: str, name: str, used: set[Value],
                     variables: dict[Value, str]) -> None:  # fmt: skip
        """A name for every leaf of an argument; inside a container a line that takes it out."""
        if isinstance(tree, Value):
            inside = path != name
            wish = variables.get(tree, name) if inside else name
            self.names[tree] = self.code.names.new(wish) if inside else name
            if inside and tree in used:
                self.unpacking.append(f"{self.names[tree]} = {path}")
            return
        for key, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
            self._name_leaves(part, f"{path}[{key!r}]", f"{name}_{key}", used, variables)

    def _operand(self, x: Value) -> Any:
        """A symbol for what has a name; the number for a constant that the learner wrote as one."""
        if x not in self.names:
            if not x.ndim and not x.name:
                return x._data
            names = self.code.names
            name = names.new(x.name) if x.name else names.numbered("c")
            self.names[x] = self.code.constant(x._data, name)
        return symbol(self.names[x], x._data)

    def _forward(self, node: Value) -> Expr:
        op, operands = node.op, [self._operand(x) for x in node.inputs]
        assert op is not None
        try:
            expr = _read(op.forward, operands, node.params)
        except TypeError:
            expr = None  # made of steps that are no expression: called by its name
        if not isinstance(expr, Expr):
            expr = Expr(op.name, tuple(operands), node._data, node.params, op)
        return expr

    def _backward(self) -> dict[Value, Expr]:
        """The sweep of the engine with symbols for numbers, only where it leads to an argument."""
        code = self.code
        name = self.names[self.root]
        code.lines.append(f"# backward: d_v is ∂{name}/∂v")
        seed = fit(1.0, self.root._data)
        found = {self.root: symbol(code.names.new(f"d_{name}"), seed)}
        code.lines.append(f"{found[self.root].args[0]} = {_number(seed)}")
        code.follow(found[self.root].args[0], seed)
        for node in reversed(self.nodes):
            if node.op is None or node not in found:
                continue
            out, operands = self._operand(node), [self._operand(x) for x in node.inputs]
            for index, x in enumerate(node.inputs):
                pull = node.op.pull(index) if x in self.wanted else None
                if pull is None:
                    continue
                g, before = found[node], found.get(x)
                expr = _contribution(pull, g, out, operands, node.params, x)
                note = self._textbook(node, index, g, out, operands, expr)
                if before is None:
                    target, total = code.names.new(f"d_{self.names[x]}"), expr
                else:
                    target, total = before.args[0], before + expr
                code.assign(target, total, x._data, note)
                found[x] = symbol(target, fit(total.data, x._data))
        return found

    def _textbook(self, node: Value, index: int, g: Expr, out: Any, operands: list[Any],
                  expr: Expr) -> str:  # fmt: skip
        """The derivative as a textbook writes it, where the rule is written for accuracy."""
        op = node.op
        assert op is not None
        if index >= len(op.shown) or op.shown[index] is None:
            return ""
        shown = _read(lambda *xs, **params: g * op.shown[index](*xs, **params),  # type: ignore[misc]
                      [out, *operands], node.params)  # fmt: skip
        text = self.code.text(shown)
        plain = _read(lambda *xs, **params: op.pull(index)(*xs, **params),  # type: ignore[misc]
                      [g, out, *operands], node.params)  # fmt: skip
        return "" if self.code.text(plain) == text else f"textbook: {text}"

    def _gradient(self, tree: Tree, found: dict[Value, Expr]) -> str:
        if isinstance(tree, dict):
            return f"{{{', '.join(f'{k!r}: {self._gradient(v, found)}' for k, v in tree.items())}}}"
        if isinstance(tree, (list, tuple)):
            parts = [self._gradient(v, found) for v in tree]
            return f"[{', '.join(parts)}]" if isinstance(tree, list) else _tuple(parts)
        if tree in found:
            return found[tree].args[0]
        if not tree.ndim:
            return _number(fit(0.0, tree._data))
        return f"np.zeros({tree.shape}{'' if tree.dtype == np.float64 else f', np.{tree.dtype}'})"


def _reached(root: Value, arguments: tuple[Tree, ...],
             chosen: list[int]) -> tuple[list[Value], set[Value]]:  # fmt: skip
    """The nodes that depend on the arguments, oldest first; those that a gradient is needed of."""
    varying = set(_leaves(arguments))
    wanted = set(_leaves([arguments[i] for i in chosen]))
    nodes = all_nodes(root)
    for node in nodes:
        op = node.op
        if op is not None and not varying.isdisjoint(node.inputs):
            varying.add(node)
            if any(x in wanted and op.pull(i) for i, x in enumerate(node.inputs)):
                wanted.add(node)
    return [x for x in nodes if x in varying], wanted


def _leaves(tree: Tree) -> list[Value]:
    found: list[Value] = []
    tree_map(found.append, tree)
    return found


def _number(x: Any) -> str:
    """A number of its own dtype: ``1.0`` or ``np.float32(1.0)``."""
    text = repr(float(x)).replace("inf", "np.inf").replace("nan", "np.nan")
    return text if type(x) is float else f"np.{np.result_type(x)}({text})"


def _tuple(parts: list[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _read(rule: Callable[..., Any], operands: list[Any], params: dict[str, Any]) -> Any:
    """A rule read with symbols; Python's exception for 1/0 gives way to NumPy's infinity."""
    try:
        return rule(*operands, **params)
    except (ZeroDivisionError, OverflowError):
        wide = [np.float64(x) if type(x) is float else x for x in operands]
        return rule(*wide, **params)


def _contribution(pull: Any, g: Expr, out: Any, operands: list[Any], params: dict[str, Any],
                  x: Value) -> Expr:  # fmt: skip
    """What one application of the chain rule adds, in the shape of its input."""

    def rule(*xs: Any, **rest: Any) -> Any:
        pulled = pull(*xs, **rest)
        if pulled.head == "mul" and type(pulled.args[1]) is float and pulled.args[1] == 1:
            pulled = pulled.args[0]
        return pulled if pulled.shape == x.shape else unbroadcast(pulled, x.shape)

    return _read(rule, [g, out, *operands], params)
