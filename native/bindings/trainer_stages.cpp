// The stages of a step that is open, for a caller who computes some of them.
#include <cstring>
#include <new>
#include <type_traits>

#include "bindings/trainer.hpp"

namespace {

using multilayer::Trainer;
using multilayer::TrainingBatch;

// Whether the step is between these stages; false with an exception if not.
bool is_at(PyObject *self, Stage first, Stage last) {
    if (!is_usable(self)) return false;
    const Stage stage = object_of(self).stage;
    if (stage >= first && stage <= last) return true;
    PyErr_SetString(PyExc_ValueError,
                    "a stage out of order: expected open, forward from layer 0 to the end, compute_loss or "
                    "write_values, backward from the last layer to the beginning, find_gradients, update");
    return false;
}

size_t n_layers(PyObject *self) {
    return with_trainer(self, [](auto &trainer) { return trainer.n_layers(); });
}

// The number of a layer as Python has it: one that there is, or -1 with an exception.
Py_ssize_t layer_of(PyObject *self, PyObject *number) {
    const Py_ssize_t i = PyNumber_AsSsize_t(number, PyExc_IndexError);
    if (i >= 0 && i < static_cast<Py_ssize_t>(n_layers(self))) return i;
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_IndexError, "there is no such layer");
    return -1;
}

// The same where only one is next.
bool is_next(PyObject *self, PyObject *number) {
    const Py_ssize_t i = layer_of(self, number);
    if (i < 0) return false;
    if (static_cast<size_t>(i) == object_of(self).layer) return true;
    PyErr_Format(PyExc_ValueError, "layer %zd is out of order: expected %zu", i, object_of(self).layer);
    return false;
}

PyObject *forward(PyObject *self, PyObject *number) {
    if (!is_at(self, Stage::gathered, Stage::gathered) || !is_next(self, number)) return nullptr;
    TrainerObject &object = object_of(self);
    const size_t n = n_layers(self), first = object.layer;
    size_t reached;
    Py_BEGIN_ALLOW_THREADS;
    reached = with_trainer(self, [&](auto &trainer) { return trainer.forward(first); });
    Py_END_ALLOW_THREADS;
    object.layer = reached < n ? reached + 1 : n;
    if (object.layer == n) object.stage = Stage::forward;
    return PyLong_FromSize_t(reached);
}

// The loss is known.
void lost(PyObject *self) {
    object_of(self).stage = Stage::lost;
    object_of(self).layer = n_layers(self) - 1;
}

PyObject *compute_loss(PyObject *self, PyObject *) {
    if (!is_at(self, Stage::forward, Stage::forward)) return nullptr;
    if (!object_of(self).has_targets) {
        PyErr_SetString(PyExc_ValueError, "this step was opened without targets");
        return nullptr;
    }
    with_trainer(self, [](auto &trainer) { trainer.compute_loss(); });
    lost(self);
    Py_RETURN_NONE;
}

PyObject *backward(PyObject *self, PyObject *number) {
    if (!is_at(self, Stage::lost, Stage::lost) || !is_next(self, number)) return nullptr;
    TrainerObject &object = object_of(self);
    const size_t n = n_layers(self), last = object.layer;
    size_t reached;
    Py_BEGIN_ALLOW_THREADS;
    reached = with_trainer(self, [&](auto &trainer) { return trainer.backward(last); });
    Py_END_ALLOW_THREADS;
    object.layer = reached;
    if (reached == n) object.stage = Stage::backward;
    return PyLong_FromSize_t(reached);
}

PyObject *objective(PyObject *self, PyObject *) {
    if (!is_at(self, Stage::lost, Stage::gradients)) return nullptr;
    return PyFloat_FromDouble(with_trainer(self, [](auto &trainer) { return trainer.objective(); }));
}

PyObject *find_gradients(PyObject *self, PyObject *) {
    if (!is_at(self, Stage::backward, Stage::gradients)) return nullptr;
    const bool kept = with_trainer(self, [](auto &trainer) { return trainer.settings().keeps_gradient(); });
    if (!kept) {
        PyErr_SetString(PyExc_ValueError, "this trainer keeps no gradient");
        return nullptr;
    }
    Py_BEGIN_ALLOW_THREADS;
    with_trainer(self, [](auto &trainer) { trainer.find_gradients(); });
    Py_END_ALLOW_THREADS;
    object_of(self).stage = Stage::gradients;
    Py_RETURN_NONE;
}

PyObject *update(PyObject *self, PyObject *) {
    const bool needs_gradients =
        with_trainer(self, [](auto &trainer) { return trainer.settings().own_clip; });
    if (!is_at(self, needs_gradients ? Stage::gradients : Stage::backward, Stage::gradients)) return nullptr;
    if (with_trainer(self, [](auto &trainer) { return trainer.settings().n_slots() == 0; })) {
        PyErr_SetString(PyExc_ValueError, "this trainer has no optimizer");
        return nullptr;
    }
    bool finite = false, out_of_memory = false;
    Py_BEGIN_ALLOW_THREADS;
    try {
        finite = with_trainer(self, [](auto &trainer) { return trainer.update(); });
    } catch (const std::bad_alloc &) {
        out_of_memory = true;
    }
    Py_END_ALLOW_THREADS;
    object_of(self).stage = Stage::none;
    return out_of_memory ? PyErr_NoMemory() : PyBool_FromLong(finite);
}

