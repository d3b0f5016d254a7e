"""The views of the page in the order of their tabs: what each is called, and what is said above it."""

from __future__ import annotations

import msgspec

from multilayer._base.text import fill

__all__ = ["View", "contents"]


class View(msgspec.Struct):
    """A view: its name in addresses, its tab, its heading, and what can be done there."""

    id: str
    title: str
    heading: str
    about: str = ""
    more: tuple[str, str] | None = None
    """What is said where one asks for it, and what it is called."""


def contents() -> list[View]:
    """Return the views, in the language that is spoken."""
    return [
        View(
            "open",
            fill("Open"),
            fill("Open a network and rows of your own"),
            fill("Whatever is opened takes the place of what is open now; Undo brings that back."),
        ),
        View(
            "see",
            fill("See"),
            fill("Every number of the network"),
            fill(
                "Change any number in its cell: everything that follows from it is computed again. The arrow keys go "
                "from cell to cell, Escape to the tabs. Fractions such as 1/3 and decimal commas are taken. Press a "
                "weighted sum to see how it comes about."
            ),
            (
                fill("What new units and layers begin with"),
                fill(
                    "What is added changes no output until you edit it. A new unit gets the weights that "
                    "multilayer.initialize draws, with its number as the seed; its bias is 0, and so are its weights "
                    "to the next layer. A new layer is the identity. A new input is 0 in every row. When a layer is "
                    "removed, the next one keeps its weights if they still fit, and gets new ones otherwise."
                ),
            ),
        ),
        View(
            "check",
            fill("Check"),
            fill("Check my numbers"),
            fill(
                "Paste what you calculated: as NumPy prints it, as CSV, or typed in any layout. Give three digits or "
                "more."
            ),
        ),
        View(
            "back",
            fill("Way back"),
            fill("The way back"),
            fill(
                "Backpropagation: from the loss to the gradient of every weight, one step at a time. Press a number to "
                "see what it is made of."
            ),
        ),
        View("learn", fill("Train"), fill("Train")),
        View(
            "planes",
            fill("Planes"),
            fill("Gates and planes"),
            fill(
                "A unit draws one line: on one side its weighted sum a is above 0, on the other below. The short mark "
                "points to where a\u00a0>\u00a00."
            ),
        ),
        View("activations", fill("Activations"), fill("Activations")),
        View(
            "lessons",
            fill("Lessons"),
            fill("Lessons"),
            fill(
                "Twelve short lessons, from one unit by hand to a network that does not learn. Each opens its own "
                "network; Undo brings back what was open."
            ),
        ),
        View("keep", fill("Keep"), fill("Keep and share")),
    ]
