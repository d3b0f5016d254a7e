"""Sources that `convert` writes: run before they are written, and a head that says of what they were made."""

import base64
import hashlib
import re
import subprocess

import numpy as np
import pytest

from multilayer import InputError
from multilayer._base.language import in_language
from multilayer.exchange import convert, write
from multilayer.exchange.source import SOURCES, python_source
from multilayer.exchange.source.table_plan import table_plan_of
from multilayer.exchange.source_formats import prover_of
from tests.exchange.source.compilers import GCC, network
from tests.exchange.source.test_tables import MODELS

pytestmark = pytest.mark.native
NAME = 'a */ """ <b> ??/.json'
NET = network(np.float32, (4, "tanh"), (3, "softmax"), inputs=2)


@pytest.mark.parametrize(
    ("target", "program"),
    [
        ("n.c", "gcc"),
        ("n.py", "Python"),
        pytest.param("n.mjs", "Node", marks=pytest.mark.oracle),
        ("n.html", None),
    ],
)
def test_a_source_is_run_and_says_of_what_it_is(target, program, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    (tmp_path / "in").mkdir()
    source = tmp_path / "in" / NAME.replace("/", "")
    write(NET, source)
    made = convert(source, tmp_path / target)
    text = (tmp_path / target).read_text()
    assert hashlib.sha256(source.read_bytes()).hexdigest() in text
    assert "made: 1970-01-01T00:00:00+00:00" in text
    if program is None:
        assert "tests itself" in repr(made)
        return
    (proof,) = made.proofs
    assert program in proof.by
    assert proof.ulp == 0.0
    assert f"checked: {proof}" in text


@pytest.mark.parametrize("target", ["c", "fixed-c", "python", "html"])
def test_source_is_english_whatever_the_reader_reads(target, tmp_path):
    write(NET, tmp_path / "n.json")
    x = np.random.default_rng(0).normal(size=(50, 2))
    texts = []
    for language in ("en", "ko"):
        (tmp_path / language).mkdir()
        with in_language(language):
            convert(tmp_path / "n.json", tmp_path / language / "n.txt", to_format=target, check=x)
        texts.append(re.sub(r"made: \S+", "", (tmp_path / language / "n.txt").read_text("ascii")))
    assert texts[0] == texts[1]


def test_names_of_files_stay_within_comments(tmp_path):
    source = tmp_path / NAME.replace("/", "")
    write(NET, source)
    convert(source, tmp_path / "n.c")
    convert(source, tmp_path / "n.py")
    subprocess.run([*GCC, "-c", "n.c", "-o", "n.o"], cwd=tmp_path, check=True)
    compile((tmp_path / "n.py").read_text(), "n.py", "exec")


def test_the_page_has_the_hash_of_its_script(tmp_path):
    write(NET, tmp_path / "n.json")
    convert(tmp_path / "n.json", tmp_path / "n.html")
    text = (tmp_path / "n.html").read_text()
    script = re.search(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode() in text


def test_what_fixed_point_costs_is_printed(tmp_path):
    write(NET, tmp_path / "n.json")
    x = np.random.default_rng(0).normal(size=(50, 2))
    made = convert(tmp_path / "n.json", tmp_path / "n.c", to_format="fixed-c", check=x)
    for word in ("flash", "RAM", "error on the samples"):
        assert any(word in note for note in made.notes)


@pytest.mark.parametrize("name", MODELS)
def test_the_source_of_a_table_has_its_bits_or_is_refused(name, tmp_path):
    made = MODELS[name]
    for file, text in python_source(made, "net").items():
        (tmp_path / file).write_text(text, encoding="ascii")
    prove = prover_of(SOURCES["python"])
    proof = prove(made, tmp_path / "net.py")
    assert proof.holds
    assert proof.bound == table_plan_of(made, "net").bound
    run, by = SOURCES["python"].run_rows(tmp_path / "net.py")
    other = SOURCES["python"]._replace(run_rows=lambda path: (lambda rows: run(rows) * (1.0 + 1e-14), by))
    with pytest.raises(InputError, match="gives other numbers"):
        prover_of(other)(made, tmp_path / "net.py").check()
