"""Writes native/math/coefficients.hpp: `python native/math/generate_coefficients.py > native/math/coefficients.hpp`.

Each polynomial interpolates at the Chebyshev points of its interval, in 80-digit arithmetic, which is within a
small factor of the best polynomial of its degree; it is then written in powers of its variable and rounded to
float64. The comment above each gives the largest relative error of the exact function by those rounded coefficients.
`full` serves float64 results, `brief` serves float32 results that are computed in float64.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import mpmath as mp

mp.mp.dps = 80


@dataclass(frozen=True)
class Fit:
    """A function to be replaced by a polynomial on an interval."""

    name: str
    meaning: str
    function: Callable[[mp.mpf], mp.mpf]
    low: mp.mpf
    high: mp.mpf
    full: int | None
    brief: int | None
    rests: int = 0


def series(terms: Callable[[int], mp.mpf], x: mp.mpf) -> mp.mpf:
    """Sum terms(n) x**n; every use converges, and none divides by x."""
    return mp.nsum(lambda n: terms(int(n)) * x ** int(n), [0, 90], method="direct")


def exp_quotient(r: mp.mpf) -> mp.mpf:
    return series(lambda n: 1 / mp.factorial(n + 2), r)


def eighth_exp2_quotient(f: mp.mpf) -> mp.mpf:
    eighth = mp.log(2) / 8
    return series(lambda n: eighth ** (n + 1) / mp.factorial(n + 1), f)


def coth_quotient(w: mp.mpf) -> mp.mpf:
    # r coth(r) = sum of B_2n (2 r)^2n / (2n)!
    return series(lambda n: mp.bernoulli(2 * n + 2) * mp.mpf(4) ** (n + 1) / mp.factorial(2 * n + 2), w)


def log_quotient(w: mp.mpf) -> mp.mpf:
    return series(lambda n: mp.mpf(2) / (2 * n + 3), w)


def near_log_quotient(f: mp.mpf) -> mp.mpf:
    return series(lambda n: (-1) ** (n + 1) / mp.mpf(n + 2), f)


def log1p_quotient(w: mp.mpf) -> mp.mpf:
    return mp.log1p(w) / w


def tanh_quotient(w: mp.mpf) -> mp.mpf:
    if w < mp.mpf(10) ** -20:
        return mp.mpf(1) / 3
    x = mp.sqrt(w)
    return (x - mp.tanh(x)) / x**3


NORMAL_CENTRE = mp.mpf(3)
NORMAL_END = mp.mpf(40)


def normal_quotient(t: mp.mpf) -> mp.mpf:
    x = NORMAL_CENTRE * (1 + t) / (1 - t)
    return mp.exp(x * x / 2) * mp.erfc(x / mp.sqrt(2)) / 2 * (x + NORMAL_CENTRE)


def scaled_tail(x: mp.mpf) -> mp.mpf:
    return x * mp.exp(x * x / 2) * mp.erfc(x / mp.sqrt(2)) / 2


half_log2 = mp.log(2) / 2 * mp.mpf("1.001")
s_end = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * mp.mpf("1.001")

FITS = [
    Fit("exp", "(exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2", exp_quotient, -half_log2, half_log2, 10, 5),
    Fit("eighth_exp", "the same for |r| <= log(2) / 16", exp_quotient, -half_log2 / 8, half_log2 / 8, 5, None),
    Fit("careful_eighth_exp", "the same for more accuracy", exp_quotient, -half_log2 / 8, half_log2 / 8, 6, None),
    Fit("eighth_exp2", "(2^(f/8) - 1) / f for |f| <= 1/2", eighth_exp2_quotient,
        mp.mpf("-0.5005"), mp.mpf("0.5005"), 6, None),
    Fit("coth", "(r coth(r) - 1) / r^2 in w = r^2, for |r| <= log(2) / 4", coth_quotient,
        mp.mpf(0), (half_log2 / 2) ** 2, 4, None),
    Fit("wide_coth", "the same for |r| <= 3/4", coth_quotient, mp.mpf(0), mp.mpf("0.5625"), 8, None),
    Fit("quarter_coth", "4 (r coth(r) - 1) / r^2 - 1 in w = r^2 / 4, for |r| <= 3/5",
        lambda w: 4 * coth_quotient(4 * w) - 1, mp.mpf(0), mp.mpf("0.09"), 7, None),
    Fit("exp2", "2^f for |f| <= 1/2", lambda f: mp.mpf(2) ** f, mp.mpf("-0.5"), mp.mpf("0.5"), None, 6),
    Fit("log", "(log((1 + s) / (1 - s)) - 2 s) / s^3 in w = s^2, for u = (1 + s) / (1 - s) in [1/sqrt(2), sqrt(2)]",
        log_quotient, mp.mpf(0), s_end**2, 9, None),
    Fit("near_log", "(log(1 + f) - f) / f^2 for what `log_tables` leaves of 1 + w", near_log_quotient,
        mp.mpf("-0.0305"), mp.mpf("0.0324"), 7, None),
    Fit("log1p", "log(1 + w) / w for w in [0, 1]", log1p_quotient, mp.mpf(0), mp.mpf(1), None, 11),
    Fit("tanh", "(x - tanh(x)) / x^3 in w = x^2, for |x| <= 3/4", tanh_quotient,
        mp.mpf(0), mp.mpf("0.5625"), None, 7),
    Fit("normal", "exp(x^2 / 2) Phi(-x) (x + 3) in t = (x - 3) / (x + 3), for 0 <= x <= 40",
        normal_quotient, mp.mpf(-1), (NORMAL_END - NORMAL_CENTRE) / (NORMAL_END + NORMAL_CENTRE), 29, 11, 2),
]  # fmt: skip


def chebyshev(fit: Fit, degree: int) -> list[mp.mpf]:
    """Return the interpolating polynomial's coefficients in powers of the variable, lowest first."""
    n = degree + 1
    middle, half = (fit.low + fit.high) / 2, (fit.high - fit.low) / 2
    angles = [mp.pi * (mp.mpf(k) + mp.mpf(1) / 2) / n for k in range(n)]
    values = [fit.function(middle + half * mp.cos(a)) for a in angles]
    weights = [
        2 / mp.mpf(n) * mp.fsum(v * mp.cos(j * a) for v, a in zip(values, angles, strict=True))
        for j in range(n)
    ]
    weights[0] /= 2
    # T_j((x - middle) / half) in powers of x, by the three-term recurrence.
    scale, shift = 1 / half, -middle / half
    previous, current = [mp.mpf(1)], [shift, scale]
    total = [mp.mpf(0)] * n
    for j in range(n):
        basis = previous
        for power, c in enumerate(basis):
            total[power] += weights[j] * c
        following = [2 * shift * c for c in current] + [mp.mpf(0)]
        for power, c in enumerate(current):
            following[power + 1] += 2 * scale * c
        for power, c in enumerate(previous):
            following[power] -= c
        previous, current = current, following
    return total


