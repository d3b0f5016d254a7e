// The settings of a Trainer, and its kernels by name.
#include <cstring>
#include <iterator>
#include <new>
#include <utility>

#include "bindings/lookup.hpp"
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

// What Python gives by name. A new setting is a line here, and one in TrainingSettings.
struct NumberSetting {
    const char *name;
    double TrainingSettings::*field;
};
const NumberSetting number_settings[] = {
    {"loss_parameter", &TrainingSettings::loss_parameter},
    {"target_scale", &TrainingSettings::target_scale},
    {"target_offset", &TrainingSettings::target_offset},
    {"decay1", &TrainingSettings::decay1},
    {"decay2", &TrainingSettings::decay2},
    {"epsilon", &TrainingSettings::epsilon},
    {"l2", &TrainingSettings::l2},
    {"weight_decay", &TrainingSettings::weight_decay},
    {"limit", &TrainingSettings::limit},
    {"norm_limit", &TrainingSettings::norm_limit},
    {"input_scale", &TrainingSettings::input_scale},
};

struct FlagSetting {
    const char *name;
    bool TrainingSettings::*field;
};
const FlagSetting flag_settings[] = {
    {"from_sums", &TrainingSettings::from_sums},
    {"nesterov", &TrainingSettings::nesterov},
    {"own_clip", &TrainingSettings::own_clip},
};

bool wrong_type(const char *name, const char *expected) {
    PyErr_Format(PyExc_TypeError, "the setting '%s' is not %s", name, expected);
    return false;
}

// One setting; false with an exception where there is none of that name, or its value has another type.
bool read_setting(const char *name, PyObject *value, TrainingSettings &settings, const NamedLoss *&loss) {
    if (const NumberSetting *number = found(number_settings, std::size(number_settings), name)) {
        if (!PyFloat_Check(value) && !PyLong_CheckExact(value)) return wrong_type(name, "a number");
        settings.*number->field = PyFloat_AsDouble(value);
        return !PyErr_Occurred();
    }
    if (const FlagSetting *flag = found(flag_settings, std::size(flag_settings), name)) {
        if (!PyBool_Check(value)) return wrong_type(name, "True or False");
        settings.*flag->field = value == Py_True;
        return true;
    }
    const bool is_loss = std::strcmp(name, "loss") == 0;
    if (!is_loss && std::strcmp(name, "rule") != 0) {
        PyErr_Format(PyExc_TypeError, "a trainer has no setting '%s'", name);
        return false;
    }
    const char *kernel = PyUnicode_Check(value) ? PyUnicode_AsUTF8(value) : nullptr;
    if (kernel == nullptr) return PyErr_Occurred() ? false : wrong_type(name, "the name of a kernel");
    if (is_loss) return (loss = required(losses, std::size(losses), kernel)) != nullptr;
    const NamedRule *rule = required(rules, std::size(rules), kernel);
    if (rule != nullptr) settings.rule = rule->rule;
    return rule != nullptr;
}

// All settings by name; false with an exception where one is missing, unknown or of another type.
bool read_settings(PyObject *named, TrainingSettings &settings) {
    const NamedLoss *loss = nullptr;
    PyObject *key, *value;
    for (Py_ssize_t place = 0; PyDict_Next(named, &place, &key, &value);) {
        const char *name = PyUnicode_Check(key) ? PyUnicode_AsUTF8(key) : nullptr;
        if (name == nullptr) return PyErr_Occurred() ? false : wrong_type("?", "named by a string");
        if (!read_setting(name, value, settings, loss)) return false;
    }
    // All of them are known, and each was given once.
    constexpr size_t all = std::size(number_settings) + std::size(flag_settings) + 2;
    if (static_cast<size_t>(PyDict_GET_SIZE(named)) != all) {
        PyErr_Format(PyExc_TypeError, "a trainer has %zu settings; got %zd", all, PyDict_GET_SIZE(named));
        return false;
    }
    settings.loss = settings.from_sums ? loss->of_sums : loss->of_outputs;
    return true;
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

// The trainer of a tuple of (inputs, units, forward, backward, dropout, weight_rate, bias_rate, stretch), or
// null with an exception.
template <class T> Trainer<T> *build(PyObject *layers, const TrainingSettings &settings) {
    std::vector<TrainedLayer<T>> shapes;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(layers); ++i) {
        Py_ssize_t inputs, units;
        PyObject *forward, *backward;
        TrainedLayer<T> layer{};
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(layers, i), "nnOOdddd", &inputs, &units, &forward, &backward,
                              &layer.dropout, &layer.weight_rate, &layer.bias_rate, &layer.stretch)) {
            return nullptr;
        }
        const bool fits =
            inputs > 0 && units > 0 && (i == 0 || shapes.back().units == static_cast<size_t>(inputs));
        if (!fits || !(layer.dropout >= 0 && layer.dropout < 1) || !(layer.stretch >= 1)) {
            PyErr_Format(PyExc_ValueError,
                         "layer %zd: %zd inputs, %zd units, its dropout or stretch do not fit", i + 1, inputs,
                         units);
            return nullptr;
        }
        layer.inputs = static_cast<size_t>(inputs);
        layer.units = static_cast<size_t>(units);
        if (!read_activation(forward, backward, layer.activation)) return nullptr;
        shapes.push_back(std::move(layer));
    }
    return new Trainer<T>(shapes, settings);
}

}  // namespace

PyObject *make_trainer(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    static const char *names[] = {"dtype", "layers", "settings", nullptr};
    PyArray_Descr *dtype;
    PyObject *layers, *named;
    TrainingSettings settings{};
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "$O&O!O!", const_cast<char **>(names),
                                     PyArray_DescrConverter, &dtype, &PyTuple_Type, &layers, &PyDict_Type,
                                     &named)) {
        return nullptr;
    }
    const int number = dtype->type_num;
    Py_DECREF(dtype);
    if (!read_settings(named, settings)) return nullptr;
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
