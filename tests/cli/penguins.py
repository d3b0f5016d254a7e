"""The penguins, and how to train on them quickly."""

from pathlib import Path

PENGUINS = Path(__file__).parents[2] / "examples" / "penguins"
TRAIN, TEST = PENGUINS / "train.csv", PENGUINS / "test.csv"
TINY = "hidden = [32]\nepochs = 60\n"
