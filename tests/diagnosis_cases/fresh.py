"""More kinds of networks, healthy and sick, for the fresh part of the suite: none is in its two halves.

Rules are developed on them. So the open half is not the only one they were fitted to, confidence is counted on both,
and what they say of the scored half stays unseen.
"""

from __future__ import annotations

from tests.diagnosis_cases.healthy import Kind
from tests.diagnosis_cases.mistakes import BOTH, NUMBERS, Realization, changes, option, strength_of

__all__ = ["MORE_HEALTHY", "MORE_MISTAKES"]

_OURS = ("multilayer",)
_BOTH_CORES = ("multilayer", "multilayer", "scikit-learn", "torch")
_LINEAR = ("iris", "wine", "cancer", "few", "bits")

MORE_HEALTHY = (
    Kind("classes that overlap", ("doubtful classes",)),
    Kind("half noise", ("half noise", "diabetes"), changes=(("l2", 1.0),)),
    Kind("several outputs", ("several outputs",)),
    Kind("skewed inputs", ("skewed inputs",)),
    Kind("bits", ("bits",)),
    Kind("scikit-learn's defaults", ("blobs", "digits", "cancer", "friedman"), ("scikit-learn",),
        (("hidden", (100,)), ("rate", 0.001), ("epochs", 200), ("batch", 200), ("stopping", (10, 1e-4)), ("l2", 1e-4))),
    Kind("PyTorch at a usual rate", ("moons", "blobs", "digits", "friedman", "several outputs"), ("torch",),
        (("rate", 0.003), ("epochs", 100))),
    Kind("SGD", ("blobs", "digits", "cancer", "friedman"),
        changes=(("optimizer", "sgd"), ("rate", 0.1), ("epochs", 60))),
    Kind("stopped early", ("blobs", "doubtful classes", "friedman", "half noise"), _BOTH_CORES,
        (("epochs", 200), ("hold_out", True))),
    Kind("sigmoid units", ("blobs", "wine", "cancer", "digits"), changes=(("activation", "sigmoid"), ("epochs", 80))),
    Kind("gelu units", ("rings", "digits", "waves"), ("multilayer", "torch"), (("activation", "gelu"),)),
    Kind("no hidden layer", _LINEAR, _OURS, (("hidden", ()), ("epochs", 80))),
    Kind("wide", ("blobs", "digits", "friedman"), _BOTH_CORES, (("hidden", (256,)), ("rate", 0.003))),
    Kind("long training", ("rings", "blobs", "digits", "waves"), changes=(("epochs", 200),)),
    Kind("a little penalty", ("blobs", "digits", "friedman", "wine"), changes=(("l2", 1.0),)),
    Kind("units of the inputs", ("blobs", "wine", "waves"),
        changes=(("change", "inputs times"), ("strength", 5.0))),
    Kind("units of the targets", ("waves", "friedman"), changes=(("change", "targets times"), ("strength", 4.0))),
    Kind("small batches", ("blobs", "moons", "friedman"), _OURS, (("batch", 4), ("rate", 0.003))),
    Kind("forty samples", ("iris", "wine", "cancer", "moons"), changes=(("samples", 40), ("epochs", 100))),
    Kind("deep autoencoder", ("autoencoder",),
        changes=(("hidden", (12, 5, 12)), ("activation", "tanh"), ("epochs", 120))),
    Kind("counts", ("counts",)),
    Kind("few samples with noise, and a penalty", ("wrong labels", "wrong of three", "noisy few"),
        changes=(("l2", 3.0), ("epochs", 60))),
    Kind("nine classes", ("nine classes",), changes=(("hidden", (64,)),)),
    Kind("inputs in their own units", ("iris", "wine", "blobs", "waves"), changes=(("change", "raw units"),)),
    Kind("weights start a little large", ("moons", "blobs", "digits", "friedman", "wine"), _OURS,
        (("start", "scaled"), ("start_scale", 2.0))),
    Kind("weights start a little small", ("moons", "blobs", "digits", "friedman", "wine"), _OURS,
        (("start", "scaled"), ("start_scale", 0.4))),
    Kind("a high rate that does no harm", ("moons", "blobs", "digits", "waves"), _OURS, (("rate", 0.03),)),
    Kind("three tanh layers", ("rings", "blobs", "digits", "friedman"), _BOTH_CORES,
        (("hidden", (24, 24, 24)), ("activation", "tanh"))),
)  # fmt: skip

