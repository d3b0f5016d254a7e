"""Networks from files of other frameworks, and to them; numbers that were compared on both sides."""

from multilayer.exchange.conversion import Conversion, convert
from multilayer.exchange.files import read, write
from multilayer.exchange.formats import FORMATS
from multilayer.exchange.imported import Imported
from multilayer.exchange.onnx.skl2onnx import register_skl2onnx
from multilayer.exchange.proof import Proof

__all__ = ["FORMATS", "Conversion", "Imported", "Proof", "convert", "read", "register_skl2onnx", "write"]


def __dir__() -> list[str]:
    return sorted(__all__)
