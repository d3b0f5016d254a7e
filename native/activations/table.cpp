// The table of activation kernels of one instruction-set level; compiled once per level.
#include "activations/kernels.hpp"
#include "kernels/levels.hpp"
#include "kernels/vectors.hpp"

namespace multilayer {
namespace {

template <class T> void identity(const T *x, T *y, size_t n, const double *) {
    size_t i = 0;
    for (; i + lanes<T> <= n; i += lanes<T>) store<T>(y + i, load<T>(x + i));
    if (i < n) store_first<T>(y + i, load_first<T>(x + i, n - i), n - i);
}
template <class T> void one(const T *, T *y, size_t n, const double *) {
    for (size_t i = 0; i < n; ++i) y[i] = 1;
}

const ElementwiseKernel elementwise[] = {
    {"identity", 0, identity<float>, identity<double>, one<float>, one<double>},
};

}  // namespace

extern const ActivationKernels MULTILAYER_AT_LEVEL(activation_kernels);
const ActivationKernels MULTILAYER_AT_LEVEL(activation_kernels) = {
    MULTILAYER_STRING(MULTILAYER_LEVEL), elementwise, sizeof elementwise / sizeof elementwise[0], nullptr, 0,
};

}  // namespace multilayer
