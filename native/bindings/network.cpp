// The type Network: layers with packed weights, called with samples.
#include "matmul/network.hpp"

#include <cstring>
#include <new>
#include <utility>

#include "bindings/bindings.hpp"
#include "bindings/lookup.hpp"
#include "bindings/reference.hpp"

namespace {

using multilayer::Matrix;

struct NetworkObject {
    PyObject_HEAD vectorcallfunc call;
    multilayer::Network<float> *f32;  // one of the two is null
    multilayer::Network<double> *f64;
};

// Rounds as NumPy's cast does, but an overflow to infinity is not worth a warning.
template <class From, class T> PyObject *narrowed(PyArrayObject *wide) {
    // The type is named: without one NumPy keeps the order of the bytes, whatever the flags say.
    Reference behaved(
        PyArray_FromArray(wide, PyArray_DescrFromType(PyArray_TYPE(wide)), NPY_ARRAY_CARRAY_RO));
    if (!behaved) return nullptr;
    PyObject *result = PyArray_SimpleNew(PyArray_NDIM(wide), PyArray_DIMS(wide), type_number<T>);
    if (result == nullptr) return nullptr;
    const From *from = static_cast<const From *>(PyArray_DATA(as_array(behaved.get())));
    T *to = static_cast<T *>(PyArray_DATA(as_array(result)));
    const npy_intp n = PyArray_SIZE(as_array(result));
    for (npy_intp i = 0; i < n; ++i) to[i] = static_cast<T>(from[i]);
    return result;
}

// x as an array of T that can be read number by number, or null with an exception. A new reference.
template <class T> PyObject *samples_of(PyObject *x) {
    // Other array-likes may have names or a mask, which the caller handles.
    if (!PyArray_CheckExact(x)) {
        PyErr_Format(PyExc_TypeError, "x is a %s; expected a plain array", Py_TYPE(x)->tp_name);
        return nullptr;
    }
    PyArrayObject *array = as_array(x);
    const int type = PyArray_TYPE(array);
    if (!PyTypeNum_ISBOOL(type) && !PyTypeNum_ISINTEGER(type) && !PyTypeNum_ISFLOAT(type)) {
        PyErr_Format(PyExc_TypeError, "x holds %S values; expected real numbers",
                     reinterpret_cast<PyObject *>(PyArray_DESCR(array)));
        return nullptr;
    }
    if (type == NPY_LONGDOUBLE) return narrowed<long double, T>(array);
    if (type == NPY_FLOAT64 && sizeof(T) < sizeof(double)) return narrowed<double, T>(array);
    bool whole_strides = true;
    for (int axis = 0; axis < PyArray_NDIM(array); ++axis) {
        whole_strides = whole_strides && PyArray_STRIDE(array, axis) % npy_intp(sizeof(T)) == 0;
    }
    const int wanted = NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED | NPY_ARRAY_FORCECAST |
                       (whole_strides ? 0 : NPY_ARRAY_C_CONTIGUOUS);
    return PyArray_FromArray(array, PyArray_DescrFromType(type_number<T>), wanted);
}

template <class T> bool readable_as_it_is(PyObject *x) {
    if (!PyArray_CheckExact(x)) return false;
    PyArrayObject *array = as_array(x);
    if (PyArray_TYPE(array) != type_number<T> || !PyArray_ISBEHAVED_RO(array)) return false;
    for (int axis = 0; axis < PyArray_NDIM(array); ++axis) {
        if (PyArray_STRIDE(array, axis) % npy_intp(sizeof(T)) != 0) return false;
    }
    return true;
}

template <class T> PyObject *apply(const multilayer::Network<T> &network, PyObject *x) {
    Reference held(readable_as_it_is<T>(x) ? Py_NewRef(x) : samples_of<T>(x));
    if (!held) return nullptr;
    PyArrayObject *array = as_array(held.get());
    const int ndim = PyArray_NDIM(array);
    if (ndim != 1 && ndim != 2) {
        return PyErr_Format(PyExc_ValueError,
                            "x has %d dimensions; the network takes (inputs,) or (samples, inputs)", ndim);
    }
    const npy_intp columns = PyArray_DIM(array, ndim - 1);
    if (static_cast<size_t>(columns) != network.inputs()) {
        return PyErr_Format(PyExc_ValueError, "x has %zd columns; the network takes %zu inputs",
                            static_cast<Py_ssize_t>(columns), network.inputs());
    }
    // Read once: whatever another thread does to the array's shape, these numbers belong together.
    const npy_intp rows = ndim == 2 ? PyArray_DIM(array, 0) : 1, size = sizeof(T);
    const Matrix<T> samples{static_cast<const T *>(PyArray_DATA(array)),
                            ndim == 2 ? PyArray_STRIDE(array, 0) / size : 0,
                            PyArray_STRIDE(array, ndim - 1) / size, static_cast<size_t>(rows)};
    npy_intp shape[2] = {rows, static_cast<npy_intp>(network.units())};
    Reference result(PyArray_SimpleNew(ndim, shape + (2 - ndim), type_number<T>));
    if (!result) return nullptr;
    T *y = static_cast<T *>(PyArray_DATA(as_array(result.get())));

    const bool is_large = network.is_large(samples.rows);
    PyThreadState *state = is_large ? PyEval_SaveThread() : nullptr;
    bool out_of_memory = false;
    try {
        network.forward(samples, y);
    } catch (const std::bad_alloc &) {
        out_of_memory = true;
    }
    if (is_large) PyEval_RestoreThread(state);
    return out_of_memory ? PyErr_NoMemory() : result.release();
}

PyObject *call(PyObject *self, PyObject *const *arguments, size_t flagged_count, PyObject *keywords) {
    if (PyVectorcall_NARGS(flagged_count) != 1 || (keywords != nullptr && PyTuple_GET_SIZE(keywords) != 0)) {
        PyErr_SetString(PyExc_TypeError, "a network takes one argument, x");
        return nullptr;
    }
    const NetworkObject *network = reinterpret_cast<NetworkObject *>(self);
    return network->f32 != nullptr ? apply(*network->f32, arguments[0]) : apply(*network->f64, arguments[0]);
}

// The parameters of a kernel: numbers, or arrays of a number per unit.
template <class T> bool read_parameters(PyObject *given, const multilayer::ElementwiseKernel &kernel,
                                        size_t units, multilayer::Epilogue<T> &epilogue) {
    Reference sequence(PySequence_Fast(given, "the parameters of an activation must be a sequence"));
    if (!sequence) return false;
    const Py_ssize_t n = PySequence_Fast_GET_SIZE(sequence.get());
    if (n != kernel.n_parameters) {
        PyErr_Format(PyExc_ValueError, "%s takes %d parameters; got %zd", kernel.name, kernel.n_parameters,
                     n);
        return false;
    }
    std::vector<Reference> arrays;
    bool per_unit = false;
    for (Py_ssize_t p = 0; p < n; ++p) {
        PyObject *value = PySequence_Fast_GET_ITEM(sequence.get(), p);
        arrays.emplace_back(PyArray_FROMANY(value, NPY_FLOAT64, 0, 1, NPY_ARRAY_CARRAY_RO));
        if (!arrays.back()) return false;
        PyArrayObject *array = as_array(arrays.back().get());
        if (PyArray_NDIM(array) == 0) continue;
        per_unit = true;
        if (static_cast<size_t>(PyArray_DIM(array, 0)) == units) continue;
        PyErr_Format(PyExc_ValueError, "%s: a parameter has %zd numbers for %zu units", kernel.name,
                     static_cast<Py_ssize_t>(PyArray_DIM(array, 0)), units);
        return false;
    }
    if (per_unit) epilogue.parameters_of_a_unit = static_cast<size_t>(n);
    for (size_t j = 0; j < (per_unit ? units : 1); ++j) {
        for (const Reference &reference : arrays) {
            PyArrayObject *array = as_array(reference.get());
            const double *numbers = static_cast<const double *>(PyArray_DATA(array));
            epilogue.parameters.push_back(numbers[PyArray_NDIM(array) == 0 ? 0 : j]);
        }
    }
    return true;
}

// What a layer does after a = x W + b, by the name of a kernel of the level in use; None is nothing.
template <class T>
bool read_epilogue(PyObject *name, PyObject *parameters, multilayer::LayerSource<T> &layer) {
    if (name == Py_None) return true;
    const char *wanted = PyUnicode_AsUTF8(name);
    if (wanted == nullptr) return false;
    // These two need no kernel: nothing to do, or done in the registers.
    layer.relu = std::strcmp(wanted, "relu") == 0;
    if (layer.relu || std::strcmp(wanted, "identity") == 0) return true;
    const multilayer::ActivationKernels &kernels = *multilayer::activation_kernels();
    if (const auto *kernel = found(kernels.axis, kernels.n_axis, wanted)) {
        layer.epilogue.axis = of_type<T>(kernel->value_f32, kernel->value_f64);
        return true;
    }
    const auto *kernel = required(kernels.elementwise, kernels.n_elementwise, wanted);
    if (kernel == nullptr || !read_parameters(parameters, *kernel, layer.units, layer.epilogue)) return false;
    layer.epilogue.elementwise = of_type<T>(kernel->value_f32, kernel->value_f64);
    return true;
}

// The network of a tuple of (W, b, name, parameters), or null with an exception.
template <class T> multilayer::Network<T> *pack(PyObject *layers) {
    const Py_ssize_t n = PyTuple_GET_SIZE(layers);
    std::vector<multilayer::LayerSource<T>> sources;
    std::vector<Reference> arrays;
    sources.reserve(static_cast<size_t>(n));
    for (Py_ssize_t i = 0; i < n; ++i) {
        PyObject *weights, *bias, *name, *parameters;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(layers, i), "OOOO", &weights, &bias, &name, &parameters)) {
            return nullptr;
        }
        arrays.emplace_back(PyArray_FROMANY(weights, type_number<T>, 2, 2, NPY_ARRAY_CARRAY_RO));
        if (!arrays.back()) return nullptr;
        PyArrayObject *W = as_array(arrays.back().get());
        arrays.emplace_back(PyArray_FROMANY(bias, type_number<T>, 1, 1, NPY_ARRAY_CARRAY_RO));
        if (!arrays.back()) return nullptr;
        PyArrayObject *b = as_array(arrays.back().get());
        const size_t inputs = static_cast<size_t>(PyArray_DIM(W, 0)),
                     units = static_cast<size_t>(PyArray_DIM(W, 1));
        const bool fits = inputs > 0 && units > 0 && static_cast<size_t>(PyArray_DIM(b, 0)) == units &&
                          (i == 0 || sources.back().units == inputs);
        if (!fits) {
            PyErr_Format(PyExc_ValueError, "layer %zd: the shapes of W and b do not fit", i + 1);
            return nullptr;
        }
        multilayer::LayerSource<T> source{static_cast<const T *>(PyArray_DATA(W)),
                                          static_cast<const T *>(PyArray_DATA(b)),
                                          inputs,
                                          units,
                                          false,
                                          {}};
        if (!read_epilogue(name, parameters, source)) return nullptr;
        sources.push_back(std::move(source));
    }
    return new multilayer::Network<T>(sources);
}

