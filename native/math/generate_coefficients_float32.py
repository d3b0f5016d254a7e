"""Writes native/math/coefficients_float32.hpp: `python native/math/generate_coefficients_float32.py > ...`.

Tables of sixteen entries, one for each lane that a permutation can pick, and polynomials of few coefficients: what
float32 results need when they are computed in float32. Polynomials interpolate at Chebyshev points, as in generate.py.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mpmath as mp
import numpy as np
from generate import Fit, chebyshev

mp.mp.dps = 60
Function = Callable[[mp.mpf], mp.mpf]
N = 16


def single(x: mp.mpf) -> float:
    """Return the nearest float32 number."""
    return float(np.float32(float(x)))


def short(x: mp.mpf, bits: int) -> mp.mpf:
    """Return the nearest number of so many bits."""
    power = mp.mpf(2) ** (bits - 1 - mp.floor(mp.log(abs(x), 2)))
    return mp.nint(x * power) / power


def polynomial(function: Function, low: mp.mpf, high: mp.mpf, degree: int) -> list[mp.mpf]:
    return chebyshev(Fit("", "", function, low, high, degree, None), degree)


def literal(x: float) -> str:
    return "0" if x == 0 else float(x).hex().replace("0000000p", "p") + "f"


def row(numbers: Sequence[float], indent: int = 0) -> str:
    words = ", ".join(literal(x) for x in numbers)
    margin = " " * (indent + 1)
    return "{" + textwrap.fill(words, 108, initial_indent=margin, subsequent_indent=margin).strip() + "}"


@dataclass(frozen=True)
class Piece:
    """One polynomial in d = u - centre, after a leading number."""

    centre: mp.mpf
    lead: mp.mpf
    coefficients: list[mp.mpf]


@dataclass(frozen=True)
class Pieces:
    """A function of u >= 0 in sixteen pieces: the bits of u + offset, shifted right, count them."""

    name: str
    meaning: str
    offset: float
    bits: int  # of the fraction that count
    make: Callable[[mp.mpf, mp.mpf], Piece]

    def intervals(self) -> list[tuple[int, mp.mpf, mp.mpf]]:
        """Return place in the tables and bounds in u of each piece."""
        offset = np.float32(self.offset)
        shift = 23 - self.bits
        first = int(offset.view(np.int32)) >> shift
        found = []
        for i in range(first, first + N):
            low, high = (np.int32(k << shift).view(np.float32) for k in (i, i + 1))
            found.append(
                (
                    i % N,
                    max(mp.mpf(float(low) - float(offset)), mp.mpf(0)),
                    mp.mpf(float(high) - float(offset)),
                )
            )
        return found

    def write(self) -> str:
        pieces: dict[int, Piece] = {i: self.make(low, high) for i, low, high in self.intervals()}
        ordered = [pieces[i] for i in range(N)]
        n = max(len(p.coefficients) for p in ordered)
        columns = [
            [single(p.coefficients[k]) if k < len(p.coefficients) else 0.0 for p in ordered] for k in range(n)
        ]
        lines = [
            f"// {self.meaning}; u < {float(self.intervals()[-1][2]):g}",
            f"constexpr Pieces<{n}> {self.name} = {{",
            f"    {literal(single(mp.mpf(self.offset)))}, {23 - self.bits},",
            f"    {row([single(p.centre) for p in ordered], 4)},",
            f"    {row([single(p.lead) for p in ordered], 4)},",
            "    {" + ",\n     ".join(row(c, 5) for c in columns) + "},",
            "};",
        ]
        return "\n".join(lines) + "\n"


def rounding(x: mp.mpf) -> mp.mpf:
    """Return how far x is from its float32 number, in units of that number's last place."""
    return abs(x - single(x)) / mp.mpf(2) ** (mp.floor(mp.log(abs(x), 2)) - 23)


