// threads(), set_threads(n), set_own_threads(n) and limit_default_threads(n)
#include "runtime/threads.hpp"

#include "bindings/bindings.hpp"

namespace {

PyObject *threads(PyObject *, PyObject *) { return PyLong_FromSize_t(multilayer::threads()); }

PyObject *give(PyObject *argument, Py_ssize_t least, void (*take)(size_t)) {
    const Py_ssize_t n = PyNumber_AsSsize_t(argument, PyExc_OverflowError);
    if (n == -1 && PyErr_Occurred()) return nullptr;
    if (n < least)
        return PyErr_Format(PyExc_ValueError, "the number of threads must be %zd or more; got %zd", least, n);
    take(static_cast<size_t>(n));
    Py_RETURN_NONE;
}

PyObject *set_threads(PyObject *, PyObject *argument) { return give(argument, 0, multilayer::set_threads); }

PyObject *limit_default_threads(PyObject *, PyObject *argument) {
    return give(argument, 1, multilayer::limit_default_threads);
}

PyObject *set_own_threads(PyObject *, PyObject *argument) {
    const Py_ssize_t n = PyNumber_AsSsize_t(argument, PyExc_OverflowError);
    if (n == -1 && PyErr_Occurred()) return nullptr;
    if (n < 0) return PyErr_Format(PyExc_ValueError, "the number of threads must be 0 or more; got %zd", n);
    return PyLong_FromSize_t(multilayer::set_own_threads(static_cast<size_t>(n)));
}

PyMethodDef methods[] = {
    {"threads", threads, METH_NOARGS,
     "threads()\n--\n\nHow many threads a large call uses, the caller included."},
    {"set_threads", set_threads, METH_O,
     "set_threads(n)\n--\n\nUse n threads; 0 returns to as many as the process has processors."},
    {"set_own_threads", set_own_threads, METH_O,
     "set_own_threads(n)\n--\n\nUse n threads for calls of the calling thread; 0 returns to what is set for all. "
     "Return what was set before."},
    {"limit_default_threads", limit_default_threads, METH_O,
     "limit_default_threads(n)\n--\n\nUse no more than n threads unless set_threads says otherwise."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_threads(PyObject *module) { return PyModule_AddFunctions(module, methods); }
