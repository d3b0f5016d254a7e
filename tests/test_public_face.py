"""What a bare `import multilayer` offers: every public name and nothing else, and nothing is paid for early."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import multilayer

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
PACKAGES = multilayer._SUBMODULES


def in_a_new_python(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def after_a_bare_import(program, values):
    """Run a program for each value, each time in the state that `import multilayer` leaves."""
    in_a_new_python(f"""
import json, os, sys, traceback
import multilayer
failed = []
for value in {list(values)!r}:
    child = os.fork()
    if child == 0:
        try:
            exec({program!r})
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        failed.append(value)
if failed:
    sys.exit(f"failed for {{failed}}")
print(json.dumps(None))
""")


def test_dir_shows_the_public_names_and_nothing_else():
    shown = in_a_new_python("import json, multilayer; print(json.dumps(dir(multilayer)))")
    assert shown == sorted({*multilayer.__all__, *PACKAGES, "__version__"})
    assert {"fit", "train", "load", "save", "diagnose", "initialize", "losses", "plots"} <= set(shown)


def test_every_name_that_is_shown_resolves():
    program = (
        "import json, multilayer; print(json.dumps([repr(getattr(multilayer, n)) for n in dir(multilayer)]))"
    )
    assert len(in_a_new_python(program)) > 30


@forks
def test_a_package_resolves_and_shows_its_public_names_only():
    program = """
found = getattr(multilayer, value)
assert dir(found)
for name in dir(found):
    entry = getattr(found, name)
    module = getattr(entry, "__module__", "")
    assert not name.startswith("_"), name
    assert type(entry).__name__ != "module" or name in ("schedules", "metrics"), name
    assert not isinstance(module, str) or not module.startswith(("typing", "numpy", "dataclasses")), name
"""
    after_a_bare_import(program, PACKAGES)


def test_completion_of_the_interpreter():
    program = """
import json, rlcompleter, multilayer
complete, found = rlcompleter.Completer({"multilayer": multilayer}).complete, []
while (match := complete("multilayer.di", len(found))) is not None:
    found.append(match)
print(json.dumps(found))
"""
    assert [match.rstrip("(") for match in in_a_new_python(program)] == [
        "multilayer.diagnose",
        "multilayer.diagnosis",
    ]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'multilayer' has no attribute 'import_module_'"):
        _ = multilayer.import_module_


def test_without_scikit_learn_the_estimators_are_not_shown_and_say_what_brings_them():
    program = """
import json, sys
sys.modules["sklearn"] = None
import multilayer
try:
    multilayer.estimators
except multilayer.MissingExtraError as error:
    print(json.dumps(["estimators" in dir(multilayer), str(error)]))
"""
    shown, message = in_a_new_python(program)
    assert not shown
    assert 'pip install "multilayer[sklearn]"' in message


def test_import_brings_no_more_than_a_prediction_needs():
    program = "import json, sys, multilayer; dir(multilayer); print(json.dumps(sorted(sys.modules)))"
    loaded = in_a_new_python(program)
    late = {f"multilayer.{name}" for name in PACKAGES} - {"multilayer.activations", "multilayer.network"}
    assert not late & set(loaded)
    assert not {"sklearn", "scipy", "matplotlib", "click", "rich"} & set(loaded)


def written_names():
    """Every dotted name of the package that README and the guide write, in code or in text."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    names = set(re.findall(r"\bmultilayer(?:\.[A-Za-z_]\w*)+", text)) - {"multilayer.git"}
    for line in re.findall(r"^\+?(from multilayer[\w.]* import .+)$", text, re.MULTILINE):
        (statement,) = ast.parse(line).body
        names |= {f"{statement.module}.{alias.name}" for alias in statement.names}
    return sorted(names)


def test_readme_and_guide_are_read():
    assert {"multilayer.diagnosis.try_fixes", "multilayer.training.EarlyStopping"} <= set(written_names())


@forks
def test_every_name_that_is_written_resolves_after_a_bare_import():
    after_a_bare_import("eval(value)", written_names())


@pytest.mark.parametrize(
    ("name", "room"),
    [("MLPClassifier", "estimators"), ("Adam", "optimizers"), ("relu", "activations"), ("squared", "losses")],
)
def test_a_name_of_a_submodule_is_told_where_it_is(name, room):
    with pytest.raises(AttributeError, match=rf"no attribute '{name}'; it is multilayer\.{room}\.{name}$"):
        getattr(multilayer, name)


def test_a_name_that_is_nowhere_is_plainly_refused():
    with pytest.raises(AttributeError, match=r"module 'multilayer' has no attribute 'nothing'$"):
        multilayer.nothing  # noqa: B018
