"""A graph read as a straight-line NumPy program: the forward pass, the backward pass below it."""

from __future__ import annotations

import gc
import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_lite.context import thread
from autograd_lite.errors import counted
from autograd_lite.numeric import array_text, given_type, settle
from autograd_lite.source.writer import Told, Writer, leaves
from autograd_lite.transforms import Tree, argument_places, check_one_number, tree_map
from autograd_lite.value import Value, as_value, leaf

__all__ = ["Program", "program", "telling", "written"]


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
    if not callable(f):
        raise TypeError(
            f"a function is written out, and this is {given_type(f)}; give the function itself,"
            " without calling it, and examples of its arguments: program(f, 2.0, 3.0)"
        )
    count = len(examples)
    chosen = range(count) if argnum is None else argument_places(argnum)
    for i in chosen:
        if not -count <= i < count:
            raise TypeError(
                f"argnum {i} asks for an argument that has no example: there"
                f" {'is' if count == 1 else 'are'} {counted(count, 'example')}; argnum counts from 0"
            )
    places = [i % count for i in chosen]
    parameters = _parameters(f, count)
    arguments = tuple(
        tree_map(_fresh(name), example) for name, example in zip(parameters, examples, strict=True)
    )
    root, variables = _trace(f, arguments)
    with _undisturbed():
        source, quick, short = Writer(root, parameters, arguments, places, variables).write()
    return Program(f, parameters, arguments, places, source, quick, short)


def written(
    root: Value, arguments: dict[str, Tree], parameters: str, also: Sequence[Value] = ()
) -> tuple[str, Callable[..., Any]]:
    """A graph that exists already, as source and as a function of its leaves that runs fast.

    Parameters
    ----------
    root : Value
        A scalar.
    arguments : dict of str to Value or nested containers of them
        The leaves that vary from call to call, by the name of the argument they come in.
    parameters : str
        The argument, a list, to differentiate by.
    also : sequence of Value
        Other results of the graph to be returned.

    Returns
    -------
    tuple of str and callable
        The function takes a list of arrays beside the arguments, writes the gradients into them,
        and returns ``value, (other, ...)``. Nothing is checked or brought into another dtype.
    """
    with _undisturbed():
        writer = _writer(root, arguments, parameters, also)
        source = writer.write()[0]
        quick = writer.lean(leaves(arguments[parameters]))
    return source, _define(quick, "a graph", {})


def telling(
    root: Value,
    arguments: dict[str, Tree],
    parameters: str,
    values: Sequence[Value],
    uses: Sequence[tuple[Value, int]],
    also: Sequence[Value] = (),
) -> tuple[Callable[..., Any], list[Told]]:
    """The same with all that happens on the way: the function of a program that tells it.

    Parameters
    ----------
    root, arguments, parameters, also
        As for :func:`written`.
    values : sequence of Value
        Nodes of the graph.
    uses : sequence of tuple of Value and int
        Applications of the chain rule: a node, and which of its inputs.

    Returns
    -------
    tuple of callable and list
        The function returns ``value, (other, ...), (number, ...)``. The list has an entry for each
        of ``values``, for the contribution of each of ``uses``, and for its local derivative: the
        place among these numbers, or None and what it is at every call.

    Raises
    ------
    ProgramError
        The graph cannot be written as such a program.
    """
    with _undisturbed():
        writer = _writer(root, arguments, parameters, also, apart=True)
        source, told = writer.telling(leaves(arguments[parameters]), values, uses)
    return _define(source, "a graph", {}), told


def _writer(
    root: Value,
    arguments: dict[str, Tree],
    parameters: str,
    also: Sequence[Value],
    apart: bool = False,
) -> Writer:
    trees = tuple(arguments.values())
    named = {x: x.name for x in leaves(trees) if x.name}
    place = list(arguments).index(parameters)
    return Writer(root, list(arguments), trees, [place], named, tuple(also), apart)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No warnings about numbers, which are only read; and no garbage collector.

    A large program is a million objects until it is written, and no cycle among them: the collector
    would go through them again and again in vain, for half of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        if collecting:
            gc.enable()


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
                f"this program takes {counted(len(self._examples), 'argument')}"
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
    return namespace.pop("program")  # a function among its own globals would be a cycle


def _matched(name: str, example: Tree, given: Tree) -> Tree:
    """An argument in the dtype of its example, where the shapes agree."""

    def one(like: Value, x: Any) -> Any:
        data = as_value(x)._data
        if np.shape(data) != like.shape:
            raise ValueError(
                f"{like.name!r} was {array_text(like)} when the program was made, and is given as"
                f" {array_text(data)}: a program holds for the shapes of its examples; make another"
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
    check_one_number("program", result)
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
