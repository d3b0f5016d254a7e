// Whether it is quicker to share out small steps than to make them alone.
//
// That is not to be known beforehand: threads may run on processors that are far apart (a line of the cache
// takes 30 ns or 170 ns from one to the other on the same machine), or share one with other work. So both
// ways are timed now and then. What is computed does not depend on it.
#pragma once

#include <cstddef>

namespace multilayer {

class Pace {
   public:
    // Whether the next steps are shared out, and how many of them there are before that is asked again.
    bool shared() const { return tries_other_ != prefers_shared_; }
    size_t most_steps() const { return turn_ - steps_; }

    // What some of these have taken.
    void note(size_t steps, double time) {
        steps_ += steps;
        time_ += time;
        if (steps_ < turn_) return;
        const double cost = time_ / static_cast<double>(steps_);
        if (tries_other_ && cost < preferred_cost_) prefers_shared_ = !prefers_shared_;
        if (!tries_other_) preferred_cost_ = cost;
        tries_other_ = !tries_other_;
        turn_ = tries_other_ ? trial : 16 * trial;
        steps_ = 0;
        time_ = 0;
    }

   private:
    static constexpr size_t trial = 64;

    bool prefers_shared_ = true, tries_other_ = false;
    double preferred_cost_ = 0, time_ = 0;
    size_t steps_ = 0, turn_ = trial;
};

}  // namespace multilayer
