// The table of activation kernels of one instruction-set level; compiled once per level.
#include "activations/apply.hpp"
#include "activations/kernels.hpp"
#include "activations/rectifiers.hpp"
#include "activations/sigmoids.hpp"
#include "kernels/levels.hpp"

namespace multilayer {
namespace {

const ElementwiseKernel elementwise[] = {
    elementwise_kernel<Identity>(),
    elementwise_kernel<Step>(),
    elementwise_kernel<Relu>(),
    elementwise_kernel<Relu6>(),
    elementwise_kernel<Sigmoid>(),
};

}  // namespace

extern const ActivationKernels MULTILAYER_AT_LEVEL(activation_kernels);
const ActivationKernels MULTILAYER_AT_LEVEL(activation_kernels) = {
    MULTILAYER_STRING(MULTILAYER_LEVEL), elementwise, sizeof elementwise / sizeof elementwise[0], nullptr, 0,
};

}  // namespace multilayer