// The rows of a layer and an array for them: f(layer, what, rows, numbers of the array).
template <class F> PyObject *with_rows(PyObject *self, PyObject *arguments, bool writable, F f) {
    PyObject *number, *array;
    const char *name;
    if (!PyArg_ParseTuple(arguments, "sOO", &name, &number, &array)) return nullptr;
    const Py_ssize_t i = layer_of(self, number);
    if (i < 0) return nullptr;
    const char *const names[] = {"a", "z", "da"};
    int what = 0;
    while (what < 3 && std::strcmp(names[what], name) != 0) ++what;
    const bool only_back = what == 2, still_forward = object_of(self).stage == Stage::gathered;
    if (!is_at(self, only_back ? Stage::lost : Stage::gathered, Stage::gradients)) return nullptr;
    if (still_forward && static_cast<size_t>(i) >= object_of(self).layer) {
        PyErr_Format(PyExc_ValueError, "layer %zd has no numbers yet", i);
        return nullptr;
    }
    const bool done =
        what < 3 &&
        with_trainer(
            self,
            [&](auto &trainer) {
                using T = std::remove_cv_t<std::remove_pointer_t<decltype(trainer.batch().da(0))>>;
                using LayerArray = typename TrainingBatch<T>::LayerArray;
                const npy_intp rows = static_cast<npy_intp>(trainer.rows());
                const npy_intp units = static_cast<npy_intp>(trainer.layer(static_cast<size_t>(i)).units);
                if (!is_plain_array<T>(array, rows, units)) return false;
                if (writable && !PyArray_ISWRITEABLE(as_array(array))) return false;
                f(trainer.batch(), static_cast<size_t>(i), static_cast<LayerArray>(what), trainer.rows(),
                  static_cast<T *>(PyArray_DATA(as_array(array))));
                return true;
            });
    if (!done) {
        PyErr_SetString(PyExc_ValueError, "expected 'a', 'z' or 'da', and an array of rows x units");
        return nullptr;
    }
    Py_RETURN_NONE;
}

PyObject *read(PyObject *self, PyObject *arguments) {
    return with_rows(self, arguments, true, [](auto &batch, size_t i, auto what, size_t rows, auto *to) {
        batch.read(i, what, rows, to);
    });
}

PyObject *write(PyObject *self, PyObject *arguments) {
    return with_rows(self, arguments, false, [](auto &batch, size_t i, auto what, size_t rows, auto *from) {
        batch.write(i, what, rows, from);
    });
}

PyObject *write_values(PyObject *self, PyObject *values) {
    if (!is_at(self, Stage::forward, Stage::forward)) return nullptr;
    const size_t rows = with_trainer(self, [](auto &trainer) { return trainer.rows(); });
    if (!is_plain_array<double>(values, static_cast<npy_intp>(rows), 0)) {
        PyErr_SetString(PyExc_ValueError, "expected a float64 number per row");
        return nullptr;
    }
    with_trainer(self, [&](auto &trainer) {
        trainer.batch().write_values(static_cast<double *>(PyArray_DATA(as_array(values))), rows);
    });
    lost(self);
    Py_RETURN_NONE;
}

}  // namespace

PyMethodDef stage_methods[n_stage_methods] = {
    {"open", open_step, METH_VARARGS,
     "open($self, samples, batch, rate, dropping=1.0, decaying=1.0, /)\n--\n\nBegin the step of one batch: "
     "gather its rows."},
    {"forward", forward, METH_O,
     "forward($self, layer, /)\n--\n\nGo forward from a layer to the next whose z is the caller's to write, "
     "and "
     "return it; or to the end, and return how many there are."},
    {"compute_loss", compute_loss, METH_NOARGS,
     "compute_loss($self, /)\n--\n\nFind the loss, and da of the last layer, or dz where its activation is "
     "the "
     "caller's."},
    {"backward", backward, METH_O,
     "backward($self, layer, /)\n--\n\nGo back from da of a layer to the next whose dz the caller turns into "
     "da, and "
     "return it; or to the beginning, and return how many there are."},
    {"read", read, METH_VARARGS, "read($self, what, layer, out, /)\n--\n\nCopy 'a', 'z' or 'da' of a layer."},
    {"write", write, METH_VARARGS,
     "write($self, what, layer, array, /)\n--\n\nReplace 'z' or 'da' of a layer."},
    {"write_values", write_values, METH_O,
     "write_values($self, values, /)\n--\n\nTake the loss of each row from the caller."},
    {"objective", objective, METH_NOARGS, "objective($self, /)\n--\n\nThe objective of the batch."},
    {"find_gradients", find_gradients, METH_NOARGS,
     "find_gradients($self, /)\n--\n\nFind dW and db of every layer, to be saved as 'gradient'."},
    {"update", update, METH_NOARGS,
     "update($self, /)\n--\n\nMove the parameters; False, and nothing is changed, if that is not finite."},
};
