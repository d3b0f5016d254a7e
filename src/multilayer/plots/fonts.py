"""Letters of the captions: matplotlib's own font has no Korean ones, so an installed one stands in for them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

from multilayer._base.language import in_language, language
from multilayer._base.translation import N_, translated

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["captioned", "families"]

P = ParamSpec("P")

_KOREAN = (
    *("NanumGothic", "NotoSansKR-Regular", "NotoSansKR-VF", "NotoSansCJKkr-Regular", "NotoSansCJK-Regular"),
    *("malgun", "AppleSDGothicNeo", "AppleGothic", "Pretendard-Regular", "UnDotum", "NotoSerifCJK-Regular"),
)
"""Files of fonts, without their suffix; the first that is installed is taken."""
_NONE = N_("no font with Korean letters is installed, so that pictures have English captions")


def families(present: list[str]) -> list[str] | None:
    """Return families of fonts that have the letters of the present language, or None where none is installed."""
    if language() != "ko":
        return present
    font = _korean()
    return None if font is None else [*present, font]


def captioned(draw: Callable[P, Axes]) -> Callable[P, Axes]:
    """Make a function that draws on axes give their texts a font with the letters of the present language.

    Where no font has them, captions are English, which is said once; unless letters are left to who shows the picture,
    as on pages.
    """

    @wraps(draw)
    def drawn(*arguments: P.args, **options: P.kwargs) -> Axes:
        if language() != "ko" or find_spec("matplotlib") is None:  # whoever draws says that it is missing
            return draw(*arguments, **options)
        import matplotlib as mpl

        if _korean() is None and mpl.rcParams["svg.fonttype"] != "none":
            _warn()
            with in_language("en"):
                return draw(*arguments, **options)
        ax = draw(*arguments, **options)
        for text in ax.findobj(mpl.text.Text):
            text.set_fontfamily(families([*text.get_fontfamily()]) or text.get_fontfamily())
        return ax

    return drawn


@cache
def _korean() -> str | None:
    """Return the family of an installed font; matplotlib's own list may be older than the font."""
    from matplotlib import font_manager

    installed = {Path(path).stem: path for path in font_manager.findSystemFonts()}
    path = next((installed[name] for name in _KOREAN if name in installed), None)
    if path is None:
        return None
    font_manager.fontManager.addfont(path)
    return str(font_manager.get_font(path).family_name)


@cache
def _warn() -> None:
    warnings.warn(translated(_NONE), UserWarning, stacklevel=4)
