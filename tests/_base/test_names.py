"""One look-up for all that has a name: every spelling is found, and nothing else is suggested in its place."""

import pytest

from multilayer import InputError, activations, initializers, losses, optimizers
from multilayer._base.names import folded
from multilayer.activations import catalogue as every_activation
from multilayer.activations.table import registry as activation_names
from multilayer.initializers import registry as initializer_names
from multilayer.losses.table import registry as loss_names
from multilayer.optimizers import SGD, Adam, schedules
from multilayer.optimizers.schedules import registry as schedule_names
from multilayer.optimizers.table import registry as optimizer_names
from multilayer.training import metrics
from multilayer.training.metrics import registry as metric_names

REGISTRIES = (
    activation_names,
    loss_names,
    optimizer_names,
    schedule_names,
    initializer_names,
    metric_names,
)
each_registry = pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)

# What Keras, PyTorch, scikit-learn and JAX call losses and metrics, and is none of ours.
OTHER_OBJECTIVES = """
mape msle male mbe nll kld kl rmsle rmspe smape wape mase mcc auc iou psnr medae mpd mgd crps dice ctc
mean_absolute_percentage_error mean_squared_logarithmic_error median_absolute_error mean_bias_error
root_mean_squared_log_error mean_absolute_scaled_error hinge squared_hinge categorical_hinge log_cosh kl_divergence
cosine_similarity focal binary_focal_crossentropy categorical_focal_crossentropy smooth_l1 l0 l3 nll_loss gaussian_nll
triplet_margin soft_margin multi_margin ctc_loss balanced_accuracy top_k_accuracy binary_accuracy max_error r3 f1
explained_variance precision recall d2_absolute_error mean_gamma_deviance mean_pinball_loss brier tweedie
"""
OTHER_OPTIMIZERS = (
    "nadam",
    "radam",
    "adamax",
    "adagrad",
    "adadelta",
    "lion",
    "lamb",
    "ftrl",
    "rprop",
    "bfgs",
)


@pytest.mark.parametrize("registry", [loss_names, metric_names], ids=lambda registry: registry.kind)
@pytest.mark.parametrize("name", OTHER_OBJECTIVES.split())
def test_another_objective_is_never_suggested(registry, name):
    with pytest.raises(InputError) as refused:
        registry.get(name)
    assert "did you mean" not in str(refused.value)


@pytest.mark.parametrize("name", OTHER_OPTIMIZERS)
def test_another_optimizer_is_never_suggested(name):
    with pytest.raises(InputError, match=f"no optimizer is called '{name}'; expected 'adam', 'adamw', 'sgd'"):
        optimizers.get(name)


@pytest.mark.parametrize("name", ["rmse", "RMSE", "root_mean_squared_error", "accuracy", "r2"])
def test_a_metric_given_as_loss_is_refused_with_the_loss_to_take(name):
    with pytest.raises(InputError, match=r"is no loss here; .*take .*metrics="):
        losses.get(name)


@each_registry
def test_every_name_and_alias_is_found_in_every_spelling(registry):
    for entry in registry.entries:
        for name in (entry.name, *entry.aliases):
            for spelling in (name, name.upper(), name.replace("_", "-"), name.replace("_", ""), f" {name} "):
                assert registry.get(spelling) is entry.value


@each_registry
def test_no_two_entries_have_one_name(registry):
    owners = {}
    for entry in registry.entries:
        for name in {folded(name) for name in (entry.name, *entry.aliases)}:
            assert owners.setdefault(name, entry.name) == entry.name
        assert entry.name not in registry.refused


@each_registry
@pytest.mark.parametrize("wrong", [None, 3, 2.5, [], object])
def test_what_is_no_name_is_refused_in_one_line(registry, wrong):
    with pytest.raises(InputError, match=f"{registry.kind} is a name or an? [A-Z]") as refused:
        registry.get(wrong)
    assert "\n" not in str(refused.value)


@each_registry
def test_a_message_is_short_however_long_the_name(registry):
    with pytest.raises(InputError) as refused:
        registry.get("x\x1b" * 100_000)
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()


def test_one_slip_is_understood():
    for get, wrong, right in (
        (losses.get, "squered", "squared"),
        (losses.get, "binary-crosentropy", "binary_cross_entropy"),
        (losses.get, "mean_square_error", "mean_squared_error"),
        (optimizers.get, "adma", "adam"),
        (schedules.get, "cosin", "cosine"),
        (metrics.get, "acuracy", "accuracy"),
        (initializers.get, "he_norml", "he_normal"),
        (activations.get, "sigmiod", "sigmoid"),
        (activations.get, "leaky_rleu", "leaky_relu"),
        (activations.get, "swsh", "swish"),
    ):
        with pytest.raises(InputError, match=rf"did you mean '{right}'\?"):
            get(wrong)


def test_the_class_in_place_of_an_object_is_named():
    with pytest.raises(InputError, match=r"got the class Adam: write Adam\(\)"):
        optimizers.get(Adam)


def test_names_lists_what_get_takes():
    for module in (activations, losses, optimizers, schedules, initializers, metrics):
        assert module.names()
        assert len({repr(module.get(name)) for name in module.names()}) == len(module.names())
    assert activations.names() == tuple(entry.facts.name for entry in every_activation)


