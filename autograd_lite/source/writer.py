"""A graph written as the source of a function: arguments, forward pass, backward pass, result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite.errors import ProgramError
from autograd_lite.expression import Expr, operands, symbol
from autograd_lite.graph import all_nodes
from autograd_lite.numeric import fit, unbroadcast
from autograd_lite.source import Names, Source
from autograd_lite.source.arrays import Lean
from autograd_lite.source.scalars import Shortened
from autograd_lite.transforms import Tree, tree_map
from autograd_lite.value import Value

__all__ = ["Told", "Writer", "leaves"]

Told = tuple[int | None, Any]
"""A number or array that a program tells: its place among the results; without one, itself."""


class Writer:
    """Writes the source: arguments, forward pass, backward pass, result.

    With ``apart``, every application of the chain rule has a line of its own.
    """

    def __init__(self, root: Value, parameters: list[str], arguments: tuple[Tree, ...],
                 chosen: list[int], variables: dict[Value, str],
                 also: Sequence[Value] = (), apart: bool = False) -> None:  # fmt: skip
        self.root, self.arguments, self.chosen, self.also = root, arguments, chosen, also
        self.contributions: dict[tuple[Value, int], Expr] | None = {} if apart else None
        nodes = list(dict.fromkeys([x for end in (root, *also) for x in all_nodes(end)]))
        self.nodes, self.wanted = _reached(nodes, arguments, chosen)
        self.code = Source(
            Names(), mixed=any(type(x._data) is not float and x.dtype != np.float64 for x in nodes)
        )
        self.parameters = [self.code.names.new(name) for name in parameters]
        self.names: dict[Value, str] = {}
        self.symbols: dict[Value, Expr] = {}
        self.unpacking: list[str] = []
        self.found: dict[Value, Expr] = {}
        used = set(self.nodes)
        for name, tree in zip(self.parameters, arguments, strict=True):
            self._name_leaves(tree, name, name, used, variables)
        for node in self.nodes:
            if node not in self.names:
                wish = node.name or variables.get(node) or ("out" if node is root else "")
                names = self.code.names
                self.names[node] = names.new(wish) if wish else names.numbered("v")
        self.plain = all(type(x._data) is float for x in nodes)

    def write(self) -> tuple[str, str | None, bool]:
        """The source; the one to run, None where it needs NumPy's numbers; whether it is short."""
        code, found = self.code, self._passes()
        root = self._operand(self.root)
        value = code.text(root) if isinstance(root, Expr) else _number(root)
        gradients = [self._gradient(self.arguments[i], found) for i in self.chosen]
        last = f"return {value}, {_tuple(gradients)}"
        if self.also:
            last += f", {_tuple([code.text(self._operand(x)) for x in self.also])}"
        source = self._module([*code.lines, last])
        wanted = leaves([self.arguments[i] for i in self.chosen])
        results = dict.fromkeys(found[x].args[0] for x in wanted if x in found)
        if isinstance(root, Expr):
            results[root.args[0]] = None
        if self.plain:
            short = Shortened([self.names[x] for x in leaves(self.arguments)], code).lines(results)
            if short is not None:
                return source, self._module([*self.unpacking, *short, last]), True
        return source, None if code.fractional else self._quick(wanted), False

    def _passes(self) -> dict[Value, Expr]:
        """Write both passes; the gradients by what they belong to."""
        code = self.code
        code.lines += self.unpacking
        code.lines += ["# forward"] if any(x.op for x in self.nodes) else []
        for node in self.nodes:
            if node.op is not None:
                code.assign(self.names[node], self._forward(node), node._data)
        self.found = self._backward() if self.root in self.wanted else {}
        return self.found

    def _quick(self, wanted: Sequence[Value]) -> str:
        """The source that is run, once the readable one is written."""
        reached = [x for x in wanted if x in self.found]
        ends = [self._operand(self.root), *(self.found[x] for x in reached)]
        lines, (value, *texts) = Lean(self.code).lines(ends, {})
        texts_of = {x: symbol(text, x._data) for x, text in zip(reached, texts, strict=True)}
        gradients = [self._gradient(self.arguments[i], texts_of) for i in self.chosen]
        return self._module([*self.unpacking, *lines, f"return {value}, {_tuple(gradients)}"])

    def lean(self, parameters: Sequence[Value]) -> str:
        """The source for speed, once the readable one is written: see :func:`written`."""
        lines, (value, *others) = self._lean(parameters, ())
        return self._module([*self.unpacking, *lines, f"return {value}, {_tuple(others)}"])

    def telling(
        self,
        parameters: Sequence[Value],
        values: Sequence[Value],
        uses: Sequence[tuple[Value, int]],
    ) -> tuple[str, list[Told]]:
        """The source that tells what happens on the way, in place of others: see :func:`telling`."""
        self._passes()
        told = [self._operand(x) for x in values]
        told += [self._contributed(*use) for use in uses] + [self._local(*use) for use in uses]
        varying = self._varying()
        telling = [x for x in told if not varying.isdisjoint(operands(x))]
        lines, (value, *texts) = self._lean(parameters, telling)
        if self.code.fractional:
            raise ProgramError("powers of floats may need NumPy's numbers, and these are Python's")
        others, texts = texts[: len(self.also)], texts[len(self.also) :]
        unlike = list(dict.fromkeys(texts))
        place_of = {text: place for place, text in enumerate(unlike)}
        places = {id(x): place_of[text] for x, text in zip(telling, texts, strict=True)}
        last = f"return {value}, {_tuple(others)}, {_tuple(unlike)}"
        return self._module([*self.unpacking, *lines, last]), [
            (places.get(id(x)), x.data if isinstance(x, Expr) else x) for x in told
        ]

    def _varying(self) -> set[str]:
        """The names of what depends on the arguments; the rest is the same at every call."""
        varying = {self.names[x] for x in self.nodes if x.op is None}
        for name, expr, _ in self.code.steps:
            if not varying.isdisjoint(operands(expr)):
                varying.add(name)
        return varying

    def _contributed(self, node: Value, index: int) -> Expr:
        assert self.contributions is not None
        if (node, index) not in self.contributions:
            raise ProgramError(f"no gradient is asked for that goes through {node.describe()}")
        return self.contributions[node, index]

    def _local(self, node: Value, index: int) -> Any:
        """∂node/∂input of an element-wise operation; None of others."""
        assert node.op is not None
        rule = node.op.local(index)
        if rule is None:
            return None
        inputs = [self._operand(x) for x in node.inputs]
        return _read(rule, [self._operand(node), *inputs], node.params)

    def _lean(
        self, parameters: Sequence[Value], more: Sequence[Expr]
    ) -> tuple[list[str], list[str]]:
        """The lines that are run, which write the gradients, and the texts of what is returned."""
        self.parameters.append(gradients := self.code.names.new("gradients"))
        into = {
            self.found[x].args[0]: f"{gradients}[{i}]"
            for i, x in enumerate(parameters)
            if x in self.found
        }
        ends = [*(self._operand(x) for x in (self.root, *self.also)), *more]
        lines, texts = Lean(self.code).lines(ends, into)
        lines += [
            f"{gradients}[{i}][...] = 0" for i, x in enumerate(parameters) if x not in self.found
        ]
        return lines, texts

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
        known = self.symbols.get(x)
        if known is not None:
            return known
        if x not in self.names:
            if not x.ndim and not x.name:
                return x._data
            names = self.code.names
            name = names.new(x.name) if x.name else names.numbered("c")
            self.names[x] = self.code.constant(x._data, name)
        self.symbols[x] = known = symbol(self.names[x], x._data)
        return known

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
        code.steps.append((found[self.root].args[0], seed, seed))
        for node in reversed(self.nodes):
            op, g = node.op, found.get(node)
            if op is None or g is None:
                continue
            inputs, params = node.inputs, node.params
            out, operands = self._operand(node), [self._operand(x) for x in inputs]
            for index, x in enumerate(inputs):
                pull = op.pull(index) if x in self.wanted else None
                if pull is None:
                    continue
                before = found.get(x)
                expr = _contribution(pull, g, out, operands, params, x)
                note = self._textbook(node, index, g, out, operands) if op.shown else ""
                if self.contributions is not None:
                    name, c = code.names.numbered("c"), fit(expr.data, x._data)
                    code.assign(name, expr, x._data)
                    self.contributions[node, index] = expr = symbol(name, c)
                if before is None:
                    target, total = code.names.new(f"d_{self.names[x]}"), expr
                else:
                    target, total = before.args[0], before + expr
                code.assign(target, total, x._data, note)
                found[x] = symbol(target, fit(total.data, x._data))
        return found

    def _textbook(self, node: Value, index: int, g: Expr, out: Any, operands: list[Any]) -> str:
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


def _reached(nodes: list[Value], arguments: tuple[Tree, ...],
             chosen: list[int]) -> tuple[list[Value], set[Value]]:  # fmt: skip
    """The nodes that depend on the arguments, oldest first; those that a gradient is needed of."""
    varying = set(leaves(arguments))
    wanted = set(leaves([arguments[i] for i in chosen]))
    for node in nodes:
        op = node.op
        if op is not None and not varying.isdisjoint(node.inputs):
            varying.add(node)
            if any(x in wanted and op.pull(i) for i, x in enumerate(node.inputs)):
                wanted.add(node)
    return [x for x in nodes if x in varying], wanted


def leaves(tree: Tree) -> list[Value]:
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
    pulled = _read(pull, [g, out, *operands], params)
    if pulled.head == "mul" and type(pulled.args[1]) is float and pulled.args[1] == 1:
        pulled = pulled.args[0]
    shape = () if type(x._data) is float else x.shape
    return pulled if pulled.shape == shape else unbroadcast(pulled, shape)
