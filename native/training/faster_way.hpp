// Which of two ways to make a step is the quicker one, where that is not to be known beforehand.
//
// Threads may run on processors that are far apart (a line of the cache takes 30 ns or 170 ns from one to the
// other on the same machine, and that changes within seconds), or share one with other work. So the way that
// is not in use is tried now and then: after some steps, after twice as many each time that it was the slower
// one again, and at once when the way in use takes longer than the other last did. What is computed does not
// depend on it.
#pragma once

#include <algorithm>
#include <cstddef>

namespace multilayer {

class FasterWay {
   public:
    // The way of the next steps, 0 or 1, and how many of them there are before that is asked again.
    size_t way() const { return tries_other_ ? 1 - preferred_ : preferred_; }
    size_t most_steps() const { return turn() - steps_; }

    // What some of these have taken.
    void note(size_t steps, double time) {
        steps_ += steps;
        time_ += time;
        if (steps_ < turn()) return;
        const double cost = time_ / static_cast<double>(steps_), other = cost_[1 - way()];
        cost_[way()] = cost;
        if (tries_other_) {
            const bool wins = cost < other;
            patience_ = wins ? least_patience : std::min(2 * patience_, most_patience);
            if (wins) preferred_ = 1 - preferred_;
            tries_other_ = false;
            since_ = 0;
        } else {
            since_ += steps_;
            tries_other_ = other < cost || since_ >= patience_;
        }
        steps_ = 0;
        time_ = 0;
    }

   private:
    static constexpr size_t trial = 64, usual = 256, least_patience = 1024, most_patience = 4096;
    size_t turn() const { return tries_other_ || cost_[1 - way()] == 0 ? trial : usual; }

    size_t preferred_ = 0;
    bool tries_other_ = false;
    double cost_[2] = {0, 0};  // of a step when it was last known; 0 before
    double time_ = 0;
    size_t steps_ = 0, since_ = 0, patience_ = least_patience;
};

}  // namespace multilayer
