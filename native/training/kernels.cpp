#include "training/kernels.hpp"

#include "runtime/levels.hpp"
#include "runtime/levels_built.hpp"

namespace multilayer {

#define MULTILAYER_DECLARE(level) extern const TrainingTable training_kernels_##level;
MULTILAYER_FOR_EACH_LEVEL(MULTILAYER_DECLARE)
#undef MULTILAYER_DECLARE

const TrainingTable *training_kernels() {
#define MULTILAYER_ADDRESS(level) &training_kernels_##level,
    static const TrainingTable *const tables[] = {MULTILAYER_FOR_EACH_LEVEL(MULTILAYER_ADDRESS) nullptr};
#undef MULTILAYER_ADDRESS
    return chosen_level() == no_level ? nullptr : tables[chosen_level()];
}

}  // namespace multilayer
