"""The studio: one page in a browser where a learner works with a network and rows of their own.

In reading order: `start` (the function), `opening` (files as a state), `fresh` (what was not given), `session` (the
state that the page shows, with undo), `cells` (numbers as named text), `endpoint` and `views/` (a file per view: what
the page may ask for), `app` (the table of views, as routes), `guard` (who may ask), `server`; `notebook`
(the same page in a cell of a notebook). The page itself is
`static/`: modules of JavaScript without a build step; `static/vendor/` is made by `tools/vendor/`. All numbers come
from this process, as text of the formatter that the command line uses.
"""

from multilayer.web.server import Studio
from multilayer.web.start import studio, widget

__all__ = ["Studio", "studio", "widget"]
