"""A network as source that stands alone, with the same bits as `net(x)`.

One definition of each activation, in kernels/, is printed as C, Python and JavaScript: by `printer`, with a dialect
for each language in languages/. A file holds its weights, rows with stored outputs to test itself, a command line.
"""

from multilayer.exchange.source.c import c_source, write_c
from multilayer.exchange.source.fixed_c import fixed_c_source, write_fixed_c
from multilayer.exchange.source.fixed_point import FixedPoint, fixed_point
from multilayer.exchange.source.html import html_source, write_html
from multilayer.exchange.source.javascript import javascript_source, write_javascript
from multilayer.exchange.source.python import python_source, write_python
from multilayer.exchange.source.sources import SOURCES, Source

__all__ = [
    "SOURCES",
    "FixedPoint",
    "Source",
    "c_source",
    "fixed_c_source",
    "fixed_point",
    "html_source",
    "javascript_source",
    "python_source",
    "write_c",
    "write_fixed_c",
    "write_html",
    "write_javascript",
    "write_python",
]
