"""What went wrong in a calculation by hand: wrong variants of it, compared with the numbers that were given.

In reading order: `calculation` (steps that can be replaced), `variant`, `forward` and `backward` (a function per slip),
`table` (all of them), `precision` (what agrees to the digits given), `verdict`, `judges` (how numbers are explained),
`check` (all together).
"""

from multilayer.web.slips.calculation import Work
from multilayer.web.slips.check import check, has_array
from multilayer.web.slips.verdict import Finding, Verdict, arrays_of

__all__ = ["Finding", "Verdict", "Work", "arrays_of", "check", "has_array"]