def expansion(
    function: Function, slope: Function, low: mp.mpf, high: mp.mpf, degree: int, part: float = 0.5
) -> Piece:
    """Return lead = function(centre), then c0 d + d^2 (c1 + ...), with the centre at that part of the piece."""
    # A centre where the function and its slope happen to be close to float32 numbers, so that rounding them costs
    # nothing.
    near, reach = low + (high - low) * part, int((high - low) / 16 * 2**14)
    candidates = [mp.nint(near * 2**14 + i) / 2**14 for i in range(-reach, reach)]
    centre = min(candidates, key=lambda c: rounding(function(c)) + rounding(slope(c)) / 4)

    def rest(d: mp.mpf) -> mp.mpf:
        with mp.workdps(4 * mp.mp.dps):  # d may be next to nothing
            return (function(centre + d) - function(centre) - slope(centre) * d) / d**2

    coefficients = polynomial(rest, low - centre, high - centre, degree - 2)
    return Piece(centre, function(centre), [slope(centre), *coefficients])


def from_zero(function: Function, low: mp.mpf, high: mp.mpf, degree: int, slope: mp.mpf | int = 1) -> Piece:
    """Return the same for a function that is slope u near 0, with 0 as the centre."""

    def rest(u: mp.mpf) -> mp.mpf:
        return (function(u) - slope * u) / u**2

    return Piece(mp.mpf(0), mp.mpf(0), [mp.mpf(slope), *polynomial(rest, low, high, degree - 2)])


def tanh_piece(low: mp.mpf, high: mp.mpf) -> Piece:
    if low < mp.mpf("0.25"):
        return from_zero(mp.tanh, low, high, 6)
    return expansion(mp.tanh, lambda u: mp.sech(u) ** 2, low, high, 6)


def minus_expm1_pieces(factor: mp.mpf) -> Callable[[mp.mpf, mp.mpf], Piece]:
    """Return what makes pieces of factor (1 - exp(-u))."""

    def function(u: mp.mpf) -> mp.mpf:
        return -factor * mp.expm1(-u)

    def make(low: mp.mpf, high: mp.mpf) -> Piece:
        if low < mp.mpf("0.5"):
            return from_zero(function, low, high, 6, factor)
        # Below the centre what is added is larger beside the result.
        return expansion(function, lambda u: factor * mp.exp(-u), low, high, 6, 0.375)

    return make


# The product of the two numbers in Klambauer et al. 2017
SELU_SCALE_ALPHA = mp.mpf("1.0507009873554804934193349852946") * mp.mpf("1.6732632423543772848170429916717")


TANH_SHRINK_NEAR = mp.mpf("1.25")


def tanh_shrink_piece(low: mp.mpf, high: mp.mpf) -> Piece:
    """Return (u - tanh(u)) / u^3, from TANH_SHRINK_NEAR on (u - tanh(u)) / u."""

    def near(u: mp.mpf) -> mp.mpf:
        return mp.mpf(1) / 3 if u < mp.mpf(10) ** -12 else (u - mp.tanh(u)) / u**3

    def far(u: mp.mpf) -> mp.mpf:
        return (u - mp.tanh(u)) / u

    return factor_pieces(near if low < TANH_SHRINK_NEAR else far, 6)(low, high)


def factor_pieces(function: Function, degree: int) -> Callable[[mp.mpf, mp.mpf], Piece]:
    """Return lead (1 + c0 + c1 d + ...), lead so short that its product with a short power is exact."""

    def make(low: mp.mpf, high: mp.mpf) -> Piece:
        centre = mp.nint((low + high) / 2 * 64) / 64
        lead = short(function(centre), 8)
        return Piece(
            centre,
            lead,
            polynomial(lambda d: function(centre + d) / lead - 1, low - centre, high - centre, degree),
        )

    return make


def log1p_factor(u: mp.mpf) -> mp.mpf:
    w = mp.exp(-u)
    return mp.log1p(w) / w


def normal_tail(u: mp.mpf) -> mp.mpf:
    return mp.exp(u * u / 2) * mp.erfc(u / mp.sqrt(2)) / 2


def gelu_slope_piece(low: mp.mpf, high: mp.mpf) -> Piece:
    def slope(u: mp.mpf) -> mp.mpf:
        return normal_tail(u) - u / mp.sqrt(2 * mp.pi)

    def growth(u: mp.mpf) -> mp.mpf:
        return u * normal_tail(u) - 2 / mp.sqrt(2 * mp.pi)

    return expansion(slope, growth, low, high, 6)


