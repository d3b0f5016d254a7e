// The table of activation kernels of one instruction-set level; compiled once per level.
#include "activations/along_axis.hpp"
#include "activations/float32/exponentials.hpp"
#include "activations/float32/gelu.hpp"
#include "activations/float32/mish.hpp"
#include "activations/float32/piecewise.hpp"
#include "activations/float32/sigmoids.hpp"
#include "activations/float32/tanh.hpp"
#include "activations/kernels.hpp"
#include "activations/rectifiers.hpp"
#include "runtime/levels.hpp"

namespace multilayer {
namespace {

template <class... Activations> struct Table {
    static constexpr ElementwiseKernel kernels[] = {elementwise_kernel<Activations>()...};
    static constexpr size_t n = sizeof...(Activations);
};
using Elementwise =
    Table<Identity, BinaryStep, Sigmoid, Tanh, Relu, LeakyRelu, Prelu, Relu6, ThresholdedRelu, Elu, Celu, Selu,
          Gelu, GeluTanh, Silu, HardSigmoid, HardSwish, HardTanh, Softplus, Softsign, Mish, LogSigmoid,
          SoftShrink, HardShrink, TanhShrink, Squareplus, ExponentialFunction, Gaussian>;

}  // namespace

extern const ActivationKernels MULTILAYER_AT_LEVEL(activation_kernels);
const ActivationKernels MULTILAYER_AT_LEVEL(activation_kernels) = {
    MULTILAYER_STRING(MULTILAYER_LEVEL),          Elementwise::kernels, Elementwise::n, axis_kernels,
    sizeof axis_kernels / sizeof axis_kernels[0],
};

}  // namespace multilayer
