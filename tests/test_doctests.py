"""Every example in a docstring runs and gives what it shows."""

import doctest
import importlib
import math
import pkgutil
import re

import pytest

import multilayer

MODULES = [
    module.name
    for module in pkgutil.walk_packages(multilayer.__path__, "multilayer.")
    if not module.name.endswith("__main__") and "_core" not in module.name
]
FLOAT = re.compile(r"-?\d+\.\d*(?:e[+-]?\d+)?")


class LastDigit(doctest.OutputChecker):
    """Lets the last digit of a float differ, as it may between backends: 8 units of float64's last place."""

    def check_output(self, want, got, flags):
        """Compare the text between the floats, and the floats."""
        if super().check_output(want, got, flags):
            return True
        if FLOAT.sub("0", want).split() != FLOAT.sub("0", got).split():
            return False
        pairs = zip(FLOAT.findall(want), FLOAT.findall(got), strict=True)
        return all(math.isclose(float(a), float(b), rel_tol=2**-50) for a, b in pairs)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(LastDigit(), optionflags=doctest.ELLIPSIS)
    for example in doctest.DocTestFinder().find(module, module.__name__):
        runner.run(example)
    assert runner.failures == 0
