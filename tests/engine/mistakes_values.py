"""Mistakes with Values, arrays and operators: what was done, the code, and what is said to it."""

from __future__ import annotations

HERE = (
    "NumPy would make a plain array of {}, and its gradient would be lost. Use .data for the"
    " numbers, np.stack([a, b]) to join Values, or a function that autograd_lite supports."
)

VALUES = [
    (
        "backward on an array without a gradient",
        "v.backward()",
        "GradientError: backward() on 'v' of shape (3,) needs a gradient of that shape:"
        " backward(gradient=...). Or reduce it to one number first, with .sum() or .mean().",
    ),
    (
        "backward on what depends on no Value",
        "x.detach().backward()",
        "GradientError: backward() needs a result that depends on a Value, and 'x' does not."
        " Wrap an input, as in Value(2.0, name='x'), and compute outside no_grad().",
    ),
    (
        "a gradient of the wrong shape",
        "(v * 2).backward(np.ones(2))",
        "ValueError: the gradient given to backward() has shape (2,), but an unnamed result of 'mul'"
        " has shape (3,); the two must be equal",
    ),
    (
        "an element of a scalar",
        "x[0]",
        "TypeError: 'x' is a scalar and has no elements; use it without [...]",
    ),
    (
        "a Value made an array",
        "np.asarray(v)",
        f"TypeError: {HERE.format(repr('v'))}",
    ),
    (
        "a function that has no gradient here",
        "np.fft.fft(v)",
        "TypeError: np.fft.fft has no gradient rule here. tutorials/numpy-coverage.md lists what is"
        " supported. For plain numbers use .data, as in np.fft.fft(v.data).",
    ),
    (
        "a function of the math module",
        "math.sin(v)",
        "TypeError: float() takes one number, and 'v' is an array of shape (3,); take one element,"
        " as v[0], or reduce it with .sum() or .mean(); in place of math.sin(v) and the like write"
        " np.sin(v)",
    ),
    (
        "an element written into",
        "v.__setitem__(0, 5.0)",
        "TypeError: 'v' cannot be written into element by element: the graph would lose the old"
        " numbers. Build a new Value, with np.where(mask, new, old) or np.concatenate.",
    ),
    (
        "the data changed before backward",
        "stale()",
        "StaleDataError: the data of 'w' was changed after it was used: it is input 0 of the"
        " operation 'mul' (×), whose derivative needs the number of that time. Change .data only"
        " after backward(), or compute the graph anew after the change.",
    ),
    (
        "shapes that do not multiply, one transposed",
        "A @ B",
        "ValueError: matmul (@) cannot be applied to 'A' (shape (2, 3)) and 'B' (shape (2, 4)): the"
        " last length of the left one, 3, has to equal the next to last of the right one, 2; the left"
        " one transposed, with .T, would fit",
    ),
    (
        "a vector on the wrong side",
        "A.T @ v",
        "ValueError: matmul (@) cannot be applied to an unnamed result of 'transpose' (shape (3, 2))"
        " and 'v' (shape (3,)): the last length of the left one, 2, has to equal the length of the"
        " right one, 3; the left one transposed, with .T, would fit",
    ),
    (
        "shapes that do not add",
        "A + B",
        "ValueError: add (+) cannot be applied to 'A' (shape (2, 3)) and 'B' (shape (2, 4)): compared"
        " from the last axis, two lengths have to be equal, or one of them 1; reshape one of the two",
    ),
    (
        "a shape of another size",
        "v.reshape(2, 2)",
        "ValueError: reshape cannot be applied to 'v' (shape (3,)): cannot reshape array of size 3"
        " into shape (2,2)",
    ),
    (
        "text for a number",
        "Value('2.0')",
        "TypeError: a Value holds real numbers, not the text '2.0'; make numbers of it first, as"
        " float('2.5') does",
    ),
    (
        "text in a sum",
        "v + 'one'",
        "TypeError: a Value holds real numbers, not the text 'one'; make numbers of it first, as"
        " float('2.5') does",
    ),
    (
        "a list of texts",
        "Value(['1', '2'])",
        "TypeError: a Value holds real numbers, not a list of text; make numbers of it first, as"
        " float('2.5') does",
    ),
    (
        "None for a number",
        "v + None",
        "TypeError: a Value holds real numbers, not None; does a function end without return?",
    ),
    (
        "complex numbers",
        "x * 1j",
        "TypeError: a Value holds real numbers, not complex ones; take .real, or abs()",
    ),
    (
        "rows of unequal length",
        "Value([[1, 2], [3]])",
        "TypeError: a Value holds a number or an array of numbers, and rows of unequal length are"
        " neither; give every row the same length",
    ),
    (
        "a Value of a Value",
        "Value(x)",
        "TypeError: Value(...) takes a number or an array, and was given 'x', which is a Value"
        " already; use it as it is, or its .data",
    ),
    (
        "a Value of a list of Values",
        "Value([x, x])",
        "TypeError: a list with Values in it is no array of numbers; np.stack([a, b]) joins Values of"
        " one shape into a Value, np.concatenate puts arrays in a row",
    ),
    (
        "a Value as index of a Value",
        "v[x]",
        "TypeError: a Value cannot be an index: indices are whole numbers and have no gradient; use"
        " int(v.data)",
    ),
    (
        "a Value as index of an array",
        "np.arange(3)[x]",
        f"TypeError: {HERE.format(repr('x'))}",
    ),
    (
        "a result written into an array",
        "np.sin(v, out=np.zeros(3))",
        "TypeError: np.sin(..., out=) would write over an array of the graph; take the result"
        " instead: y = ...",
    ),
    (
        "a name that is no text",
        "Value(2.0, name=3)",
        "TypeError: a Value's name is text, not int: Value(2.0, name='x')",
    ),
    (
        "a copy",
        "copy.deepcopy(x)",
        "TypeError: a Value is one node of a graph and has no copy; use detach() or Value(v.data)",
    ),
    (
        "a pickle",
        "pickle.dumps(x)",
        "TypeError: a graph is not pickled; save the numbers, v.data, or autograd_lite.record(v)",
    ),
    (
        "a method misspelt",
        "v.sunm()",
        "AttributeError: 'Value' object has no attribute 'sunm'",
    ),
    (
        "a method of another library",
        "v.zero_grad()",
        "AttributeError: a Value has no 'zero_grad'. To start anew, set .grad = None.",
    ),
    (
        "the logarithm of a negative number",
        "np.log(x - 3)",
        "NumericWarning: log of an unnamed result of 'sub' = -1 is NaN (invalid value): log needs"
        " x > 0",
    ),
    (
        "a branch that where() does not choose",
        "trap()",
        "NumericWarning: backward through 'sqrt' (node an unnamed result of 'sqrt') gives a gradient"
        " that is NaN for input 0, 't' = array of shape (2,); sqrt needs x ≥ 0, and x > 0 for its"
        " derivative. If this node stands in the branch that a where() did not choose, 0 × ∞ made the"
        " NaN: use the double where, where(ok, f(where(ok, x, 1)), other).",
    ),
    (
        "one number wanted of an array",
        "float(v)",
        "TypeError: float() takes one number, and 'v' is an array of shape (3,); take one element,"
        " as v[0], or reduce it with .sum() or .mean(); in place of math.sin(v) and the like write"
        " np.sin(v)",
    ),
    (
        "a whole number wanted of an array",
        "int(v)",
        "TypeError: int() takes one number, and 'v' is an array of shape (3,); take one element,"
        " as v[0], or reduce it with .sum() or .mean()",
    ),
    (
        "the element of an array in two dimensions",
        "int(A)",
        "TypeError: int() takes one number, and 'A' is an array of shape (2, 3); take one element,"
        " as v[0, 0], or reduce it with .sum() or .mean()",
    ),
    (
        "a number wanted of an array with one element",
        "float(v[:1])",
        "TypeError: float() takes one number, and an unnamed result of 'getitem' is an array of"
        " shape (1,); its one element is v.item()",
    ),
    (
        "an array as a condition",
        "bool(v)",
        "ValueError: 'v' is an array of shape (3,) and is neither true nor false as a whole: write"
        " np.any(v.data) or np.all(v.data); np.where(v > 0, a, b) chooses element by element",
    ),
    (
        "the one number of an array",
        "v.item()",
        "ValueError: item() gives the one number of a Value, and 'v' is an array of shape (3,);"
        " take one element first, as v[0], or all of them with v.data.tolist()",
    ),
    (
        "an array rounded by Python",
        "round(v)",
        "TypeError: round() takes one number, and 'v' is an array of shape (3,); np.round(v.data)"
        " rounds every element",
    ),
    (
        "an array in a format for one number",
        "format(v, '.2f')",
        "TypeError: 'v' is an array of shape (3,), and the format '.2f' is for one number;"
        " np.round(v.data, 2) is short to print",
    ),
    (
        "a number compared with text",
        "x < 'a'",
        "TypeError: 'x', a scalar, cannot be compared (<) with the text 'a': compare it with"
        " numbers",
    ),
    (
        "an array compared with text",
        "v < 'a'",
        "TypeError: 'v', an array of shape (3,), cannot be compared (<) with the text 'a': compare"
        " it with numbers",
    ),
    (
        "a comparison with None",
        "v >= None",
        "TypeError: 'v', an array of shape (3,), cannot be compared (>=) with None: compare it"
        " with numbers",
    ),
    (
        "a comparison of shapes that differ",
        "v == np.ones(4)",
        "ValueError: 'v', an array of shape (3,), cannot be compared (==) with an array of shape"
        " (4,): counted from the last axis, two lengths have to be equal, or one of them 1",
    ),
    (
        "a comparison of Values whose shapes differ",
        "A < B",
        "ValueError: 'A', an array of shape (2, 3), cannot be compared (<) with 'B', an array of"
        " shape (2, 4): counted from the last axis, two lengths have to be equal, or one of them 1",
    ),
    (
        "a comparison with a list of text",
        "v > ['a', 'b', 'c']",
        "TypeError: 'v', an array of shape (3,), cannot be compared (>) with a list of text:"
        " compare it with numbers",
    ),
    (
        "the length of a scalar",
        "len(x)",
        "TypeError: 'x' is a scalar and has no length; an array has one, as Value([1.0, 2.0])",
    ),
    (
        "a loop over a scalar",
        "list(x)",
        "TypeError: 'x' is a scalar: one number, with nothing to iterate over or to unpack; an"
        " array has elements, as Value([1.0, 2.0])",
    ),
    (
        "an element deleted",
        "v.__delitem__(0)",
        "TypeError: no element of 'v' can be deleted: the graph would lose its number. Take those"
        " that stay, as v[1:] or v[mask]",
    ),
    (
        "a matrix product of scalars",
        "x @ x",
        "ValueError: matmul (@) cannot be applied to 'x' (scalar) and 'x' (scalar): a matrix"
        " product takes arrays; to multiply by a scalar write *",
    ),
    (
        "a matrix product with a number",
        "A @ 2",
        "ValueError: matmul (@) cannot be applied to 'A' (shape (2, 3)) and a plain number"
        " (scalar): a matrix product takes arrays; to multiply by a scalar write *",
    ),
    (
        "scalars joined along an axis",
        "np.concatenate([x, x])",
        "ValueError: concatenate (concat) cannot be applied to 'x' (scalar) and 'x' (scalar): a"
        " scalar has no axis to be joined along; np.stack([a, b]) makes an array of scalars",
    ),
    (
        "a whole division by text",
        "v // 'a'",
        "TypeError: a Value holds real numbers, not the text 'a'; make numbers of it first, as"
        " float('2.5') does",
    ),
    (
        "a list of Values made an array",
        "np.array([x, x])",
        "TypeError: NumPy would make a plain array of 'x', and its gradient would be lost. Use"
        " .data for the numbers, np.stack([a, b]) to join Values, or a function that autograd_lite"
        " supports.",
    ),
    (
        "an array Value as one of NumPy's numbers",
        "np.float64(v)",
        "TypeError: NumPy would make a plain array of 'v', and its gradient would be lost. Use"
        " .data for the numbers, np.stack([a, b]) to join Values, or a function that autograd_lite"
        " supports.",
    ),
    (
        "a dict for a number",
        "Value({'a': 1.0})",
        "TypeError: a Value holds real numbers, not a dict; give it a number, or a list or an"
        " array of numbers",
    ),
    (
        "None among numbers",
        "Value([1.0, None])",
        "TypeError: a Value holds real numbers, not a list with None in it; give it a number, or a"
        " list or an array of numbers",
    ),
    (
        "a gradient that is one number, of an array",
        "v.backward(1.0)",
        "ValueError: the gradient given to backward() has shape (), a scalar, but 'v' has shape"
        " (3,); the two must be equal",
    ),
    (
        "a gradient that is text",
        "x.backward('1')",
        "TypeError: the gradient given to backward() is made of real numbers, in the shape of 'x'; it"
        " cannot be the text '1'",
    ),
    (
        "a complex gradient",
        "x.backward(1j)",
        "TypeError: the gradient given to backward() is made of real numbers, in the shape of 'x'; it"
        " cannot be a complex number",
    ),
    (
        "a gradient that is an array, of a scalar",
        "x.backward(np.ones(2))",
        "ValueError: the gradient given to backward() has shape (2,), but 'x' has shape (), a"
        " scalar; the two must be equal",
    ),
]
