"""A file, its entry in the table and its names in the package are all it takes to add an activation."""

import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import multilayer

CUBE = '''
"""The cube."""

import math
from dataclasses import dataclass

from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["Cube", "cube"]


@dataclass(frozen=True)
class Cube(Elementwise):
    facts = Facts(
        name="cube",
        formula="a^3",
        derivative="3 a^2",
        latex="a^3",
        range=Interval(-math.inf, math.inf),
        aliases=("third_power",),
    )

    @staticmethod
    def formula(x, /):
        return x * x * x

    @staticmethod
    def derivative_formula(x, /):
        return 3 * x * x


cube = Cube()
'''
EDITS = {
    "table.py": {
        "from multilayer.activations.elu import": "from multilayer.activations.cube import cube",
        "    exponential, gaussian,": "    cube,",
    },
    "__init__.py": {
        "from multilayer.activations.elu import": "from multilayer.activations.cube import Cube, cube",
        '    "Custom",': '    "Cube",',
        '    "elu",': '    "cube",',
    },
}
"""In each file, the lines to add and the beginning of the line that each stands before."""

# What the new activation can do, with no other file edited.
USES = {
    "by name": """
        from multilayer.activations import Cube, cube, get
        assert get("cube") is cube and get("Third-Power") is cube and Cube() == cube
    """,
    "in the catalogue": """
        from multilayer.activations import catalogue, cube
        assert cube in catalogue
    """,
    "value and derivative": """
        import numpy as np
        from multilayer.activations import cube
        assert cube(np.float32(2)) == 8 and cube.derivative(2.0) == 12
        assert cube(np.ones((2, 3), np.float32)).dtype == np.float32
    """,
    "pickling": """
        import pickle
        from multilayer.activations import cube
        assert pickle.loads(pickle.dumps(cube)) == cube
    """,
    "near matches": """
        from multilayer.activations import get
        try:
            get("cubee")
        except ValueError as error:
            assert "cube" in str(error)
    """,
    "a network": """
        import numpy as np
        from multilayer import MLP, Dense
        net = MLP([Dense(np.ones((2, 3)), np.zeros(3), "cube")])
        assert net([[1.0, 1.0]]).tolist() == [[8.0, 8.0, 8.0]]
    """,
    "the command line": """
        import runpy, sys
        sys.argv = ["multilayer", "activations", "cube"]
        try:
            runpy.run_module("multilayer", run_name="__main__")
        except SystemExit as end:
            assert not end.code
    """,
}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    root = tmp_path_factory.mktemp("package")
    home = copytree(
        Path(multilayer.__file__).parent, root / "multilayer", ignore=ignore_patterns("__pycache__")
    )
    (home / "activations" / "cube.py").write_text(CUBE)
    for name, edits in EDITS.items():
        path = home / "activations" / name
        text = path.read_text()
        for before, line in edits.items():
            assert text.count(f"\n{before}") == 1
            text = text.replace(f"\n{before}", f"\n{line}\n{before}")
        path.write_text(text)
    return root


@pytest.mark.parametrize("use", USES)
def test_a_file_an_entry_and_its_names(package, use):
    lines = [line.strip("\n") for line in USES[use].splitlines() if line.strip()]
    indent = len(lines[0]) - len(lines[0].lstrip())
    program = "\n".join(line[indent:] for line in lines)
    # The copy before an editable install, which would answer first.
    start = f"import sys; sys.path.insert(0, {str(package)!r})\n"
    start += "sys.meta_path.sort(key=lambda finder: 'Redirect' in repr(finder))\n"
    done = subprocess.run(
        [sys.executable, "-c", start + program], capture_output=True, text=True, check=False, cwd=package
    )
    assert done.returncode == 0, done.stderr
