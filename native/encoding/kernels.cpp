#include "encoding/kernels.hpp"

#include "runtime/levels.hpp"
#include "runtime/levels_built.hpp"

namespace multilayer {

#define MULTILAYER_DECLARE(level) extern const EncodingKernels encoding_kernels_##level;
MULTILAYER_FOR_EACH_LEVEL(MULTILAYER_DECLARE)
#undef MULTILAYER_DECLARE

const EncodingKernels *encoding_kernels() {
#define MULTILAYER_ADDRESS(level) &encoding_kernels_##level,
    static const EncodingKernels *const tables[] = {MULTILAYER_FOR_EACH_LEVEL(MULTILAYER_ADDRESS) nullptr};
#undef MULTILAYER_ADDRESS
    return chosen_level() == no_level ? nullptr : tables[chosen_level()];
}

}  // namespace multilayer
