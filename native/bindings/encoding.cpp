// encode_scaled(x, center, scale, out) and encode_binned(x, middle, edges, out)
#include "encoding/kernels.hpp"

#include "bindings/bindings.hpp"

namespace {

bool has_numbers(PyArrayObject *array, int dimensions) {
    return PyArray_TYPE(array) == NPY_FLOAT64 && PyArray_NDIM(array) == dimensions && PyArray_ISCARRAY_RO(array);
}

// Whether rows of `columns` float32 numbers can be written for each of x.
bool fits(PyArrayObject *x, PyArrayObject *out, Py_ssize_t columns) {
    return has_numbers(x, 1) && PyArray_TYPE(out) == NPY_FLOAT32 && PyArray_NDIM(out) == 2 &&
           PyArray_ISBEHAVED(out) && PyArray_DIM(out, 0) == PyArray_DIM(x, 0) && PyArray_DIM(out, 1) == columns &&
           (columns <= 1 || PyArray_STRIDE(out, 1) == sizeof(float)) && PyArray_STRIDE(out, 0) % 4 == 0;
}

PyObject *refused() {
    PyErr_SetString(PyExc_ValueError,
                    "expected contiguous float64 numbers and a float32 array with a row of inputs for each");
    return nullptr;
}

template <class T> T *data(PyArrayObject *array) { return static_cast<T *>(PyArray_DATA(array)); }
size_t rows_of(PyArrayObject *x) { return static_cast<size_t>(PyArray_DIM(x, 0)); }
ptrdiff_t stride_of(PyArrayObject *out) {
    return PyArray_STRIDE(out, 0) / static_cast<ptrdiff_t>(sizeof(float));
}

PyObject *encode_scaled(PyObject *, PyObject *arguments) {
    PyArrayObject *x, *out;
    double center, scale;
    if (!PyArg_ParseTuple(arguments, "O!ddO!", &PyArray_Type, &x, &center, &scale, &PyArray_Type, &out))
        return nullptr;
    if (multilayer::encoding_kernels() == nullptr || !fits(x, out, 1)) return refused();
    Py_BEGIN_ALLOW_THREADS;
    multilayer::encoding_kernels()->scaled(data<double>(x), rows_of(x), center, scale, data<float>(out),
                                           stride_of(out));
    Py_END_ALLOW_THREADS;
    Py_RETURN_NONE;
}

PyObject *encode_binned(PyObject *, PyObject *arguments) {
    PyArrayObject *x, *edges, *out;
    double middle;
    if (!PyArg_ParseTuple(arguments, "O!dO!O!", &PyArray_Type, &x, &middle, &PyArray_Type, &edges, &PyArray_Type,
                          &out))
        return nullptr;
    if (multilayer::encoding_kernels() == nullptr || !has_numbers(edges, 1) || PyArray_DIM(edges, 0) < 2 ||
        !fits(x, out, PyArray_DIM(edges, 0) - 1))
        return refused();
    Py_BEGIN_ALLOW_THREADS;
    multilayer::encoding_kernels()->binned(data<double>(x), rows_of(x), middle, data<double>(edges),
                                           rows_of(edges) - 1, data<float>(out), stride_of(out));
    Py_END_ALLOW_THREADS;
    Py_RETURN_NONE;
}

PyMethodDef encoding_methods[] = {
    {"encode_scaled", encode_scaled, METH_VARARGS,
     "encode_scaled(x, center, scale, out)\n--\n\nWrite numbers into a column, scaled and smoothly clipped."},
    {"encode_binned", encode_binned, METH_VARARGS,
     "encode_binned(x, middle, edges, out)\n--\n\nWrite the shares of the bins that numbers fill, a row for each."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_encoding(PyObject *module) { return PyModule_AddFunctions(module, encoding_methods); }
