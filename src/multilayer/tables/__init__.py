"""From a table to a network and back to words: columns, their encoder, models, and what they are worth.

A data path is read in one direction: file or frame -> columns -> encoder -> x -> networks -> y -> target -> words.
"""

from multilayer.tables.calibration import Calibration, calibration_error
from multilayer.tables.columns import Column, Columns, ColumnSchema
from multilayer.tables.conform import conform
from multilayer.tables.conformal import Conformal
from multilayer.tables.encoder import Encoder
from multilayer.tables.evaluation import Evaluation, evaluate
from multilayer.tables.explanation import Explanation, explain
from multilayer.tables.files import read_batches, read_table, write_rows
from multilayer.tables.fitting import fit_table
from multilayer.tables.frames import columns_of
from multilayer.tables.model import Model
from multilayer.tables.new_categories import NewCategories
from multilayer.tables.reading import Reading
from multilayer.tables.recipe import Recipe
from multilayer.tables.record import MemberRecord, TrainingRecord
from multilayer.tables.scoring import Answers, Scored, score
from multilayer.tables.streaming import RowBlocks, row_blocks
from multilayer.tables.target import Target
from multilayer.tables.transforms.fitting import EncoderSettings
from multilayer.tables.watch import FitProgress

__all__ = [
    "Answers",
    "Calibration",
    "Column",
    "ColumnSchema",
    "Columns",
    "Conformal",
    "Encoder",
    "EncoderSettings",
    "Evaluation",
    "Explanation",
    "FitProgress",
    "MemberRecord",
    "Model",
    "NewCategories",
    "Reading",
    "Recipe",
    "RowBlocks",
    "Scored",
    "Target",
    "TrainingRecord",
    "calibration_error",
    "columns_of",
    "conform",
    "evaluate",
    "explain",
    "fit_table",
    "read_batches",
    "read_table",
    "row_blocks",
    "score",
    "write_rows",
]


def __dir__() -> list[str]:
    return sorted(__all__)
