// What Python says of a training, by the names of kernels.
#include <cstring>
#include <new>
#include <utility>

#include "bindings/trainer.hpp"

namespace {

using multilayer::LossKind;
using multilayer::Rule;
using multilayer::TrainedActivation;
using multilayer::TrainedLayer;
using multilayer::Trainer;
using multilayer::TrainingSettings;

struct NamedLoss {
    const char *name;
    LossKind of_outputs;
    LossKind of_sums;  // the same where nothing is fused
};
const NamedLoss losses[] = {
    {"squared", LossKind::squared, LossKind::squared},
    {"mean_squared", LossKind::mean_squared, LossKind::mean_squared},
    {"absolute", LossKind::absolute, LossKind::absolute},
    {"mean_absolute", LossKind::mean_absolute, LossKind::mean_absolute},
    {"huber", LossKind::huber, LossKind::huber},
    {"quantile", LossKind::quantile, LossKind::quantile},
    {"binary_cross_entropy", LossKind::binary_cross_entropy, LossKind::binary_cross_entropy_of_sigmoid},
    {"categorical_cross_entropy", LossKind::categorical_cross_entropy,
     LossKind::categorical_cross_entropy_of_softmax},
    {"poisson", LossKind::poisson, LossKind::poisson_of_exponential},
};

struct NamedRule {
    const char *name;
    Rule rule;
};
const NamedRule rules[] = {
    {"adam", Rule::adam}, {"rmsprop", Rule::rmsprop}, {"sgd", Rule::sgd}, {"own", Rule::keep_gradient}};

template <class Entry> const Entry *found(const Entry *entries, size_t n, const char *name) {
    for (size_t i = 0; i < n; ++i) {
        if (std::strcmp(entries[i].name, name) == 0) return entries + i;
    }
    return nullptr;
}
template <class Entry> const Entry *required(const Entry *entries, size_t n, const char *name) {
    const Entry *entry = found(entries, n, name);
    if (entry == nullptr) PyErr_Format(PyExc_ValueError, "no kernel is called '%s'", name);
    return entry;
}

// A kernel as Python names it: (name, parameters).
struct NamedKernel {
    const char *name;
    std::vector<double> parameters;
    const multilayer::ElementwiseKernel *elementwise = nullptr;
    const multilayer::AxisKernel *axis = nullptr;
};

bool read_kernel(PyObject *pair, NamedKernel &kernel) {
    PyObject *parameters;
    if (!PyTuple_Check(pair)) {
        PyErr_SetString(PyExc_TypeError, "a kernel is a name and a tuple of parameters");
        return false;
    }
    if (!PyArg_ParseTuple(pair, "sO!", &kernel.name, &PyTuple_Type, &parameters)) return false;
    const Py_ssize_t n = PyTuple_GET_SIZE(parameters);
    for (Py_ssize_t p = 0; p < n; ++p) {
        const double value = PyFloat_AsDouble(PyTuple_GET_ITEM(parameters, p));
        if (value == -1 && PyErr_Occurred()) return false;
        kernel.parameters.push_back(value);
    }
    const multilayer::ActivationKernels &kernels = *multilayer::activation_kernels();
    kernel.axis = found(kernels.axis, kernels.n_axis, kernel.name);
    if (kernel.axis != nullptr) return true;
    kernel.elementwise = required(kernels.elementwise, kernels.n_elementwise, kernel.name);
    if (kernel.elementwise != nullptr && n != kernel.elementwise->n_parameters) {
        PyErr_Format(PyExc_ValueError, "%s takes %d parameters; got %zd", kernel.name,
                     kernel.elementwise->n_parameters, n);
        return false;
    }
    return kernel.elementwise != nullptr;
}

// The function that one type takes, of a kernel for both.
template <class T, class F32, class F64> auto of_type(F32 f32, F64 f64) {
    if constexpr (sizeof(T) == sizeof(float))
        return f32;
    else
        return f64;
}

template <class T> void take_forward(const NamedKernel &kernel, TrainedActivation<T> &h) {
    if (const auto *k = kernel.elementwise) h.value = of_type<T>(k->value_f32, k->value_f64);
    if (const auto *k = kernel.axis) h.axis_value = of_type<T>(k->value_f32, k->value_f64);
    h.parameters = kernel.parameters;
}

template <class T> void take_backward(const NamedKernel &kernel, bool surrogate, TrainedActivation<T> &h) {
    if (const auto *k = kernel.elementwise) h.derivative = of_type<T>(k->derivative_f32, k->derivative_f64);
    if (const auto *k = kernel.axis) {
        h.axis_vjp = of_type<T>(k->vjp_f32, k->vjp_f64);
        if (surrogate) h.surrogate_value = of_type<T>(k->value_f32, k->value_f64);
    }
    h.derivative_parameters = kernel.parameters;
}

// `forward` is None for an activation that the caller computes, `backward` None for the derivative of
// `forward`.
template <class T> bool read_activation(PyObject *forward, PyObject *backward, TrainedActivation<T> &h) {
    if (forward == Py_None) return h.user_defined = true;
    NamedKernel kernel;
    if (!read_kernel(forward, kernel)) return false;
    if (backward != Py_None) {
        NamedKernel surrogate;
        if (!read_kernel(backward, surrogate)) return false;
        take_forward(kernel, h);
        take_backward(surrogate, true, h);
        return true;
    }
    if (std::strcmp(kernel.name, "identity") == 0) return true;
    if (std::strcmp(kernel.name, "relu") == 0) return h.relu = true;
    take_forward(kernel, h);
    take_backward(kernel, false, h);
    return true;
}

// The trainer of a tuple of (inputs, units, forward, backward, dropout), or null with an exception.
template <class T> Trainer<T> *build(PyObject *layers, const TrainingSettings &settings) {
    std::vector<TrainedLayer<T>> shapes;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(layers); ++i) {
        Py_ssize_t inputs, units;
        PyObject *forward, *backward;
        double dropout;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(layers, i), "nnOOd", &inputs, &units, &forward, &backward,
                              &dropout)) {
            return nullptr;
        }
        const bool fits =
            inputs > 0 && units > 0 && (i == 0 || shapes.back().units == static_cast<size_t>(inputs));
        if (!fits || !(dropout >= 0 && dropout < 1)) {
            PyErr_Format(PyExc_ValueError, "layer %zd: %zd inputs, %zd units or its dropout do not fit",
                         i + 1, inputs, units);
            return nullptr;
        }
        TrainedLayer<T> layer{static_cast<size_t>(inputs), static_cast<size_t>(units), {}, dropout};
        if (!read_activation(forward, backward, layer.activation)) return nullptr;
        shapes.push_back(std::move(layer));
    }
    return new Trainer<T>(shapes, settings);
}

}  // namespace

