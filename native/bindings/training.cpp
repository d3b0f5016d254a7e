// The type Trainer: parameters in packed form, and steps of training on them.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "bindings/bindings.hpp"
#include "bindings/trainer.hpp"

namespace {

using multilayer::PackedParameters;
using multilayer::Trainer;

void destroy(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    const TrainerObject *trainer = reinterpret_cast<TrainerObject *>(self);
    delete trainer->f32;
    delete trainer->f64;
    type->tp_free(self);
    Py_DECREF(type);
}

const char *const kinds[] = {"weights", "slot1", "slot2", "gradient"};

// What a trainer keeps under a name: its number, or -1 with an exception.
template <class T> int kind_of(Trainer<T> &trainer, const char *name) {
    using ParameterArray = typename PackedParameters<T>::ParameterArray;
    for (int kind = 0; kind < 4; ++kind) {
        const bool is_whole = kind != PackedParameters<T>::gradient || trainer.settings().keeps_gradient();
        if (std::strcmp(kinds[kind], name) == 0 && is_whole &&
            trainer.parameters().has(static_cast<ParameterArray>(kind)))
            return kind;
    }
    PyErr_Format(PyExc_ValueError, "this trainer keeps no '%s'", name);
    return -1;
}

// f(layer, W, b) for arrays W1, b1, W2, b2, ... once all of them are known to fit.
template <class T, class F> PyObject *each_layer(const Trainer<T> &trainer, PyObject *arrays, F f) {
    const auto data = [&](size_t i) {
        return static_cast<T *>(PyArray_DATA(as_array(PyTuple_GET_ITEM(arrays, static_cast<Py_ssize_t>(i)))));
    };
    bool fit =
        PyTuple_Check(arrays) && static_cast<size_t>(PyTuple_GET_SIZE(arrays)) == 2 * trainer.n_layers();
    for (size_t i = 0; i < trainer.n_layers() && fit; ++i) {
        const npy_intp inputs = static_cast<npy_intp>(trainer.layer(i).inputs);
        const npy_intp units = static_cast<npy_intp>(trainer.layer(i).units);
        fit = is_plain_array<T>(PyTuple_GET_ITEM(arrays, static_cast<Py_ssize_t>(2 * i)), inputs, units) &&
              is_plain_array<T>(PyTuple_GET_ITEM(arrays, static_cast<Py_ssize_t>(2 * i + 1)), units, 0);
    }
    if (!fit) {
        PyErr_SetString(PyExc_ValueError, "the arrays are not those that this trainer keeps");
        return nullptr;
    }
    for (size_t i = 0; i < trainer.n_layers(); ++i) f(i, data(2 * i), data(2 * i + 1));
    Py_RETURN_NONE;
}

template <class T> PyObject *load_into(Trainer<T> &trainer, const char *name, PyObject *arrays) {
    const int kind = kind_of(trainer, name);
    if (kind < 0) return nullptr;
    return each_layer(trainer, arrays, [&](size_t i, const T *W, const T *b) {
        trainer.parameters().load(i, static_cast<typename PackedParameters<T>::ParameterArray>(kind), W, b);
    });
}

template <class T> PyObject *save_from(Trainer<T> &trainer, const char *name, PyObject *arrays) {
    const int kind = kind_of(trainer, name);
    if (kind < 0) return nullptr;
    return each_layer(trainer, arrays, [&](size_t i, T *W, T *b) {
        trainer.parameters().save(i, static_cast<typename PackedParameters<T>::ParameterArray>(kind), W, b);
    });
}

PyObject *load(PyObject *self, PyObject *arguments) {
    const char *name;
    PyObject *arrays;
    if (!PyArg_ParseTuple(arguments, "sO", &name, &arrays)) return nullptr;
    return with_trainer(self, [&](auto &trainer) { return load_into(trainer, name, arrays); });
}

PyObject *save(PyObject *self, PyObject *arguments) {
    const char *name;
    PyObject *arrays;
    if (!PyArg_ParseTuple(arguments, "sO", &name, &arrays)) return nullptr;
    return with_trainer(self, [&](auto &trainer) { return save_from(trainer, name, arrays); });
}

// f(U, scale, slots) for the arrays of a scale of the inputs, once all of them are known to fit.
template <class T, class F> PyObject *with_scale(const Trainer<T> &trainer, PyObject *arrays, F f) {
    const size_t n_slots = trainer.settings().n_slots();
    const npy_intp inputs = static_cast<npy_intp>(trainer.layer(0).inputs);
    const npy_intp units = static_cast<npy_intp>(trainer.layer(0).units);
    T *data[4] = {};
    bool fit = PyTuple_Check(arrays) && trainer.settings().scales_inputs() &&
               static_cast<size_t>(PyTuple_GET_SIZE(arrays)) == 2 + n_slots;
    for (size_t i = 0; i < 2 + n_slots && fit; ++i) {
        PyObject *array = PyTuple_GET_ITEM(arrays, static_cast<Py_ssize_t>(i));
        fit = is_plain_array<T>(array, inputs, i == 0 ? units : 0);
        if (fit) data[i] = static_cast<T *>(PyArray_DATA(as_array(array)));
    }
    if (!fit) {
        PyErr_SetString(PyExc_ValueError, "the arrays are not those of a scale that this trainer keeps");
        return nullptr;
    }
    f(data[0], data[1], data + 2);
    Py_RETURN_NONE;
}

PyObject *load_scale(PyObject *self, PyObject *arrays) {
    return with_trainer(self, [&](auto &trainer) {
        return with_scale(trainer, arrays, [&](auto *U, auto *s, auto **slots) {
            trainer.parameters().load_scale(U, s, slots);
        });
    });
}

PyObject *save_scale(PyObject *self, PyObject *arrays) {
    return with_trainer(self, [&](auto &trainer) {
        return with_scale(trainer, arrays, [&](auto *U, auto *s, auto **slots) {
            trainer.parameters().save_scale(U, s, slots);
        });
    });
}

PyObject *begin(PyObject *self, PyObject *steps) {
    const unsigned long long n = PyLong_AsUnsignedLongLong(steps);
    if ((n == static_cast<unsigned long long>(-1) && PyErr_Occurred()) || !is_usable(self)) return nullptr;
    with_trainer(self, [&](auto &trainer) { trainer.begin(n); });
    Py_RETURN_NONE;
}

PyObject *steps_made(PyObject *self, void *) {
    return PyLong_FromUnsignedLongLong(
        with_trainer(self, [](auto &trainer) { return trainer.steps_made(); }));
}

PyObject *scales_inputs(PyObject *self, void *) {
    return PyBool_FromLong(
        with_trainer(self, [](auto &trainer) { return trainer.settings().scales_inputs(); }));
}

PyObject *nbytes(PyObject *self, void *) {
    return PyLong_FromSize_t(with_trainer(self, [](auto &trainer) { return trainer.bytes(); }));
}

PyObject *close(PyObject *self, PyObject *) {
    with_trainer(self, [](auto &trainer) { trainer.close(); });
    Py_RETURN_NONE;
}

PyObject *release(PyObject *self, PyObject *name) {
    const char *what = PyUnicode_AsUTF8(name);
    if (what == nullptr) return nullptr;
    const bool done = with_trainer(self, [&](auto &trainer) {
        using ParameterArray =
            typename std::remove_reference_t<decltype(trainer.parameters())>::ParameterArray;
        const int kind = kind_of(trainer, what);
        if (kind >= 0) trainer.close(), trainer.parameters().release(static_cast<ParameterArray>(kind));
        return kind >= 0;
    });
    if (!done) return nullptr;
    Py_RETURN_NONE;
}

constexpr size_t n_own_methods = 8;
PyMethodDef methods[n_own_methods + n_stage_methods + 1] = {
    {"load", load, METH_VARARGS,
     "load($self, what, arrays, /)\n--\n\nTake W1, b1, ... as 'weights', or what goes with them as 'slot1', "
     "'slot2' or "
     "'gradient'."},
    {"save", save, METH_VARARGS,
     "save($self, what, arrays, /)\n--\n\nWrite what `load` takes into arrays of the same shapes."},
    {"load_scale", load_scale, METH_O,
     "load_scale($self, arrays, /)\n--\n\nTake U and the scale of W1 = diag(scale) U, and the slots of the "
     "scale."},
    {"save_scale", save_scale, METH_O,
     "save_scale($self, arrays, /)\n--\n\nWrite what `load_scale` takes into arrays of the same shapes."},
    {"begin", begin, METH_O,
     "begin($self, steps, /)\n--\n\nBe ready for a step; `steps` were made before what was loaded."},
    {"close", close, METH_NOARGS,
     "close($self, /)\n--\n\nMake no more steps, and keep only what `save` can give."},
    {"release", release, METH_O, "release($self, what, /)\n--\n\nKeep that no longer either."},
    {"run", run_trainer, METH_VARARGS,
     "run($self, samples, rates, interrupted, /)\n--\n\n"
     "Make a step per batch of samples (x, y, weights, order, batch_rows, keys), each with its three rates: "
     "of "
     "learning, and factors of dropout and weight decay, one behind the other; return how many, the "
     "objective of "
     "each,\nand whether the one after them was not refused because it is not finite."},
};

PyGetSetDef attributes[] = {
    {"steps", steps_made, nullptr, "How many updates were made.", nullptr},
    {"scales_inputs", scales_inputs, nullptr, "Whether there is a trained scale of the inputs.", nullptr},
    {"nbytes", nbytes, nullptr, "Bytes of all arrays that are kept.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

const char documentation[] =
    "Trainer(*, dtype, layers, settings)\n--\n\n"
    "Steps of training for layers (inputs, units, forward, backward, dropout, weight_rate, bias_rate, "
    "stretch), "
    "forward and backward being kernels: a name and parameters.";

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char *>(documentation)},
    {Py_tp_new, reinterpret_cast<void *>(make_trainer)},
    {Py_tp_dealloc, reinterpret_cast<void *>(destroy)},
    {Py_tp_methods, methods},
    {Py_tp_getset, attributes},
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
    std::copy_n(stage_methods, n_stage_methods, methods + n_own_methods);
    Reference type(PyType_FromSpec(&specification));
    return type ? PyModule_AddObjectRef(module, "Trainer", type.get()) : -1;
}
