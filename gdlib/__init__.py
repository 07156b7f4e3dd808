"""Gradient descent, small enough to read.

Every formula of the book is a function here, and every function here is tested. The
package has four layers, and imports point downwards only:

0. mathematics: `objectives`, `losses`, `gradients`, `autodiff`, `parameters`,
   `schedules`, `optimizers`, `datasets`, `worlds`
1. descent and models: `descent`, `linear`, `svm`, `networks`, `language`, `policies`,
   `differentiable`
2. showing and checking: `plotting`, `checks`, `grading`
3. faces: `cli`

`import gdlib` loads nothing but this page: import the module you want, such as
``from gdlib.descent import minimize``.
"""

__version__ = "0.1.0"
