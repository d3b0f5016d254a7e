"""The contenders of the benchmark of deployed networks: C programs of one shape, and ONNX Runtime.

A C contender is source with `run(x, y, rows)`; the same main around each times it in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import MLP
from multilayer.exchange.source import c_source

OPTIMIZED = ("-O3", "-march=native")

_MAIN = """
#define _POSIX_C_SOURCE 199309L
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
void run(const float *x, float *y, size_t rows);
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
/* x-file y-file rows inputs units seconds: writes the outputs and prints nanoseconds of the processor for a call */
int main(int n, char **words) {
    const size_t rows = strtoul(words[3], 0, 10), inputs = strtoul(words[4], 0, 10), units = strtoul(words[5], 0, 10);
    const double seconds = strtod(words[6], 0);
    float *x = malloc(rows * inputs * sizeof *x), *y = malloc(rows * units * sizeof *y);
    FILE *file = fopen(words[1], "rb");
    if (n != 7 || fread(x, sizeof *x, rows * inputs, file) != rows * inputs) return 1;
    run(x, y, rows);
    size_t calls = 1;
    double took = 0.0;
    while (took < seconds) {
        const double start = now();
        for (size_t i = 0; i < calls; i++) run(x, y, rows);
        took = now() - start;
        if (took < seconds) calls *= 2;
    }
    file = fopen(words[2], "wb");
    fwrite(y, sizeof *y, rows * units, file);
    fclose(file);
    printf("%.17g\\n", 1e9 * took / (double)calls);
    return 0;
}
"""


@dataclass(frozen=True)
class CProgram:
    """Source files with `run`, the flags they are compiled with, and how exact the outputs have to be."""

    name: str
    files: dict[str, str]
    flags: tuple[str, ...]
    tolerance: float = 1e-5

    def build(self, folder: Path) -> Path:
        """Return the program that times `run`."""
        folder.mkdir(parents=True)
        for name, text in (self.files | {"main.c": _MAIN}).items():
            (folder / name).write_text(text)
        sources = [name for name in (*self.files, "main.c") if name.endswith(".c")]
        # Each file is compiled for itself, so that nothing of the contender is computed at compile time.
        for source in sources:
            subprocess.run(["gcc", "-std=gnu99", *self.flags, "-c", source], cwd=folder, check=True)
        objects = [f"{source[:-2]}.o" for source in sources]
        subprocess.run(["gcc", *objects, "-o", "program", "-lm"], cwd=folder, check=True)
        return folder / "program"

    def size(self, folder: Path) -> int:
        """Return the bytes of code and data of the contender."""
        objects = [f"{name[:-2]}.o" for name in self.files if name.endswith(".c")]
        listed = subprocess.run(["size", *objects], cwd=folder, check=True, capture_output=True, text=True)
        return sum(int(line.split()[3]) for line in listed.stdout.splitlines()[1:])


def ours(net: MLP, *flags: str) -> CProgram:
    run = """#include "net.h"
