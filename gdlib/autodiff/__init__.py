"""Gradients by reverse mode: run f once, write down each step, read the list backwards.

A computer knows the slope of each small step it takes, and the chain rule joins them.
Write ā = ∂J/∂a for how much the output J answers to a number a on the way. The output
answers to itself with J̄ = 1, and a step y = φ(a, b) hands its slope on to its parents:

    ā ← ā + ȳ ∂y/∂a,    b̄ ← b̄ + ȳ ∂y/∂b.

The steps are written on a *tape* as they happen, so parents stand before what was made
of them, and one walk from the end of the tape to its start meets each step after all of
its uses. The walk costs about as much as f did, for two inputs or for two million.

`tape` holds the record and the walk, `operations` the table of derivatives, as code,
`variable` the array that f is given, and `reverse` turns f into its gradient.

Where f has a kink there is no slope. The conventions: `relu`, `absolute` and `norm` are
flat at 0; `maximum` gives half to each of two equals, `max` shares among all that are
largest; `sqrt` has slope ∞ at 0. Beware of `where`: it runs both branches, and the one
not taken may hand on 0 · ∞ = nan. Make its argument safe before it is used:
``safe = where(x > 0, x, 1.0)``, and then ``where(x > 0, log(safe), 0.0)``.
"""

from gdlib.autodiff.operations import (
    abs,
    absolute,
    add,
    concatenate,
    cos,
    divide,
    exp,
    log,
    logaddexp,
    logsumexp,
    matmul,
    max,
    maximum,
    mean,
    multiply,
    negative,
    norm,
    power,
    relu,
    reshape,
    sigmoid,
    sin,
    softmax_cross_entropy,
    sqrt,
    stack,
    subtract,
    sum,
    tanh,
    transpose,
    where,
)
from gdlib.autodiff.reverse import grad, value_and_grad
from gdlib.autodiff.variable import Var

__all__ = [
    "Var",
    "abs",
    "absolute",
    "add",
    "concatenate",
    "cos",
    "divide",
    "exp",
    "grad",
    "log",
    "logaddexp",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "multiply",
    "negative",
    "norm",
    "power",
    "relu",
    "reshape",
    "sigmoid",
    "sin",
    "softmax_cross_entropy",
    "sqrt",
    "stack",
    "subtract",
    "sum",
    "tanh",
    "transpose",
    "value_and_grad",
    "where",
]
