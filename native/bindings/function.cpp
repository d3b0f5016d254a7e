// The type Function: a ufunc of this module with its parameters, so that h(x, out=y) of an activation costs
// little more than its numbers.
//
// NumPy looks for overrides, loops, casts, shapes and strides at every call, which takes longer than a
// thousand numbers do. Two plain arrays of one layout are recognized here and given to the ufunc's own loop;
// whatever else a ufunc takes goes to the ufunc.
#include <new>
#include <vector>

#include "bindings/bindings.hpp"
#include "bindings/loops.hpp"
#include "bindings/reference.hpp"

namespace {

// Fewer numbers than this are computed before another thread could take over; NumPy's own limit.
constexpr npy_intp worth_the_lock = 500;

struct Loop {
    PyUFuncGenericFunction function;
    void *data;
};

struct FunctionObject {
    PyObject_HEAD vectorcallfunc call;
    PyObject *ufunc, *parameters;  // parameters: a tuple of arrays
    char *numbers[most_operands];  // where those of numbers lie
    Loop f32, f64;
    bool shared;  // each parameter is one number
};

// The ufunc's loop for x and results of this type.
Loop loop_of(const PyUFuncObject &ufunc, char type) {
    for (int i = 0; i < ufunc.ntypes; ++i) {
        const char *types = ufunc.types + i * ufunc.nargs;
        if (types[0] == type && types[ufunc.nin] == type) return {ufunc.functions[i], ufunc.data[i]};
    }
    return {nullptr, nullptr};
}

// Whether the numbers of x lie without gaps, as the processor reads them.
bool is_plain(PyArrayObject *x) {
    return PyArray_CheckExact(x) && PyArray_ISBEHAVED_RO(x) &&
           (PyArray_FLAGS(x) & (NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_F_CONTIGUOUS)) != 0;
}

// Whether the results for x can be written to y in the order in which the numbers of x lie.
bool takes_results(PyArrayObject *y, PyArrayObject *x) {
    if (!is_plain(y) || !PyArray_ISWRITEABLE(y)) return false;
    constexpr int orders = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_F_CONTIGUOUS;
    if ((PyArray_FLAGS(x) & PyArray_FLAGS(y) & orders) == 0) return false;
    if (PyArray_TYPE(x) != PyArray_TYPE(y) || !PyArray_SAMESHAPE(x, y)) return false;
    const char *from = PyArray_BYTES(x), *to = PyArray_BYTES(y);
    const npy_intp bytes = PyArray_NBYTES(x);
    return from == to || from + bytes <= to || to + bytes <= from;
}

void run(const FunctionObject &function, const Loop &loop, PyArrayObject *x, PyArrayObject *y) {
    const npy_intp n = PyArray_SIZE(x), n_parameters = PyTuple_GET_SIZE(function.parameters);
    char *operands[most_operands] = {PyArray_BYTES(x)};
    npy_intp strides[most_operands] = {PyArray_ITEMSIZE(x)};
    for (npy_intp i = 0; i < n_parameters; ++i) operands[1 + i] = function.numbers[i];
    operands[1 + n_parameters] = PyArray_BYTES(y);
    strides[1 + n_parameters] = PyArray_ITEMSIZE(y);
    PyThreadState *state = n > worth_the_lock ? PyEval_SaveThread() : nullptr;
    loop.function(operands, &n, strides, loop.data);
    if (state != nullptr) PyEval_RestoreThread(state);
}

// Where the results for x go, a new reference: y, or a new array where that is None; null, without an
// exception, where the ufunc decides what to do.
PyObject *results_for(PyArrayObject *x, PyObject *y) {
    if (y != Py_None) return PyArray_Check(y) && takes_results(as_array(y), x) ? Py_NewRef(y) : nullptr;
    if (PyArray_NDIM(x) == 0) return nullptr;  // the result is a scalar
    PyObject *array = PyArray_NewLikeArray(x, NPY_KEEPORDER, nullptr, 0);
    if (array == nullptr) PyErr_Clear();  // no memory: NumPy's message has the size
    return array;
}

// h(x, out=y) for two such arrays; null, without an exception, for anything else.
PyObject *directly(const FunctionObject &function, PyObject *x_object, PyObject *y_object) {
    if (!function.shared || !PyArray_Check(x_object)) return nullptr;
    PyArrayObject *x = as_array(x_object);
    const int type = PyArray_TYPE(x);
    if ((type != NPY_FLOAT && type != NPY_DOUBLE) || !is_plain(x)) return nullptr;
    Reference y(results_for(x, y_object));
    if (y) run(function, type == NPY_FLOAT ? function.f32 : function.f64, x, as_array(y.get()));
    return y.release();
}

// The ufunc, with the parameters behind x and all else behind them.
PyObject *by_ufunc(const FunctionObject &function, PyObject *const *arguments, PyObject *keywords) {
    const Py_ssize_t n_parameters = PyTuple_GET_SIZE(function.parameters),
                     n_keywords = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
    std::vector<PyObject *> all;
    try {
        all.reserve(static_cast<size_t>(1 + n_parameters + n_keywords));
    } catch (const std::bad_alloc &) {
        return PyErr_NoMemory();
    }
    all.push_back(arguments[0]);
    for (Py_ssize_t i = 0; i < n_parameters; ++i) all.push_back(PyTuple_GET_ITEM(function.parameters, i));
    all.insert(all.end(), arguments + 1, arguments + 1 + n_keywords);
    return PyObject_Vectorcall(function.ufunc, all.data(), static_cast<size_t>(1 + n_parameters), keywords);
}

bool are_only_out(PyObject *keywords) {
    return keywords != nullptr && PyTuple_GET_SIZE(keywords) == 1 &&
           PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keywords, 0), "out") == 0;
}

