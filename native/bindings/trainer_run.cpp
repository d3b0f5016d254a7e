// Steps on samples that Python brings: many in one call, or one that is opened for its stages.
#include <chrono>
#include <new>
#include <vector>

#include "bindings/trainer.hpp"

namespace {

using multilayer::Numbers;
using multilayer::Samples;
using multilayer::StepRates;
using multilayer::Trainer;

// Python hears of a signal, and is asked whether to go on, this often.
constexpr double seconds_between_questions = 0.01;

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

// y may be None where the caller computes the loss; keys may where nothing is to be left out.
template <class T> bool read_samples(const Trainer<T> &trainer, PyObject *data, Samples &samples) {
    PyObject *x, *y, *weights, *order, *keys;
    Py_ssize_t batch_rows;
    if (!PyTuple_Check(data)) {
        PyErr_SetString(PyExc_TypeError, "samples are a tuple");
        return false;
    }
    if (!PyArg_ParseTuple(data, "OOOOnO", &x, &y, &weights, &order, &batch_rows, &keys)) return false;
    const size_t n_layers = trainer.n_layers();
    const npy_intp inputs = static_cast<npy_intp>(trainer.layer(0).inputs);
    const npy_intp units = static_cast<npy_intp>(trainer.layer(n_layers - 1).units);
    if (!read_numbers(x, "x", -1, inputs, samples.x)) return false;
    const npy_intp n = PyArray_DIM(as_array(x), 0);
    if (y != Py_None && PyArray_Check(y) && PyArray_NDIM(as_array(y)) == 1) {
        samples.classes = read_list<int64_t>(y, "y", NPY_INT64, n);
        if (samples.classes == nullptr) return false;
    } else if (y != Py_None && !read_numbers(y, "y", n, units, samples.targets)) {
        return false;
    }
    if (weights != Py_None) {
        samples.weights = read_list<double>(weights, "weights", NPY_FLOAT64, n);
        if (samples.weights == nullptr) return false;
    }
    samples.rows = static_cast<size_t>(n);
    if (order != Py_None) {
        samples.order = read_list<intptr_t>(order, "order", NPY_INTP, 0);
        if (samples.order == nullptr) return false;
        samples.rows = static_cast<size_t>(PyArray_DIM(as_array(order), 0));
        for (size_t i = 0; i < samples.rows; ++i) {
            if (samples.order[i] < 0 || samples.order[i] >= n) {
                PyErr_SetString(PyExc_IndexError, "order names a row that x does not have");
                return false;
            }
        }
    }
    if (batch_rows < 1 || samples.rows == 0) {
        PyErr_SetString(PyExc_ValueError, "a batch has at least one row");
        return false;
    }
    samples.batch_rows = static_cast<size_t>(batch_rows);
    if (keys != Py_None) {
        const npy_intp needed = static_cast<npy_intp>(samples.batches() * (n_layers - 1));
        samples.keys = read_list<uint64_t>(keys, "keys", NPY_UINT64, needed);
        if (samples.keys == nullptr) return false;
    }
    return true;
}

// Batches one group after another, each as long as Python can wait for. Returns the number of batches, or -1.
template <class T> Py_ssize_t advance(Trainer<T> &trainer, const Samples &samples, const StepRates *rates,
                                      double *losses, PyObject *interrupted, bool &finite) {
    using Clock = std::chrono::steady_clock;
    const size_t last = samples.batches();
    size_t first = 0, group = 1;
    finite = true;
    while (first < last) {
        if (PyErr_CheckSignals() < 0) return -1;
        Reference answer(PyObject_CallNoArgs(interrupted));
        const int wish = answer ? PyObject_IsTrue(answer.get()) : -1;
        if (wish < 0) return -1;
        if (wish) break;
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

template <class T>
PyObject *run_with(Trainer<T> &trainer, PyObject *data, PyObject *rates, PyObject *interrupted) {
    Samples samples{};
    if (!read_samples(trainer, data, samples)) return nullptr;
    if (samples.classes == nullptr && samples.targets.data == nullptr) {
        PyErr_SetString(PyExc_ValueError, "steps in one call need targets");
        return nullptr;
    }
    npy_intp n[] = {static_cast<npy_intp>(samples.batches())};
    // Rows of three numbers, one behind the other.
    const double *rate = read_list<double>(rates, "rates", NPY_FLOAT64, 3 * n[0]);
    if (rate == nullptr) return nullptr;
    std::vector<StepRates> of_steps;
    for (npy_intp i = 0; i < n[0]; ++i) of_steps.push_back({rate[3 * i], rate[3 * i + 1], rate[3 * i + 2]});
    Reference losses(PyArray_SimpleNew(1, n, NPY_FLOAT64));
    if (!losses) return nullptr;
    bool finite;
    const Py_ssize_t done =
        advance(trainer, samples, of_steps.data(),
                static_cast<double *>(PyArray_DATA(as_array(losses.get()))), interrupted, finite);
    if (done < 0) return nullptr;
    return Py_BuildValue("nNO", done, losses.release(), finite ? Py_True : Py_False);
}

template <class T> PyObject *open_with(Trainer<T> &trainer, PyObject *data, Py_ssize_t batch,
                                       const StepRates &rates, TrainerObject &object) {
    Samples samples{};
    object.stage = Stage::none;
    if (!read_samples(trainer, data, samples)) return nullptr;
    if (batch < 0 || static_cast<size_t>(batch) >= samples.batches()) {
        PyErr_SetString(PyExc_IndexError, "there is no such batch");
        return nullptr;
    }
    try {
        trainer.open(samples, static_cast<size_t>(batch), rates);
    } catch (const std::bad_alloc &) {
        return PyErr_NoMemory();
    }
    object.stage = Stage::gathered;
    object.has_targets = samples.classes != nullptr || samples.targets.data != nullptr;
    object.layer = 0;
    Py_RETURN_NONE;
}

}  // namespace

PyObject *run_trainer(PyObject *self, PyObject *arguments) {
    PyObject *data, *rates, *interrupted;
    if (!PyArg_ParseTuple(arguments, "OOO", &data, &rates, &interrupted) || !is_usable(self)) return nullptr;
    object_of(self).stage = Stage::none;
    return with_trainer(self, [&](auto &trainer) { return run_with(trainer, data, rates, interrupted); });
}

PyObject *open_step(PyObject *self, PyObject *arguments) {
    PyObject *data;
    Py_ssize_t batch;
    StepRates rates{0, 1, 1};
    if (!PyArg_ParseTuple(arguments, "Ond|dd", &data, &batch, &rates.learning, &rates.dropping,
                          &rates.decaying) ||
        !is_usable(self))
        return nullptr;
    return with_trainer(
        self, [&](auto &trainer) { return open_with(trainer, data, batch, rates, object_of(self)); });
}
