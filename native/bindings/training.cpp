// The type Trainer: parameters in packed form, and steps of training on them.
#include "kernels/training.hpp"

#include <chrono>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include "bindings/bindings.hpp"
#include "bindings/reference.hpp"

namespace {

using multilayer::LossKind;
using multilayer::Numbers;
using multilayer::Rule;
using multilayer::Samples;
using multilayer::TrainedLayer;
using multilayer::Trainer;
using multilayer::TrainingSettings;

template <class T> constexpr int type_number = sizeof(T) == sizeof(float) ? NPY_FLOAT32 : NPY_FLOAT64;

// Python hears of a signal, and is asked whether to go on, this often.
constexpr double seconds_between_questions = 0.01;

struct TrainerObject {
    PyObject_HEAD Trainer<float> *f32;  // one of the two is null
    Trainer<double> *f64;
};

PyArrayObject *as_array(PyObject *object) { return reinterpret_cast<PyArrayObject *>(object); }

struct NamedLoss {
    const char *name;
    LossKind of_outputs;
    LossKind of_sums;  // the same where nothing is fused
};
const NamedLoss losses[] = {
    {"squared", LossKind::squared, LossKind::squared},
    {"absolute", LossKind::absolute, LossKind::absolute},
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
const NamedRule rules[] = {{"adam", Rule::adam}, {"rmsprop", Rule::rmsprop}, {"sgd", Rule::sgd}};

template <class Entry, size_t n> const Entry *find(const Entry (&entries)[n], const char *name) {
    for (const Entry &entry : entries) {
        if (std::strcmp(entry.name, name) == 0) return &entry;
    }
    PyErr_Format(PyExc_ValueError, "no kernel is called '%s'", name);
    return nullptr;
}

template <class T> bool read_activation(const char *name, PyObject *parameters, TrainedLayer<T> &layer) {
    auto &h = layer.activation;
    if (std::strcmp(name, "identity") == 0) return true;
    if (std::strcmp(name, "relu") == 0) return h.relu = true;
    const multilayer::ActivationKernels &kernels = *multilayer::activation_kernels();
    for (size_t i = 0; i < kernels.n_elementwise; ++i) {
        const multilayer::ElementwiseKernel &kernel = kernels.elementwise[i];
        if (std::strcmp(kernel.name, name) != 0) continue;
        const Py_ssize_t n = PyTuple_GET_SIZE(parameters);
        if (n != kernel.n_parameters) {
            PyErr_Format(PyExc_ValueError, "%s takes %d parameters; got %zd", name, kernel.n_parameters, n);
            return false;
        }
        for (Py_ssize_t p = 0; p < n; ++p) {
            const double value = PyFloat_AsDouble(PyTuple_GET_ITEM(parameters, p));
            if (value == -1 && PyErr_Occurred()) return false;
            h.parameters.push_back(value);
        }
        if constexpr (sizeof(T) == sizeof(float))
            h.value = kernel.value_f32, h.derivative = kernel.derivative_f32;
        else
            h.value = kernel.value_f64, h.derivative = kernel.derivative_f64;
        return true;
    }
    for (size_t i = 0; i < kernels.n_axis; ++i) {
        const multilayer::AxisKernel &kernel = kernels.axis[i];
        if (std::strcmp(kernel.name, name) != 0) continue;
        if constexpr (sizeof(T) == sizeof(float))
            h.axis_value = kernel.value_f32, h.axis_vjp = kernel.vjp_f32;
        else
            h.axis_value = kernel.value_f64, h.axis_vjp = kernel.vjp_f64;
        return true;
    }
    PyErr_Format(PyExc_ValueError, "no kernel is called '%s'", name);
    return false;
}

// The trainer of a tuple of (inputs, units, name, parameters), or null with an exception.
template <class T> Trainer<T> *build(PyObject *layers, const TrainingSettings &settings) {
    std::vector<TrainedLayer<T>> shapes;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(layers); ++i) {
        Py_ssize_t inputs, units;
        const char *name;
        PyObject *parameters;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(layers, i), "nnsO!", &inputs, &units, &name, &PyTuple_Type,
                              &parameters)) {
            return nullptr;
        }
        const bool fits =
            inputs > 0 && units > 0 && (i == 0 || shapes.back().units == static_cast<size_t>(inputs));
        if (!fits) {
            PyErr_Format(PyExc_ValueError, "layer %zd: %zd inputs and %zd units do not fit", i + 1, inputs,
                         units);
            return nullptr;
        }
        TrainedLayer<T> layer{static_cast<size_t>(inputs), static_cast<size_t>(units), {}};
        if (!read_activation(name, parameters, layer)) return nullptr;
        shapes.push_back(std::move(layer));
    }
    return new Trainer<T>(shapes, settings);
}