void run(const float *x, float *y, size_t rows) {
    if (rows == 1) net_predict(x, y);
    else net_predict_rows(x, y, rows);
}
"""
    used = flags or OPTIMIZED
    name = "multilayer C" if used == OPTIMIZED else f"multilayer C, {' '.join(used)}"
    return CProgram(name, c_source(net, "net") | {"run.c": run}, (*used, "-ffp-contract=off"), 0.0)


def plain(net: MLP) -> CProgram:
    """Naive loops that call the C library, as generators of code write them."""
    lines = ["#include <math.h>", "#include <stddef.h>"]
    body = []
    for n, layer in enumerate(net.layers, 1):
        inputs, units = layer.W.shape
        W = ", ".join(f"{float(w)!r}f" for w in layer.W.ravel())
        b = ", ".join(f"{float(w)!r}f" for w in layer.b)
        lines += [
            f"static const float W{n}[{inputs}][{units}] = {{{W}}};",
            f"static const float b{n}[] = {{{b}}};",
        ]
        source, target = "x" if n == 1 else f"z{n - 1}", f"z{n}"
        step = {"relu": "s > 0 ? s : 0", "tanh": "tanhf(s)", "softmax": "expf(s)"}[
            layer.activation.facts.name
        ]
        body += [
            f"    float z{n}[{units}];",
            f"    for (int j = 0; j < {units}; j++) {{",
            f"        float s = b{n}[j];",
            f"        for (int k = 0; k < {inputs}; k++) s += {source}[k] * W{n}[k][j];",
            f"        {target}[j] = {step};",
            "    }",
        ]
    units = net.widths[-1]
    body += [
        "    float total = 0;",
        f"    for (int j = 0; j < {units}; j++) total += z{len(net.layers)}[j];",
        f"    for (int j = 0; j < {units}; j++) y[j] = z{len(net.layers)}[j] / total;",
    ]
    lines += ["static void one(const float *x, float *y) {", *body, "}"]
    lines += [
        "void run(const float *x, float *y, size_t rows) {",
        f"    for (size_t r = 0; r < rows; r++) one(x + r * {net.widths[0]}, y + r * {units});",
        "}",
    ]
    return CProgram("plain C", {"plain.c": "\n".join(lines)}, OPTIMIZED)


def emlearn(net: MLP) -> CProgram | None:
    """What emlearn makes of the network, where it is installed; it writes weights with six decimals."""
    found = find_spec("emlearn")
    if found is None or found.origin is None:
        return None
    from emlearn.net import Wrapper

    names = [layer.activation.facts.name for layer in net.layers]
    with TemporaryDirectory() as folder, chdir(folder):  # it compiles a program where it is
        made = Wrapper(names, [layer.W for layer in net.layers], [layer.b for layer in net.layers], "inline")
        code = made.save(name="net")
    inputs, units = net.widths[0], net.widths[-1]
    text = f"""{code}
void run(const float *x, float *y, size_t rows) {{
    for (size_t r = 0; r < rows; r++)
        eml_net_predict_proba(&net, x + r * {inputs}, {inputs}, y + r * {units}, {units});
}}
"""
    headers = Path(found.origin).parent
    return CProgram("emlearn", {"eml.c": text}, (*OPTIMIZED, f"-I{headers}", "-w"), 1e-3)


def emx(net: MLP, rows: int) -> CProgram | None:
    """What emx-onnx-cgen makes of the network's ONNX file for so many rows, where it is installed."""
    if find_spec("emx_onnx_cgen") is None:
        return None
    from multilayer.exchange import write

    with TemporaryDirectory() as folder:
        write(net, Path(folder, "net.onnx"))
        words = ["--model-name", "net", "--input-dim", f"samples={rows}", "net.onnx", "net.c"]
        command = [sys.executable, "-m", "emx_onnx_cgen", "compile", *words]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        code = Path(folder, "net.c").read_text()
    inputs, units = net.widths[0], net.widths[-1]
    text = f"""#include <stddef.h>
{code}
void run(const float *x, float *y, size_t rows) {{
    net((const float (*)[{inputs}])x, (float (*)[{units}])y);
}}
"""
    return CProgram("emx-onnx-cgen", {"emx.c": text}, (*OPTIMIZED, "-w"), 1e-5)


def onnx_session(net: MLP, folder: Path) -> tuple[Callable[[NDArray[Any]], NDArray[Any]], Path]:
    """Return ONNX Runtime's function of rows, and the model's file."""
    import onnxruntime

    from multilayer.exchange import write

    path = folder / "net.onnx"
    write(net, path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    outputs = [session.get_outputs()[-1].name]

    def run(x: NDArray[Any]) -> NDArray[Any]:
        y: NDArray[Any] = np.asarray(session.run(outputs, {name: x})[0])
        return y

    return run, path
