// threads() and set_threads(n)
#include "kernels/threads.hpp"

#include "bindings/bindings.hpp"

namespace {

PyObject *threads(PyObject *, PyObject *) { return PyLong_FromSize_t(multilayer::threads()); }

PyObject *set_threads(PyObject *, PyObject *argument) {
    const Py_ssize_t n = PyNumber_AsSsize_t(argument, PyExc_OverflowError);
    if (n == -1 && PyErr_Occurred()) return nullptr;
    if (n < 0) return PyErr_Format(PyExc_ValueError, "the number of threads must be 0 or more; got %zd", n);
    multilayer::set_threads(static_cast<size_t>(n));
    Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"threads", threads, METH_NOARGS,
     "threads()\n--\n\nHow many threads a large call uses, the caller included."},
    {"set_threads", set_threads, METH_O,
     "set_threads(n)\n--\n\nUse n threads; 0 returns to as many as the process has processors."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_threads(PyObject *module) { return PyModule_AddFunctions(module, methods); }