PyObject *make(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    static const char *names[] = {"dtype",        "layers",        "loss", "loss_parameter", "from_sums",
                                  "target_scale", "target_offset", "rule", "nesterov",       "decay1",
                                  "decay2",       "epsilon",       "l2",   "weight_decay",   "limit",
                                  "norm_limit",   nullptr};
    PyArray_Descr *dtype;
    PyObject *layers;
    const char *loss, *rule;
    int from_sums, nesterov;
    TrainingSettings settings{};
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "$O&O!sdpddspddddddd", const_cast<char **>(names),
                                     PyArray_DescrConverter, &dtype, &PyTuple_Type, &layers, &loss,
                                     &settings.loss_parameter, &from_sums, &settings.target_scale,
                                     &settings.target_offset, &rule, &nesterov, &settings.decay1,
                                     &settings.decay2, &settings.epsilon, &settings.l2,
                                     &settings.weight_decay, &settings.limit, &settings.norm_limit)) {
        return nullptr;
    }
    const int number = dtype->type_num;
    Py_DECREF(dtype);
    const NamedLoss *named_loss = find(losses, loss);
    const NamedRule *named_rule = named_loss == nullptr ? nullptr : find(rules, rule);
    if (named_rule == nullptr) return nullptr;
    settings.from_sums = from_sums != 0;
    settings.loss = from_sums ? named_loss->of_sums : named_loss->of_outputs;
    settings.rule = named_rule->rule;
    settings.nesterov = nesterov != 0;
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

void destroy(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    const TrainerObject *trainer = reinterpret_cast<TrainerObject *>(self);
    delete trainer->f32;
    delete trainer->f64;
    type->tp_free(self);
    Py_DECREF(type);
}

template <class T> bool is_plain_array(PyObject *object, int ndim, npy_intp first, npy_intp second) {
    if (!PyArray_Check(object)) return false;
    PyArrayObject *array = as_array(object);
    return PyArray_TYPE(array) == type_number<T> && PyArray_NDIM(array) == ndim &&
           PyArray_ISCARRAY_RO(array) && PyArray_DIM(array, 0) == first &&
           (ndim == 1 || PyArray_DIM(array, 1) == second);
}