def error(fit: Fit, coefficients: list[float]) -> mp.mpf:
    """Return the largest relative error over the interval."""
    worst = mp.mpf(0)
    for i in range(300):
        x = fit.low + (fit.high - fit.low) * (i + mp.mpf(1) / 2) / 300
        exact = fit.function(x)
        worst = max(worst, abs(mp.polyval(coefficients[::-1], x) / exact - 1))
    return worst


def eighths() -> str:
    """Return 2^(j/8), with j taken from the last bits of the exponent and the first ones behind it; and its rest.

    Where 8 k + j are the last bits of an integer, that integer shifted left by 49 makes it 2^(k + j/8).
    """
    exact = [mp.mpf(2) ** (mp.mpf(j) / 8) for j in range(8)]
    nearest = [float(e) for e in exact]
    bits = [struct.unpack("<q", struct.pack("<d", n))[0] - (j << 49) for j, n in enumerate(nearest)]
    moved = [struct.unpack("<d", struct.pack("<q", b))[0].hex() for b in bits]
    rests = [float(e / n - 1).hex() for e, n in zip(exact, nearest, strict=True)]
    text = "\n// 2^(j/8), less j 2^49 in its bits; and by what fraction it is too small\n"
    for name, numbers in (("eighths", moved), ("eighths_rest", rests)):
        text += f"alignas(64) constexpr double {name}[] = {{\n    {', '.join(numbers)},\n}};\n"
    return text


def nearly_float64(function: Callable[[mp.mpf], mp.mpf], near: mp.mpf, step: mp.mpf) -> float:
    """Return the multiple of `step` near a number at which a function is nearest to a float64 number."""

    def distance(x: mp.mpf) -> mp.mpf:
        return abs(function(x) / mp.mpf(float(function(x))) - 1)

    first = mp.nint(near / step)
    with mp.workdps(40):
        return float(min(((first + i) * step for i in range(-1500, 1501)), key=distance))