PyObject *make(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    PyObject *sequence;
    static const char *names[] = {"", nullptr};
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O", const_cast<char **>(names), &sequence))
        return nullptr;
    Reference layers(PySequence_Tuple(sequence));
    if (!layers) return nullptr;
    if (PyTuple_GET_SIZE(layers.get()) == 0) {
        PyErr_SetString(PyExc_ValueError, "a network needs at least one layer");
        return nullptr;
    }
    if (multilayer::activation_kernels() == nullptr) {
        PyErr_SetString(PyExc_RuntimeError, "no instruction-set level is in use; call use(level) first");
        return nullptr;
    }
    PyObject *first = PyTuple_GET_ITEM(layers.get(), 0);
    PyObject *weights =
        PyTuple_Check(first) && PyTuple_GET_SIZE(first) > 0 ? PyTuple_GET_ITEM(first, 0) : nullptr;
    if (weights == nullptr || !PyArray_Check(weights)) {
        PyErr_SetString(PyExc_TypeError, "a layer is a tuple (W, b, name or None, parameters), W an array");
        return nullptr;
    }
    Reference self(type->tp_alloc(type, 0));
    if (!self) return nullptr;
    NetworkObject *network = reinterpret_cast<NetworkObject *>(self.get());
    network->call = call;
    try {
        if (PyArray_TYPE(as_array(weights)) == NPY_FLOAT32)
            network->f32 = pack<float>(layers.get());
        else
            network->f64 = pack<double>(layers.get());
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    }
    return network->f32 != nullptr || network->f64 != nullptr ? self.release() : nullptr;
}

void destroy(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    const NetworkObject *network = reinterpret_cast<NetworkObject *>(self);
    delete network->f32;
    delete network->f64;
    type->tp_free(self);
    Py_DECREF(type);
}

PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(NetworkObject, call), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

const char documentation[] =
    "Network(layers, /)\n--\n\n"
    "Layers (W, b, name of an activation kernel or None, its parameters) with their weights packed.\n\n"
    "Called with x of shape (inputs,) or (samples, inputs), returns the last layer's output.";

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char *>(documentation)},
    {Py_tp_new, reinterpret_cast<void *>(make)},
    {Py_tp_dealloc, reinterpret_cast<void *>(destroy)},
    {Py_tp_call, reinterpret_cast<void *>(PyVectorcall_Call)},
    {Py_tp_members, members},
    {0, nullptr},
};

PyType_Spec specification = {
    "multilayer.backend._core.Network",
    sizeof(NetworkObject),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_IMMUTABLETYPE,
    slots,
};

}  // namespace

int add_network(PyObject *module) {
    Reference type(PyType_FromSpec(&specification));
    return type ? PyModule_AddObjectRef(module, "Network", type.get()) : -1;
}
