"""Handwritten digits: learn them, see how well, save the network, and run it from the command line.

    python examples/digits.py [DIRECTORY]

Needs the extra `sklearn`. Writes digits.safetensors and digits.csv to DIRECTORY, or else to a temporary one.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from multilayer import save
from multilayer.estimators import MLPClassifier
from multilayer.optimizers import Cosine
from multilayer.training import progress_bar

images, labels = load_digits(return_X_y=True)
images = (images / 16).astype(np.float32)
learn, test, learn_labels, test_labels = train_test_split(images, labels, random_state=0, stratify=labels)

epochs = 40
with progress_bar(epochs) as show:
    classifier = MLPClassifier(
        (96,),
        alpha=0.01,
        batch_size=32,
        learning_rate=Cosine(warmup=0.1),
        learning_rate_init=0.005,
        max_iter=epochs,
        n_iter_no_change=epochs,
        callbacks=[show],
        random_state=0,
    )
    classifier.fit(learn, learn_labels)

accuracy = classifier.score(test, test_labels)
print(f"{classifier.network_!r}: {accuracy:.4f} of {len(test)} images it has never seen are read right.")

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
save(classifier.network_, folder / "digits.safetensors")
np.savetxt(folder / "digits.csv", test, delimiter=",", fmt="%.9g")

command = [
    sys.executable,
    "-m",
    "multilayer",
    "run",
    folder / "digits.safetensors",
    folder / "digits.csv",
    "--json",
]
said = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)  # noqa: S603
same_numbers = np.array_equal(np.array(said["y"], dtype=np.float32), classifier.predict_proba(test))
same_digits = [int(label) for label in said["classes"]] == classifier.predict(test).tolist()
print(
    f"multilayer run {folder / 'digits.safetensors'}: the same digits {same_digits}, the same bits {same_numbers}."
)
if not (same_digits and same_numbers and accuracy >= 0.97):
    sys.exit("This is not what was promised.")
