// threads(), set_threads(n) and set_own_threads(n)
#include "runtime/threads.hpp"

#include "bindings/bindings.hpp"

namespace {

PyObject *threads(PyObject *, PyObject *) { return PyLong_FromSize_t(multilayer::threads()); }

// The number of threads in an argument; -1 with an exception where it is none.
Py_ssize_t number_of(PyObject *argument) {
    const Py_ssize_t n = PyNumber_AsSsize_t(argument, PyExc_OverflowError);
    if (n >= 0 || PyErr_Occurred()) return n;
    PyErr_Format(PyExc_ValueError, "the number of threads must be 0 or more; got %zd", n);
    return -1;
}

PyObject *set_threads(PyObject *, PyObject *argument) {
    const Py_ssize_t n = number_of(argument);
    if (n < 0) return nullptr;
    multilayer::set_threads(static_cast<size_t>(n));
    Py_RETURN_NONE;
}

PyObject *set_own_threads(PyObject *, PyObject *argument) {
    const Py_ssize_t n = number_of(argument);
    return n < 0 ? nullptr : PyLong_FromSize_t(multilayer::set_own_threads(static_cast<size_t>(n)));
}

PyMethodDef thread_methods[] = {
    {"threads", threads, METH_NOARGS,
     "threads()\n--\n\nHow many threads a large call uses, the caller included."},
    {"set_threads", set_threads, METH_O,
     "set_threads(n)\n--\n\nUse n threads; 0 returns to as many as the process has processors."},
    {"set_own_threads", set_own_threads, METH_O,
     "set_own_threads(n)\n--\n\nUse n threads for calls of the calling thread; 0 returns to what is set for all. "
     "Return what was set before."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_threads(PyObject *module) { return PyModule_AddFunctions(module, thread_methods); }