def test_parameters_are_given_with_the_name_or_the_object():
    assert optimizers.get("sgd", learning_rate=0.1) == SGD(0.1)
    assert optimizers.get(SGD(0.1), momentum=0.0) == SGD(0.1, 0.0)
    assert activations.get(activations.leaky_relu, slope=0.3) == activations.LeakyReLU(0.3)
    with pytest.raises(InputError, match="optimizer adam has no parameter 'beta_1'; did you mean 'beta1'"):
        optimizers.get("adam", beta_1=0.5)


@pytest.mark.parametrize(
    ("elsewhere", "here"),
    [
        ("BCEWithLogitsLoss", "binary_cross_entropy"),
        ("optax.sigmoid_binary_cross_entropy", None),
        ("sigmoid_binary_cross_entropy", "binary_cross_entropy"),
        ("softmax_cross_entropy", "categorical_cross_entropy"),
        ("softmax_cross_entropy_with_integer_labels", "categorical_cross_entropy"),
    ],
)
def test_a_loss_of_logits_is_refused_with_the_loss_to_take(elsewhere, here):
    with pytest.raises(InputError, match=f"take '{here}'" if here else "no loss is called"):
        losses.get(elsewhere)


@pytest.mark.parametrize("name", ["L2Loss", "MSLELoss", "MAPELoss", "MALELoss", "L0Loss", "NCELoss"])
def test_no_loss_is_suggested_for_an_abbreviation_with_loss_behind_it(name):
    with pytest.raises(InputError) as refused:
        losses.get(name)
    assert "did you mean" not in str(refused.value)


ELSEWHERE = {
    losses: {
        "mse mean_squared_error MSELoss": "mean_squared_error",
        "mae mean_absolute_error L1Loss": "mean_absolute_error",
        "pinball_loss": "quantile",
        "l2 squared_error": "squared",
        "l1 absolute_error": "absolute",
        "huber HuberLoss huber_loss": "huber",
        "crossentropy categorical_crossentropy CrossEntropyLoss log_loss": "categorical_cross_entropy",
        "sparse_categorical_crossentropy": "categorical_cross_entropy",
        "bce binary_crossentropy BCELoss": "binary_cross_entropy",
    },
    optimizers: {
        "sgd SGD": "sgd",
        "adam Adam": "adam",
        "adamw": "adamw",
        "RMSprop": "rmsprop",
        "L-BFGS": "lbfgs",
    },
    initializers: {
        "he kaiming he_normal kaiming_normal_": "he_normal",
        "he_uniform kaiming_uniform_": "he_uniform",
        "xavier glorot glorot_uniform xavier_uniform_": "glorot_uniform",
        "glorot_normal xavier_normal_": "glorot_normal",
        "lecun lecun_normal": "lecun_normal",
    },
    activations: {
        "swish SiLU": "silu",
        "logistic expit": "sigmoid",
        "linear none": "identity",
        "Hardtanh": "hard_tanh",
        "LeakyReLU": "leaky_relu",
        "LogSigmoid": "log_sigmoid",
    },
    schedules: {
        "invscaling": "inverse_scaling",
        "cosine_decay CosineAnnealingLR": "cosine",
        "OneCycleLR": "one_cycle",
        "ReduceLROnPlateau plateau": "adaptive",
    },
    metrics: {
        "acc accuracy_score categorical_accuracy sparse_categorical_accuracy": "accuracy",
        "r2_score": "r2",
        "rmse": "root_mean_squared_error",
    },
}
"""What scikit-learn, Keras, PyTorch and JAX call an entry, by module."""


@pytest.mark.parametrize(
    ("module", "elsewhere", "here"),
    [
        (module, name, here)
        for module, names in ELSEWHERE.items()
        for every, here in names.items()
        for name in every.split()
    ],
)
def test_a_name_from_another_library_finds_what_it_means_there(module, elsewhere, here):
    assert module.get(elsewhere) is module.get(here)


@pytest.mark.parametrize(
    ("module", "elsewhere", "here"),
    [
        (activations, "GLU", "take silu or gelu"),
        (activations, "quick_gelu", r"write SiLU\(beta=1.702\)"),
        (initializers, "zeros", "units that start equal stay equal"),
        (initializers, "truncated_normal", "take 'glorot_normal'"),
        (initializers, "variance_scaling", "'he_normal' for 2"),
        (losses, "NLLLoss", "take 'categorical_cross_entropy'"),
        (losses, "PoissonNLLLoss", "take 'poisson'"),
        (losses, "SmoothL1Loss", r"take Huber\(delta\)"),
        (optimizers, "momentum", r"write SGD\(0.01, momentum=0.9, nesterov=False\)"),
        (optimizers, "NAG", r"write SGD\(0.01, momentum=0.9, nesterov=True\)"),
        (activations, "CReLU", "take relu"),
        (activations, "RReLU", "take leaky_relu"),
        (activations, "sine", r'write Custom\("sine", np.sin, np.cos\)'),
        (schedules, "warmup_cosine", r"write Cosine\(warmup=0.1\)"),
        (schedules, "ExponentialLR", "take 'cosine', or write a Schedule"),
        (metrics, "F1Score", "sklearn.metrics"),
        (metrics, "loss", "give it as loss="),
    ],
)
def test_a_name_from_another_library_that_is_no_entry_says_what_is_here(module, elsewhere, here):
    with pytest.raises(InputError, match=f"{here}"):
        module.get(elsewhere)
