#include "stopper.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <poll.h>

#include "oa/error.hpp"

namespace oa::ssh {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Stopper::Stopper(Call& call, std::optional<milliseconds> limit)
    : call_(call), limit_(limit), guard_(call.on_cancel(Signal{&wake_up_})) {
    if (limit_) {
        deadline_ = steady_clock::now() + *limit_;
    }
}

void Stopper::check() const {
    call_.check();
    if (deadline_ && steady_clock::now() >= *deadline_) {
        throw deadline_exceeded("it took longer than its limit of " +
                                std::to_string(limit_->count()) + " ms (timeout)");
    }
}

short Stopper::wait(int fd, short events, std::optional<TimePoint> until) const {
    constexpr std::int64_t longest = 60'000;  // milliseconds
    check();
    std::array<pollfd, 2> polled{{{fd, events, 0}, {wake_up_.fd(), POLLIN, 0}}};
    std::int64_t rest = longest;
    for (const auto& end : {deadline_, until}) {
        if (end) {
            const auto left = std::chrono::ceil<milliseconds>(*end - steady_clock::now()).count();
            rest = std::clamp<std::int64_t>(left, 0, rest);
        }
    }
    ::poll(polled.data(), polled.size(), static_cast<int>(rest));
    check();
    return polled[0].revents;
}

}  // namespace oa::ssh
