"""Pages to read and to hand on: each one file that needs nothing else."""

from multilayer.reports.diagnosis import to_html, write_html

__all__ = ["to_html", "write_html"]