def tables(name: str, meaning: str, columns: list[list[float]]) -> str:
    """Return columns of sixteen numbers each."""
    text = f"\n// {meaning}\nconstexpr Tables<{len(columns)}> {name} = {{{{\n"
    for column in columns:
        text += f"    {{{', '.join(n.hex() for n in column)}}},\n"
    return text + "}};\n"


LOG_PIECES = mp.mpf("15.48")  # below 15.5, so that 1 is in the last one


def log_tables() -> str:
    """Return c near 1 / (1 + w) in the middle of each piece of 0 <= w <= 1, and -log(c); in the first one c is 1."""
    factors = [1.0]
    for j in range(1, 16):
        middle = 1 / (1 + j / LOG_PIECES)
        factors.append(nearly_float64(mp.log, middle, mp.mpf(2) ** -40))
    leads = [float(-mp.log(c)) if c != 1 else 0.0 for c in factors]
    return (
        f"\n// w times this, rounded, counts the pieces of log_tables\nconstexpr double log_pieces = {LOG_PIECES};\n"
        + tables("log_tables", "c near 1 / (1 + w), and -log(c)", [factors, leads])
    )


TAIL_OFFSET = mp.mpf("2.5")


def tail_pieces() -> str:
    """Return x exp(x^2 / 2) Phi(-x) in sixteen pieces, each a quarter of an octave of x + TAIL_OFFSET."""
    edges = [(4 + j % 4) * mp.mpf(2) ** (j // 4 - 1) - TAIL_OFFSET for j in range(1, 18)]
    rows: list[list[float]] = []
    worst = mp.mpf(0)
    for low, high in pairwise(edges):
        centre = nearly_float64(scaled_tail, (low + high) / 2, mp.mpf(2) ** -30) if low > 0 else 0.0
        lead = scaled_tail(mp.mpf(centre))

        def slope(d: mp.mpf, centre: float = centre, lead: mp.mpf = lead) -> mp.mpf:
            return (scaled_tail(centre + d) - lead) / d

        fit = Fit("", "", slope, low - centre, high - centre, 13, None)
        exact = chebyshev(fit, 13)
        if low == 0:  # What rounding a coefficient loses, the next one gives back, all but a sixth.
            exact[2] += (exact[1] - float(exact[1])) * (1 + mp.sqrt(2)) / (2 * high)
        found = [float(c) for c in exact]
        for i in range(50):
            d = fit.low + (fit.high - fit.low) * (i + mp.mpf(1) / 2) / 50
            approximate = float(lead) + d * mp.polyval(found[::-1], d)
            worst = max(worst, abs(approximate / scaled_tail(centre + d) - 1))
        rows.append([centre, float(lead), *found])
    # The bits of x + TAIL_OFFSET count quarter octaves from 2, the first piece is the second of them.
    rows = rows[-1:] + rows[:-1]
    meaning = (
        "x exp(x^2 / 2) Phi(-x), for 0 <= x < 37.5: centre, value there, and coefficients of the rest in x - centre\n"
        f"// relative error 2^{float(mp.log(worst, 2)):.1f}"
    )
    return f"\nconstexpr double tail_offset = {TAIL_OFFSET};" + tables(
        "tail_tables", meaning, [list(column) for column in zip(*rows, strict=True)]
    )


def main() -> None:
    write = sys.stdout.write
    write(
        "// Written by native/math/generate_coefficients.py; the comments there say how.\n#pragma once\n\n"
        '#include "math/pieces.hpp"\n\nnamespace {\n'
    )
    for fit in FITS:
        write(f"\n// {fit.meaning}\n")
        for kind, degree in (("full", fit.full), ("brief", fit.brief)):
            if degree is None:
                continue
            exact = chebyshev(fit, degree)
            found = [float(c) for c in exact]
            numbers = ",\n    ".join(c.hex() for c in found)
            write(f"// relative error 2^{float(mp.log(error(fit, found), 2)):.1f}\n")
            write(f"constexpr double {fit.name}_{kind}[] = {{\n    {numbers},\n}};\n")
            if fit.rests and kind == "full":
                rests = [float(e - f).hex() for e, f in zip(exact, found, strict=True)][: fit.rests]
                write("// what the rounding of the first of them left out\n")
                write(f"constexpr double {fit.name}_{kind}_rest[] = {{{', '.join(rests)}}};\n")
    write(eighths())
    write(log_tables())
    write(tail_pieces())
    write("\n}  // namespace\n")


if __name__ == "__main__":
    main()
