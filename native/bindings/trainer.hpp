// What the files that bind Trainer share.
#pragma once

#include "bindings/numpy.hpp"
#include "bindings/reference.hpp"
#include "training/training.hpp"

// How far the step is that was opened for its stages. What a later stage reads is there only after an earlier
// one.
enum class Stage { none, gathered, forward, lost, backward, gradients };

struct TrainerObject {
    PyObject_HEAD multilayer::Trainer<float> *f32;  // one of the two is null
    multilayer::Trainer<double> *f64;
    Stage stage;
    bool has_targets;
    size_t layer;  // where forward, or backward, is to go on
};

inline TrainerObject &object_of(PyObject *self) { return *reinterpret_cast<TrainerObject *>(self); }

// f(trainer) of the one that there is.
template <class F> auto with_trainer(PyObject *self, F f) {
    const TrainerObject *trainer = reinterpret_cast<TrainerObject *>(self);
    return trainer->f32 != nullptr ? f(*trainer->f32) : f(*trainer->f64);
}

// Whether steps can be made; false with an exception after the last one.
inline bool is_usable(PyObject *self) {
    const bool closed = with_trainer(self, [](auto &trainer) { return trainer.is_closed(); });
    if (closed) PyErr_SetString(PyExc_ValueError, "this trainer has been closed");
    return !closed;
}

// Whether an array of T in one piece has this shape; `second` is 0 for an array of one axis.
template <class T> bool is_plain_array(PyObject *object, npy_intp first, npy_intp second) {
    if (!PyArray_Check(object)) return false;
    PyArrayObject *array = as_array(object);
    return PyArray_TYPE(array) == type_number<T> && PyArray_NDIM(array) == (second == 0 ? 1 : 2) &&
           PyArray_ISCARRAY_RO(array) && PyArray_DIM(array, 0) == first &&
           (second == 0 || PyArray_DIM(array, 1) == second);
}

// Trainer(*, dtype, ...): tp_new.
PyObject *make_trainer(PyTypeObject *type, PyObject *arguments, PyObject *keywords);
// Trainer.run and Trainer.open: steps on samples.
PyObject *run_trainer(PyObject *self, PyObject *arguments);
PyObject *open_step(PyObject *self, PyObject *arguments);
// forward, lose, backward, read, write, ...: the stages of a step that is open.
extern PyMethodDef stage_methods[];
constexpr size_t n_stage_methods = 10;
