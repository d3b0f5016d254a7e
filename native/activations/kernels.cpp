#include "activations/kernels.hpp"

#include "runtime/levels.hpp"
#include "runtime/levels_built.hpp"

namespace multilayer {

#define MULTILAYER_DECLARE(level) extern const ActivationKernels activation_kernels_##level;
MULTILAYER_FOR_EACH_LEVEL(MULTILAYER_DECLARE)
#undef MULTILAYER_DECLARE

const ActivationKernels *activation_kernels() {
#define MULTILAYER_ADDRESS(level) &activation_kernels_##level,
    static const ActivationKernels *const tables[] = {MULTILAYER_FOR_EACH_LEVEL(MULTILAYER_ADDRESS) nullptr};
#undef MULTILAYER_ADDRESS
    return chosen_level() == no_level ? nullptr : tables[chosen_level()];
}

}  // namespace multilayer