// Calls f(layer, what, W, b) for all that is kept, `arrays` being (W1, b1, ...), (slot of W1, ...), ...
template <class T, class F> bool each_array(const Trainer<T> &trainer, PyObject *arrays, F f) {
    using What = typename Trainer<T>::What;
    const What kinds[] = {What::parameters, What::slot1, What::slot2};
    const size_t kinds_kept = 1 + trainer.n_slots();
    bool fits = static_cast<size_t>(PyTuple_GET_SIZE(arrays)) == kinds_kept;
    for (int writes = 0; writes < 2 && fits; ++writes) {  // all is checked before anything is done
        for (size_t kind = 0; kind < kinds_kept && fits; ++kind) {
            PyObject *group = PyTuple_GET_ITEM(arrays, static_cast<Py_ssize_t>(kind));
            fits = PyTuple_Check(group) &&
                   static_cast<size_t>(PyTuple_GET_SIZE(group)) == 2 * trainer.n_layers();
            for (size_t i = 0; i < trainer.n_layers() && fits; ++i) {
                PyObject *W = PyTuple_GET_ITEM(group, static_cast<Py_ssize_t>(2 * i));
                PyObject *b = PyTuple_GET_ITEM(group, static_cast<Py_ssize_t>(2 * i + 1));
                const npy_intp inputs = static_cast<npy_intp>(trainer.layer(i).inputs);
                const npy_intp units = static_cast<npy_intp>(trainer.layer(i).units);
                fits = is_plain_array<T>(W, 2, inputs, units) && is_plain_array<T>(b, 1, units, 0);
                if (fits && writes) {
                    f(i, kinds[kind], static_cast<T *>(PyArray_DATA(as_array(W))),
                      static_cast<T *>(PyArray_DATA(as_array(b))));
                }
            }
        }
    }
    if (!fits) PyErr_SetString(PyExc_ValueError, "the arrays are not those that this trainer keeps");
    return fits;
}

template <class T> bool load_all(Trainer<T> &trainer, PyObject *arrays, unsigned long long step) {
    const bool done =
        each_array<T>(trainer, arrays, [&](size_t i, typename Trainer<T>::What what, const T *W, const T *b) {
            trainer.load(i, what, W, b);
        });
    if (done) trainer.begin(step);
    return done;
}

template <class T> bool save_all(const Trainer<T> &trainer, PyObject *arrays) {
    return each_array<T>(trainer, arrays, [&](size_t i, typename Trainer<T>::What what, T *W, T *b) {
        trainer.save(i, what, W, b);
    });
}

PyObject *load(PyObject *self, PyObject *arguments) {
    PyObject *arrays;
    unsigned long long step;
    if (!PyArg_ParseTuple(arguments, "O!K", &PyTuple_Type, &arrays, &step)) return nullptr;
    const TrainerObject *trainer = reinterpret_cast<TrainerObject *>(self);
    const bool done = trainer->f32 != nullptr ? load_all(*trainer->f32, arrays, step)
                                              : load_all(*trainer->f64, arrays, step);
    if (!done) return nullptr;
    Py_RETURN_NONE;
}

PyObject *save(PyObject *self, PyObject *arrays) {
    if (!PyTuple_Check(arrays)) {
        PyErr_SetString(PyExc_TypeError, "save takes a tuple of tuples of arrays");
        return nullptr;
    }
    const TrainerObject *trainer = reinterpret_cast<TrainerObject *>(self);
    const bool done =
        trainer->f32 != nullptr ? save_all(*trainer->f32, arrays) : save_all(*trainer->f64, arrays);
    if (!done) return nullptr;
    Py_RETURN_NONE;
}

// An array of float32 or float64 that can be read number by number, rows x columns.
bool read_numbers(PyObject *object, const char *name, npy_intp rows, npy_intp columns, Numbers &numbers) {
    PyArrayObject *array = PyArray_Check(object) ? as_array(object) : nullptr;
    const int type = array == nullptr ? -1 : PyArray_TYPE(array);
    bool fits = (type == NPY_FLOAT32 || type == NPY_FLOAT64) && PyArray_NDIM(array) == 2 &&
                PyArray_ISBEHAVED_RO(array) && (rows < 0 || PyArray_DIM(array, 0) == rows) &&
                PyArray_DIM(array, 1) == columns;
    const npy_intp size = type == NPY_FLOAT32 ? 4 : 8;
    for (int axis = 0; axis < 2 && fits; ++axis) fits = PyArray_STRIDE(array, axis) % size == 0;
    if (!fits) {
        PyErr_Format(PyExc_ValueError, "%s has to hold float32 or float64 numbers in %zd columns", name,
                     columns);
        return false;
    }
    numbers = {PyArray_DATA(array), type == NPY_FLOAT64, PyArray_STRIDE(array, 0) / size,
               PyArray_STRIDE(array, 1) / size};
    return true;
}