_DEEP = {"optimizer": "adam", "rate": 0.01}
MORE_MISTAKES = (
    Realization("depth", "eight sigmoid layers", changes(hidden=(16,) * 8, activation="sigmoid", **_DEEP), (1,), False),
    Realization("depth", "three sigmoid layers, little time",
        option("epochs", hidden=(16,) * 3, activation="sigmoid"), (10, 20), False),
    Realization("depth", "many narrow relu layers", changes(hidden=(6,) * 12, activation="relu", **_DEEP), (1,), False),
    Realization("rate", "rate a little low", option("rate", optimizer="adam"), (3e-4, 1e-3), False),
    Realization("rate", "rate a little high", option("rate", optimizer="adam"), (0.05, 0.1), False),
    Realization("epochs", "not enough epochs", option("epochs"), (5, 8), False),
    Realization("stopping", "tolerance of the defaults, at a low rate", option("rate", stopping=(2, 1e-3)),
        (3e-4, 1e-3), False),
    Realization("units", "a layer of two", changes(hidden=(2, 16), activation="relu"), (1,), False,
        ("digits", "blobs", "rings", "waves")),
    Realization("penalty", "more penalty than needed", option("l2"), (10, 15), False),
    Realization("inputs", "inputs rather large", strength_of("inputs times"), (20, 50), False),
    Realization("targets", "targets rather large", strength_of("targets times"), (20, 50), False, NUMBERS),
    Realization("start", "weights start rather large", option("start_scale", start="scaled"), (3, 6), False,
        BOTH, _OURS),
    Realization("start", "weights start small", option("start_scale", start="scaled", hidden=(32, 32)), (0.03, 0.1),
        False, BOTH, _OURS),
    Realization("depth", "ten gelu layers", changes(hidden=(16,) * 10, activation="gelu", **_DEEP), (1,), False, BOTH,
        ("multilayer",)),
    Realization("depth", "six narrow tanh layers", changes(hidden=(4,) * 6, activation="tanh", **_DEEP), (1,), False),
    Realization("units", "a layer of three", changes(hidden=(3,), activation="tanh"), (1,), False,
        ("digits", "nine classes", "blobs", "rings", "several outputs")),
    Realization("stopping", "patience of one epoch", option("rate", stopping=(1, 1e-3)), (0.01, 0.003), False),
    Realization("penalty", "a penalty for few samples", option("l2"), (2, 5), False, ("iris", "wine", "moons", "few")),
    Realization("output", "tanh for numbers", changes(output="tanh"), (1,), False, NUMBERS, _OURS),
    Realization("leak", "target in other units among the inputs",
        strength_of("target in other units among the inputs"), (10, 1000), False, NUMBERS),
    Realization("labels", "a part of y permuted", strength_of("a part of y permuted"), (0.3, 0.6), False),
    Realization("memorizing", "a fifth of the labels wrong", changes(epochs=120, hidden=(48,), **_DEEP), (1,), False,
        ("wrong labels",)),
    Realization("memorizing", "wrong labels of three classes", changes(epochs=120, hidden=(64, 32), **_DEEP), (1,),
        False, ("wrong of three",)),
    Realization("memorizing", "few noisy numbers", changes(epochs=120, hidden=(64,), **_DEEP), (1,), False,
        ("noisy few",)),
    Realization("classes", "a very rare class", changes(hidden=(16, 16)), (1,), False, ("very rare",)),
    Realization("inputs", "one column rather large", strength_of("first column in other units"), (20, 100), False),
)  # fmt: skip
