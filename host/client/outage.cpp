#include "host/client/outage.hpp"

#include <algorithm>

#include "host/client/client_error.hpp"

namespace oa::host::client {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes patience{10};
constexpr std::chrono::milliseconds first_wait{200};
constexpr std::chrono::milliseconds wait_max{5'000};

}  // namespace

void Outage::end() {
    if (is_out_) {
        notes_("the host is there again");
    }
    was_reached_ = true;
    is_out_ = false;
}

bool Outage::wait(const std::string& why) {
    if (interruption_.is_raised()) {
        return false;
    }
    if (!was_reached_) {
        throw NotReached(why);
    }
    if (!is_out_) {
        is_out_ = true;
        since_ = Clock::now();
        next_wait_ = first_wait;
        notes_(why + "; asking again for " + std::to_string(patience.count()) + " minutes");
    } else if (Clock::now() - since_ > patience) {
        throw NotReached(why);
    }
    const bool was_interrupted = interruption_.wait_for(next_wait_);
    next_wait_ = std::min(next_wait_ * 2, wait_max);
    return !was_interrupted;
}

}  // namespace oa::host::client