// A contiguous array of one axis, or null with an exception.
template <class T> const T *read_list(PyObject *object, const char *name, int type, npy_intp least) {
    const bool fits = PyArray_Check(object) && PyArray_TYPE(as_array(object)) == type &&
                      PyArray_NDIM(as_array(object)) == 1 && PyArray_ISCARRAY_RO(as_array(object)) &&
                      PyArray_DIM(as_array(object), 0) >= least;
    if (!fits) {
        PyErr_Format(PyExc_ValueError,
                     "%s has to be a contiguous array of its type with at least %zd entries", name, least);
        return nullptr;
    }
    return static_cast<const T *>(PyArray_DATA(as_array(object)));
}

// Batches one group after another, each as long as Python can wait for. Returns the number of batches, or -1.
template <class T> Py_ssize_t advance(Trainer<T> &trainer, const Samples &samples, const double *rates,
                                      double *losses, size_t last, PyObject *interrupted, bool &finite) {
    using Clock = std::chrono::steady_clock;
    size_t first = 0, group = 1;
    finite = true;
    while (first < last) {
        if (PyErr_CheckSignals() < 0) return -1;
        if (interrupted != Py_None) {
            Reference answer(PyObject_CallNoArgs(interrupted));
            const int wish = answer ? PyObject_IsTrue(answer.get()) : -1;
            if (wish < 0) return -1;
            if (wish) break;
        }
        const size_t end = last - first < group ? last : first + group;
        size_t done = first;
        bool out_of_memory = false;
        const auto began = Clock::now();
        Py_BEGIN_ALLOW_THREADS;
        try {
            done = trainer.advance(samples, first, end, rates, losses);
        } catch (const std::bad_alloc &) {
            out_of_memory = true;
        }
        Py_END_ALLOW_THREADS;
        if (out_of_memory) {
            PyErr_NoMemory();
            return -1;
        }
        finite = done == end;
        first = done;
        if (!finite) break;
        const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
        const double wanted = seconds_between_questions * static_cast<double>(group) / (seconds + 1e-9);
        group = wanted > 4.0 * static_cast<double>(group) ? 4 * group
                : wanted < 1                              ? 1
                                                          : static_cast<size_t>(wanted);
    }
    return static_cast<Py_ssize_t>(first);
}

