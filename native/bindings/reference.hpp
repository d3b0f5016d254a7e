// An owned reference to a Python object.
#pragma once

#include "bindings/numpy.hpp"

class Reference {
   public:
    explicit Reference(PyObject *object) : object_(object) {}
    Reference(Reference &&other) noexcept : object_(other.release()) {}
    Reference(const Reference &) = delete;
    Reference &operator=(const Reference &) = delete;
    ~Reference() { Py_XDECREF(object_); }

    explicit operator bool() const { return object_ != nullptr; }
    PyObject *get() const { return object_; }
    PyObject *release() {
        PyObject *object = object_;
        object_ = nullptr;
        return object;
    }

   private:
    PyObject *object_;
};