PIECES = [
    Pieces("tanh_pieces", "tanh(u) = lead + (c0 d + d^2 (c1 + ...)) with d = u - centre", 0.7446, 2, tanh_piece),
    Pieces("minus_expm1_pieces", "1 - exp(-u) = lead + (c0 d + d^2 (c1 + ...))", 1.5, 2,
           minus_expm1_pieces(mp.mpf(1))),
    Pieces("selu_pieces", "scale alpha (1 - exp(-u)) = lead + (c0 d + d^2 (c1 + ...))", 1.5, 2,
           minus_expm1_pieces(SELU_SCALE_ALPHA)),
    Pieces("tanh_shrink_pieces", "u - tanh(u) = u^3 lead (1 + c0 + c1 d + ...), u lead (...) from 1.25 on", 0.75, 2,
           tanh_shrink_piece),
    Pieces("log1p_pieces", "log(1 + w) = w lead (1 + c0 + c1 d + ...) with w = exp(-u)", 1.5, 2,
           factor_pieces(log1p_factor, 5)),
    Pieces("normal_pieces", "exp(u^2 / 2) Phi(-u) = lead (1 + c0 + c1 d + ...)", 1.0, 2,
           factor_pieces(normal_tail, 6)),
    Pieces("gelu_slope_pieces", "exp(u^2 / 2) Phi(-u) - u / sqrt(2 pi) = lead + (c0 d + d^2 (c1 + ...))", 1.0, 2,
           gelu_slope_piece),
]  # fmt: skip


def write_exp() -> str:
    step = mp.log(2) / N
    powers = [short(mp.mpf(2) ** (mp.mpf(j) / N), 8) for j in range(N)]
    rests = [j * step - mp.log(p) for j, p in enumerate(powers)]
    places = [
        float((np.float32(float(p)).view(np.int32) - (j << 19)).view(np.float32))
        for j, p in enumerate(powers)
    ]
    end = step / 2 * mp.mpf("1.001") + max(abs(r) for r in rests)

    def rest(r: mp.mpf) -> mp.mpf:
        return mp.nsum(lambda n: r ** int(n) / mp.factorial(int(n) + 2), [0, 40], method="direct")

    # The line through two points: where r^2 times its error is as large at the ends as it is between them.
    at = end * mp.sqrt(2 * mp.sqrt(2) - 2)
    slope = (rest(at) - rest(-at)) / (2 * at)
    found = [single(rest(at) - slope * at), single(slope)]
    high = single(step)
    points = [(-1 + mp.mpf(i) / 100) * end for i in range(201)]
    worst = max(abs(r**2 * (rest(r) - found[0] - found[1] * r)) for r in points)
    return (
        "// 2^(j / 16), as numbers of eight bits, with j 2^19 taken from their bits; the logarithm of what is left\n"
        f"alignas(64) constexpr float exp2_short[] =\n    {row(places, 4)};\n"
        f"alignas(64) constexpr float exp2_rest[] =\n    {row([single(r) for r in rests], 4)};\n"
        "// log(2) / 16 in two parts\n"
        f"constexpr float sixteenth_high = {literal(high)}, sixteenth_low = {literal(single(step - high))};\n"
        f"constexpr float sixteenths_per_one = {literal(single(1 / step))};\n"
        f"// (exp(r) - 1 - r) / r^2 for |r| <= {float(end):.4f}\n"
        f"// absolute error of exp(r) 2^{float(mp.log(worst, 2)):.1f}\n"
        f"constexpr float exp_float32[] = {row(found)};\n"
    )


def main() -> None:
    sys.stdout.write(
        "// Written by native/math/generate_coefficients_float32.py; the comments there say how.\n#pragma once\n\n"
        '#include "math/pieces.hpp"\n\nnamespace {\n\n'
    )
    sys.stdout.write(write_exp())
    for pieces in PIECES:
        sys.stdout.write("\n" + pieces.write())
    sys.stdout.write("\n}  // namespace\n")


if __name__ == "__main__":
    main()
