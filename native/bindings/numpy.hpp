// Python's and NumPy's C API, set up alike in every binding. Python.h is included nowhere outside this
// folder.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>
// Needs Python.h before it.
#include <structmember.h>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL multilayer_array_api
#define PY_UFUNC_UNIQUE_SYMBOL multilayer_ufunc_api
#ifndef MULTILAYER_IMPORTS_NUMPY  // module.cpp alone imports the two API tables
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#endif
#include <numpy/arrayobject.h>
#include <numpy/ufuncobject.h>

// NumPy's number of the type T.
template <class T> constexpr int type_number = sizeof(T) == sizeof(float) ? NPY_FLOAT32 : NPY_FLOAT64;

inline PyArrayObject *as_array(PyObject *object) { return reinterpret_cast<PyArrayObject *>(object); }
