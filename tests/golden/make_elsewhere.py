"""Where the numbers of book/explanation/rules-elsewhere.md come from.

Run by hand, once for each library, with an interpreter that has it (PyTorch 2.13, Optax
0.2.8 and Keras 3.15 on JAX 0.10 were used, on a CPU):

    python tests/golden/make_elsewhere.py torch
    KERAS_BACKEND=jax JAX_ENABLE_X64=1 python tests/golden/make_elsewhere.py optax keras

It prints the rows of the dictionary `printed` on that page: where x stands after three
given gradients. Neither the page nor a test needs the libraries.
"""

import sys

import numpy as np

START = np.ones(2)
GRADIENTS = np.array([[4.0, -0.01], [-1.0, 0.02], [2.0, 0.03]])
ETA = 0.1


def row(name, x):
    print(f"    {name!r}: {tuple(np.asarray(x).tolist())},")


def with_torch():
    import torch
    from torch.optim import SGD, Adagrad, Adam, AdamW, RMSprop

    for name, optimizer, options in (
        ("SGD, momentum", SGD, {"momentum": 0.9}),
        ("SGD, dampened", SGD, {"momentum": 0.9, "dampening": 0.9}),
        ("SGD, nesterov", SGD, {"momentum": 0.9, "nesterov": True}),
        ("Adagrad", Adagrad, {}),
        ("RMSprop", RMSprop, {}),
        ("Adam", Adam, {}),
        ("Adam, amsgrad", Adam, {"amsgrad": True}),
        ("AdamW", AdamW, {}),
        ("Adam, decay", Adam, {"weight_decay": 0.01}),
    ):
        x = torch.tensor(START, requires_grad=True)
        made = optimizer([x], lr=ETA, **options)
        for g in GRADIENTS:
            x.grad = torch.tensor(g)
            made.step()
        row(f"PyTorch {name}", x.detach())


def with_optax():
    import optax
    from jax import numpy as jnp

    for name, made in (
        ("sgd, momentum", optax.sgd(ETA, momentum=0.9)),
        ("sgd, nesterov", optax.sgd(ETA, momentum=0.9, nesterov=True)),
        ("adagrad", optax.adagrad(ETA)),
        ("rmsprop", optax.rmsprop(ETA)),
        ("adam", optax.adam(ETA)),
        ("amsgrad", optax.amsgrad(ETA)),
        ("adamw", optax.adamw(ETA)),
    ):
        x = jnp.array(START)
        state = made.init(x)
        for g in GRADIENTS:
            step, state = made.update(jnp.array(g), state, x)
            x = optax.apply_updates(x, step)
        row(f"Optax   {name}", x)


def with_keras():
    import keras

    keras.backend.set_floatx("float64")
    make = keras.optimizers
    for name, made in (
        ("SGD, momentum", make.SGD(ETA, momentum=0.9)),
        ("SGD, nesterov", make.SGD(ETA, momentum=0.9, nesterov=True)),
        ("Adagrad", make.Adagrad(ETA)),
        ("RMSprop", make.RMSprop(ETA)),
        ("Adam", make.Adam(ETA)),
        ("Adam, amsgrad", make.Adam(ETA, amsgrad=True)),
        ("AdamW", make.AdamW(ETA)),
        ("Adam, decay", make.Adam(ETA, weight_decay=0.01)),
    ):
        x = keras.Variable(START)
        for g in GRADIENTS:
            made.apply([keras.ops.convert_to_tensor(g)], [x])
        row(f"Keras   {name}", x.value)


if __name__ == "__main__":
    for library in sys.argv[1:]:
        {"torch": with_torch, "optax": with_optax, "keras": with_keras}[library]()
