// What each file of this folder adds to the module. All return 0, or -1 with a Python exception set.
#pragma once

#include "bindings/numpy.hpp"

// levels() and use(level)
int add_levels(PyObject *module);
// The type Function: a ufunc with its parameters.
int add_function_type(PyObject *module);
// One ufunc per activation kernel of the level in use, and one per derivative.
int add_ufuncs(PyObject *module);
// The same for the kernels along an axis.
int add_axis_ufuncs(PyObject *module);
// encode_scaled and encode_binned: numbers of a table as inputs.
int add_encoding(PyObject *module);
// The type Network: the fused forward pass.
int add_network(PyObject *module);
// threads(), set_threads(n) and set_own_threads(n)
int add_threads(PyObject *module);
// The type Trainer: steps of training.
int add_training(PyObject *module);
