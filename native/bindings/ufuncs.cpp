// The activation kernels as NumPy ufuncs.
#include "activations/kernels.hpp"
#include "bindings/bindings.hpp"

int add_ufuncs(PyObject *) { return 0; }