PyObject *call(PyObject *self, PyObject *const *arguments, size_t flagged_count, PyObject *keywords) {
    const FunctionObject &function = *reinterpret_cast<const FunctionObject *>(self);
    const Py_ssize_t n = PyVectorcall_NARGS(flagged_count);
    if (n != 1) {
        PyErr_Format(PyExc_TypeError, "expected one array, and out= among keywords; got %zd arrays", n);
        return nullptr;
    }
    if (are_only_out(keywords)) {
        PyObject *y = directly(function, arguments[0], arguments[1]);
        if (y != nullptr) return y;
    }
    return by_ufunc(function, arguments, keywords);
}

PyObject *make(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
    static const char *names[] = {"", "", nullptr};
    PyObject *ufunc, *parameters;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O!O!", const_cast<char **>(names), &PyUFunc_Type,
                                     &ufunc, &PyTuple_Type, &parameters))
        return nullptr;
    const PyUFuncObject &u = *reinterpret_cast<const PyUFuncObject *>(ufunc);
    const Py_ssize_t n = PyTuple_GET_SIZE(parameters);
    if (u.nin != 1 + n || u.nargs > most_operands || u.nout != 1) {
        return PyErr_Format(PyExc_ValueError, "%s() takes %d parameters, got %zd", u.name, u.nin - 1, n);
    }
    Reference self(type->tp_alloc(type, 0));
    if (!self) return nullptr;
    FunctionObject &function = *reinterpret_cast<FunctionObject *>(self.get());
    function.call = call;
    function.ufunc = Py_NewRef(ufunc);
    function.parameters = PyTuple_New(n);
    if (function.parameters == nullptr) return nullptr;
    function.f32 = loop_of(u, NPY_FLOAT);
    function.f64 = loop_of(u, NPY_DOUBLE);
    if (function.f32.function == nullptr || function.f64.function == nullptr) {
        return PyErr_Format(PyExc_ValueError, "%s() has no loop for float32 and float64", u.name);
    }
    function.shared = true;
    for (Py_ssize_t i = 0; i < n; ++i) {
        PyObject *p = PyArray_FROMANY(PyTuple_GET_ITEM(parameters, i), NPY_DOUBLE, 0, 0, NPY_ARRAY_CARRAY_RO);
        if (p == nullptr) return nullptr;
        PyTuple_SET_ITEM(function.parameters, i, p);
        function.numbers[i] = PyArray_BYTES(as_array(p));
        function.shared = function.shared && PyArray_NDIM(as_array(p)) == 0;
    }
    return self.release();
}

void destroy(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    FunctionObject *function = reinterpret_cast<FunctionObject *>(self);
    Py_XDECREF(function->ufunc);
    Py_XDECREF(function->parameters);
    type->tp_free(self);
    Py_DECREF(type);
}

PyMemberDef members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(FunctionObject, call), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

const char documentation[] =
    "Function(ufunc, parameters, /)\n--\n\n"
    "A ufunc of this module with its parameters, numbers or arrays, which it takes behind x.\n\n"
    "Called with x and the keywords of a ufunc.";

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char *>(documentation)},
    {Py_tp_new, reinterpret_cast<void *>(make)},
    {Py_tp_dealloc, reinterpret_cast<void *>(destroy)},
    {Py_tp_call, reinterpret_cast<void *>(PyVectorcall_Call)},
    {Py_tp_members, members},
    {0, nullptr},
};

PyType_Spec specification = {
    "multilayer.backend._core.Function",
    sizeof(FunctionObject),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_IMMUTABLETYPE,
    slots,
};

}  // namespace

int add_function_type(PyObject *module) {
    Reference type(PyType_FromSpec(&specification));
    return type ? PyModule_AddObjectRef(module, "Function", type.get()) : -1;
}