template <class T> PyObject *run_with(Trainer<T> &trainer, PyObject *x, PyObject *y, PyObject *weights,
                                      PyObject *order, Py_ssize_t batch_rows, PyObject *rates,
                                      PyObject *interrupted, Py_ssize_t most) {
    Samples samples{};
    const size_t n_layers = trainer.n_layers();
    const npy_intp inputs = static_cast<npy_intp>(trainer.layer(0).inputs);
    const npy_intp units = static_cast<npy_intp>(trainer.layer(n_layers - 1).units);
    if (!read_numbers(x, "x", -1, inputs, samples.x)) return nullptr;
    const npy_intp n = PyArray_DIM(as_array(x), 0);
    if (PyArray_Check(y) && PyArray_NDIM(as_array(y)) == 1) {
        samples.classes = read_list<int64_t>(y, "y", NPY_INT64, n);
        if (samples.classes == nullptr) return nullptr;
    } else if (!read_numbers(y, "y", n, units, samples.targets)) {
        return nullptr;
    }
    if (weights != Py_None) {
        samples.weights = read_list<double>(weights, "weights", NPY_FLOAT64, n);
        if (samples.weights == nullptr) return nullptr;
    }
    samples.rows = static_cast<size_t>(n);
    if (order != Py_None) {
        samples.order = read_list<intptr_t>(order, "order", NPY_INTP, 0);
        if (samples.order == nullptr) return nullptr;
        samples.rows = static_cast<size_t>(PyArray_DIM(as_array(order), 0));
        for (size_t i = 0; i < samples.rows; ++i) {
            if (samples.order[i] < 0 || samples.order[i] >= n) {
                PyErr_SetString(PyExc_IndexError, "order names a row that x does not have");
                return nullptr;
            }
        }
    }
    if (batch_rows < 1 || samples.rows == 0) {
        PyErr_SetString(PyExc_ValueError, "a batch has at least one row");
        return nullptr;
    }
    samples.batch_rows = static_cast<size_t>(batch_rows);
    size_t last = samples.batches();
    if (most >= 0 && static_cast<size_t>(most) < last) last = static_cast<size_t>(most);
    const double *rate = read_list<double>(rates, "rates", NPY_FLOAT64, static_cast<npy_intp>(last));
    if (rate == nullptr) return nullptr;
    npy_intp shape[] = {static_cast<npy_intp>(last)};
    Reference losses(PyArray_SimpleNew(1, shape, NPY_FLOAT64));
    if (!losses) return nullptr;
    bool finite;
    const Py_ssize_t done =
        advance(trainer, samples, rate, static_cast<double *>(PyArray_DATA(as_array(losses.get()))), last,
                interrupted, finite);
    if (done < 0) return nullptr;
    return Py_BuildValue("nNO", done, losses.release(), finite ? Py_True : Py_False);
}

PyObject *run(PyObject *self, PyObject *arguments) {
    PyObject *x, *y, *weights, *order, *rates, *interrupted;
    Py_ssize_t batch_rows, most;
    if (!PyArg_ParseTuple(arguments, "OOOOnOOn", &x, &y, &weights, &order, &batch_rows, &rates, &interrupted,
                          &most)) {
        return nullptr;
    }
    const TrainerObject *trainer = reinterpret_cast<TrainerObject *>(self);
    return trainer->f32 != nullptr
               ? run_with(*trainer->f32, x, y, weights, order, batch_rows, rates, interrupted, most)
               : run_with(*trainer->f64, x, y, weights, order, batch_rows, rates, interrupted, most);
}

PyMethodDef methods[] = {
    {"load", load, METH_VARARGS,
     "load($self, arrays, step, /)\n--\n\nTake ((W1, b1, ...), (slot of W1, ...), ...) after `step` "
     "updates."},
    {"save", save, METH_O,
     "save($self, arrays, /)\n--\n\nWrite what `load` takes into arrays of the same shapes."},
    {"run", run, METH_VARARGS,
     "run($self, x, y, weights, order, batch_rows, rates, interrupted, most, /)\n--\n\n"
     "Make a step per batch, at most `most` unless that is negative; return how many, the objective of each, "
     "and "
     "whether\nthe one after them was not refused because it is not finite: what is kept means nothing "
     "then."},
    {nullptr, nullptr, 0, nullptr},
};

const char documentation[] =
    "Trainer(*, dtype, layers, loss, loss_parameter, from_sums, target_scale, target_offset, rule, nesterov, "
    "decay1, "
    "decay2, epsilon, l2, weight_decay, limit, norm_limit)\n--\n\n"
    "Steps of training for layers (inputs, units, name of an activation kernel, its parameters).";

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char *>(documentation)},
    {Py_tp_new, reinterpret_cast<void *>(make)},
    {Py_tp_dealloc, reinterpret_cast<void *>(destroy)},
    {Py_tp_methods, methods},
    {0, nullptr},
};

PyType_Spec specification = {
    "multilayer.backend._core.Trainer",
    sizeof(TrainerObject),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    slots,
};

}  // namespace

int add_training(PyObject *module) {
    Reference type(PyType_FromSpec(&specification));
    return type ? PyModule_AddObjectRef(module, "Trainer", type.get()) : -1;
}