PyObject *make_trainer(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    static const char *names[] = {"dtype",        "layers",        "loss", "loss_parameter", "from_sums",
                                  "target_scale", "target_offset", "rule", "nesterov",       "decay1",
                                  "decay2",       "epsilon",       "l2",   "weight_decay",   "limit",
                                  "norm_limit",   "own_clip",      nullptr};
    PyArray_Descr *dtype;
    PyObject *layers;
    const char *loss, *rule;
    int from_sums, nesterov, own_clip;
    TrainingSettings settings{};
    if (!PyArg_ParseTupleAndKeywords(
            arguments, keywords, "$O&O!sdpddspdddddddp", const_cast<char **>(names), PyArray_DescrConverter,
            &dtype, &PyTuple_Type, &layers, &loss, &settings.loss_parameter, &from_sums,
            &settings.target_scale, &settings.target_offset, &rule, &nesterov, &settings.decay1,
            &settings.decay2, &settings.epsilon, &settings.l2, &settings.weight_decay, &settings.limit,
            &settings.norm_limit, &own_clip)) {
        return nullptr;
    }
    const int number = dtype->type_num;
    Py_DECREF(dtype);
    const NamedLoss *named_loss = required(losses, sizeof losses / sizeof *losses, loss);
    const NamedRule *named_rule =
        named_loss == nullptr ? nullptr : required(rules, sizeof rules / sizeof *rules, rule);
    if (named_rule == nullptr) return nullptr;
    settings.from_sums = from_sums != 0;
    settings.loss = from_sums ? named_loss->of_sums : named_loss->of_outputs;
    settings.rule = named_rule->rule;
    settings.nesterov = nesterov != 0;
    settings.own_clip = own_clip != 0;
    if (PyTuple_GET_SIZE(layers) == 0 || (number != NPY_FLOAT32 && number != NPY_FLOAT64)) {
        PyErr_SetString(PyExc_ValueError, "a trainer takes at least one layer, and float32 or float64");
        return nullptr;
    }
    if (multilayer::activation_kernels() == nullptr) {
        PyErr_SetString(PyExc_RuntimeError, "no instruction-set level is in use; call use(level) first");
        return nullptr;
    }
    Reference self(type->tp_alloc(type, 0));
    if (!self) return nullptr;
    TrainerObject *trainer = reinterpret_cast<TrainerObject *>(self.get());
    try {
        if (number == NPY_FLOAT32)
            trainer->f32 = build<float>(layers, settings);
        else
            trainer->f64 = build<double>(layers, settings);
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    }
    return trainer->f32 != nullptr || trainer->f64 != nullptr ? self.release() : nullptr;
}
