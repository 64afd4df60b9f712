"""The rules by name: each is a generator of findings about a tree, and its docstring's first line says what it asks."""

ALL = {}


def rule(function):
    """Registers a rule under its function's name in camel case, which it yields its findings with."""
    name = "".join(part.capitalize() for part in function.__name__.split("_"))
    function.rule = name
    ALL[name] = function
    return function


from . import formatting, danger, waiting, shape, documentation, articles  # noqa: E402, F401
from . import modules, leftovers, programs  # noqa: E402, F401
