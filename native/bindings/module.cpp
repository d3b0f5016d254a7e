// The extension module multilayer.backend._core. Each thing bound registers itself from a file of its own.
#define MULTILAYER_IMPORTS_NUMPY
#include "bindings/bindings.hpp"

namespace {

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "multilayer.backend._core",
    "The native core; see native/.",
    -1,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

}  // namespace

PyMODINIT_FUNC PyInit__core() {
    import_array();
    import_umath();
    PyObject *module = PyModule_Create(&definition);
    if (module == nullptr) return nullptr;
    if (add_levels(module) < 0 || add_encoding(module) < 0 || add_function_type(module) < 0 ||
        add_network(module) < 0 || add_threads(module) < 0 || add_training(module) < 0) {
        Py_DECREF(module);
        return nullptr;
    }
    return module;
}
