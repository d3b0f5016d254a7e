"""Pages to read and to hand on: each one file that needs nothing else."""

from multilayer.reports.diagnosis import check_ready, to_html, write_html

__all__ = ["check_ready", "to_html", "write_html"]


def __dir__() -> list[str]:
    return sorted(__all__)
