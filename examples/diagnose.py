"""A network that does not learn and says nothing: what is wrong with it, and what helps.

    python examples/diagnose.py [DIRECTORY]

Five hundred points in a ring and a disc, two hidden layers of logistic units and default settings: the case of
https://github.com/scikit-learn/scikit-learn/issues/31235. Needs the extras `sklearn` and `plot`. Writes diagnosis.html
to DIRECTORY, or else to a temporary one.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

from multilayer import diagnose
from multilayer.diagnosis import try_fixes
from multilayer.estimators import MLPClassifier
from multilayer.reports import write_html

random = np.random.default_rng(0)
X = random.uniform(-1.0, 1.0, (500, 2))
y = np.hypot(*X.T) > 0.75

stuck = MLPClassifier((20, 20), activation="logistic", random_state=0).fit(X, y)
print(f"Trained for {stuck.n_iter_} epochs without a word; accuracy {stuck.score(X, y):.3f}.\n")

diagnosis = diagnose(stuck, X, y)
print(diagnosis, end="\n\n")

ranking = try_fixes(stuck, X, y, seeds=3)
print(ranking, end="\n\n")

page = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()) / "diagnosis.html"
write_html(diagnosis, page, ranking)
print(f"The same with pictures: {page}")

if not (diagnosis.trouble and ranking.best is not None and ranking.best.score >= 0.95):
    sys.exit("This is not what was promised.")
