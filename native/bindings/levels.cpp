// levels() and use(level): Python decides which instruction-set level this process uses.
#include "runtime/levels.hpp"

#include "bindings/bindings.hpp"

namespace {

PyObject *levels(PyObject *, PyObject *) {
    PyObject *names = PyList_New(0);
    if (names == nullptr) return nullptr;
    for (size_t i = 0; i < multilayer::n_levels(); ++i) {
        if (!multilayer::level_runs_here(i)) continue;
        PyObject *name = PyUnicode_FromString(multilayer::level_name(i));
        if (name == nullptr || PyList_Append(names, name) < 0) {
            Py_XDECREF(name);
            Py_DECREF(names);
            return nullptr;
        }
        Py_DECREF(name);
    }
    return names;
}

PyObject *use(PyObject *module, PyObject *argument) {
    const char *name = PyUnicode_AsUTF8(argument);
    if (name == nullptr) return nullptr;
    if (!multilayer::choose_level(name)) {
        return PyErr_Format(PyExc_ValueError, "this machine cannot run level '%s'", name);
    }
    if (add_ufuncs(module) < 0 || add_axis_ufuncs(module) < 0) return nullptr;
    Py_RETURN_NONE;
}

PyMethodDef level_methods[] = {
    {"levels", levels, METH_NOARGS,
     "levels()\n--\n\nThe instruction-set levels that this machine runs, from the oldest to the newest."},
    {"use", use, METH_O,
     "use(level)\n--\n\nUse that level, and make its ufuncs attributes of this module; once, before all "
     "else."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_levels(PyObject *module) { return PyModule_AddFunctions(module, level_methods); }
