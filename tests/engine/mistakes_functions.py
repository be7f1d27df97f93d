"""Mistakes with transforms, programs and checks, and names misspelt: likewise."""

from __future__ import annotations

FUNCTIONS = [
    (
        "grad of a function that returns an array",
        "grad(lambda x: x * 2)(np.ones(3))",
        "GradientError: grad() needs a function that returns one number, and this one returned an"
        " array of shape (3,); reduce it with np.sum or np.mean, or use jacobian()",
    ),
    (
        "grad of a function that returns nothing",
        "grad(lambda x: None)(1.0)",
        "GradientError: the function returned None; does it end without return?",
    ),
    (
        "grad of a number",
        "grad(np.sin(0.5))(0.5)",
        "TypeError: a function is differentiated, and this is a float64; give the function itself,"
        " without calling it: grad(f)(x), not grad(f(x))",
    ),
    (
        "an argument that is not there",
        "grad(lambda w, x: w * x, 2)(1.0, 2.0)",
        "TypeError: argnum 2 asks for a positional argument that was not given: the function was"
        " called with 2 arguments; argnum counts from 0",
    ),
    (
        "an argument by its name",
        "grad(lambda w, x: w * x, 'x')(1.0, 2.0)",
        "TypeError: argnum is the place of an argument, a whole number from 0, and not 'x'",
    ),
    (
        "one tangent for two arguments",
        "jvp(lambda w, x: w * x, (1.0, 2.0), (1.0,))",
        "ValueError: jvp() was given 2 arguments and 1 tangent; each argument needs one",
    ),
    (
        "a tangent of another shape",
        "jvp(np.sin, (np.ones(3),), (1.0,))",
        "ValueError: the tangent for argument 0 is a scalar, and the argument is an array of shape"
        " (3,); the two need one shape",
    ),
    (
        "the Hessian of a function that returns an array",
        "hessian(lambda x: x * 2)(np.ones(3))",
        "GradientError: hessian() needs a function that returns one number, and this one returned an"
        " array of shape (3,); reduce it with np.sum or np.mean",
    ),
    (
        "a tangent that is no tuple",
        "jvp(np.sin, 1.0, 1.0)",
        "TypeError: jvp() takes the arguments and the tangents as tuples, one entry for each argument"
        " of the function: jvp(f, (x,), (1.0,))",
    ),
    (
        "a name of the library misspelt",
        "autograd_lite.gradd",
        "AttributeError: autograd_lite has no 'gradd'. Did you mean 'grad'?",
    ),
    (
        "a name of Keras misspelt",
        "tf.kears",
        "AttributeError: tf has no 'kears'. Did you mean 'keras'? This is autograd_lite's tf, which"
        " holds a part of the original; here there are abs, add, compat, divide, exp, keras,"
        " logging, math, matmul, maximum, minimum, multiply, nn, pow, random, reduce_max,"
        " reduce_mean, reduce_min, reduce_sum, sigmoid, sign, sqrt, square, subtract, tanh, where.",
    ),
    (
        "a name of the visualiser misspelt",
        "viz.plot_los",
        "AttributeError: viz has no 'plot_los'. Did you mean 'plot_loss'?",
    ),
    (
        "a program called with another shape",
        "program(lambda a: np.sum(a * a), np.ones(3))(np.ones(4))",
        "ValueError: 'a' was an array of shape (3,) when the program was made, and is given as an"
        " array of shape (4,): a program holds for the shapes of its examples; make another one,"
        " program(f, ...), with an example of this shape",
    ),
    (
        "gradcheck with its arguments exchanged",
        "gradcheck(0.5, np.sin)",
        "TypeError: gradcheck takes the function first, and was given 0.5; write gradcheck(lambda x:"
        " ..., x)",
    ),
    (
        "gradcheck without a point",
        "gradcheck(np.sin)",
        "TypeError: gradcheck needs the inputs at which f is to be checked, after f: gradcheck(f,"
        " 0.5)",
    ),
    (
        "a record of a number",
        "record(3.0)",
        "TypeError: record() takes the Value at the end of a computation, not float",
    ),
    (
        "a branch by numbers in a program",
        "program(lambda x: x if x > 0 else -x, 2.0)",
        "UserWarning: while program() traced the function, it asked for numbers (> of 'x'): the"
        " answers are frozen as they are for the examples, and the program holds only for inputs that"
        " give the same ones. To choose by numbers use np.maximum or relu; else make one program for"
        " each case.",
    ),
    (
        "grad of a function that returns a tuple",
        "grad(lambda x: (x, x))(1.0)",
        "GradientError: grad() needs a function that returns one number, and this one returned a"
        " tuple; return one number, such as their sum",
    ),
    (
        "grad of a function that returns text",
        "grad(lambda x: 'a')(1.0)",
        "GradientError: grad() needs a function that returns one number, and this one returned the"
        " text 'a'; return a number",
    ),
    (
        "grad of a function without its argument",
        "grad(lambda x: x)()",
        "TypeError: argnum 0 asks for a positional argument that was not given: the function was"
        " called with 0 arguments; argnum counts from 0",
    ),
    (
        "a place of an argument that is no whole number",
        "grad(lambda x: x, 1.0)(1.0)",
        "TypeError: argnum is the place of an argument, a whole number from 0, and not 1.0",
    ),
    (
        "jacobian of a function that returns a list",
        "jacobian(lambda x: [x, x])(1.0)",
        "GradientError: jacobian() needs a function that returns a number or one array, and this"
        " one returned a list; join its parts with np.stack or np.concatenate",
    ),
    (
        "jvp of a function that returns a tuple",
        "jvp(lambda x: (x, x), (1.0,), (1.0,))",
        "GradientError: jvp() needs a function that returns a number or one array, and this one"
        " returned a tuple; join its parts with np.stack or np.concatenate",
    ),
    (
        "a number pulled back from an array",
        "vjp(np.sin, np.ones(3))[1](1.0)",
        "ValueError: the pull-back that vjp() returned takes a gradient in the shape of the"
        " output, an array of shape (3,), and was given a scalar",
    ),
    (
        "two vectors for one argument",
        "hvp(np.sin, (1.0,), (1.0, 2.0))",
        "ValueError: hvp() was given 1 argument and 2 vectors; each argument needs one",
    ),
    (
        "a program of a number",
        "program(np.sin(0.5), 0.5)",
        "TypeError: a function is written out, and this is a float64; give the function itself,"
        " without calling it, and examples of its arguments: program(f, 2.0, 3.0)",
    ),
    (
        "a program that returns a list",
        "program(lambda x: [x, x], 1.0)",
        "GradientError: program() needs a function that returns one number, and this one returned"
        " a list; return one number, such as their sum",
    ),
    (
        "a program that returns nothing",
        "program(lambda x: None, 1.0)",
        "GradientError: the function returned None; does it end without return?",
    ),
    (
        "a program that returns an array",
        "program(lambda x: x, np.ones(3))",
        "GradientError: program() needs a function that returns one number, and this one returned"
        " an array of shape (3,); reduce it with np.sum or np.mean",
    ),
    (
        "a program that returns text",
        "program(lambda x: 'a', 1.0)",
        "GradientError: program() needs a function that returns one number, and this one returned"
        " the text 'a'; return a number",
    ),
    (
        "a program called without an argument",
        "program(lambda x: x, 1.0)()",
        "TypeError: this program takes 1 argument (x), and was given 0",
    ),
    (
        "a program called with one argument of two",
        "program(lambda w, x: w * x, 1.0, 2.0)(1.0)",
        "TypeError: this program takes 2 arguments (w, x), and was given 1",
    ),
    (
        "a program called with an array for a number",
        "program(lambda x: x, 1.0)(np.ones(3))",
        "ValueError: 'x' was a scalar when the program was made, and is given as an array of shape"
        " (3,): a program holds for the shapes of its examples; make another one, program(f, ...),"
        " with an example of this shape",
    ),
    (
        "a program called with a number for an array",
        "program(lambda a: np.sum(a), np.ones(3))(1.0)",
        "ValueError: 'a' was an array of shape (3,) when the program was made, and is given as a"
        " scalar: a program holds for the shapes of its examples; make another one, program(f,"
        " ...), with an example of this shape",
    ),
    (
        "a program called with a shorter list",
        "program(lambda x: x[0], [1.0, 2.0])([1.0])",
        "ValueError: 'x' is not in the form of its example: lists of the same lengths, dicts of"
        " the same keys",
    ),
    (
        "a gradient asked for by an argument without an example",
        "program(lambda x: x, 1.0, argnum=3)",
        "TypeError: argnum 3 asks for an argument that has no example: there is 1 example; argnum"
        " counts from 0",
    ),
    (
        "a gradient asked for by the name of an argument",
        "program(lambda x: x, 1.0, argnum='x')",
        "TypeError: argnum is the place of an argument, a whole number from 0, and not 'x'",
    ),
    (
        "a check of an empty array",
        "gradcheck(lambda x: np.zeros(0), 1.0)",
        "ValueError: f returned an array of shape (0,), which is empty; there is nothing to check",
    ),
]
