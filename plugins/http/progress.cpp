#include "progress.hpp"

#include <algorithm>
#include <string>

namespace oa::http {

void Progress::start(std::uint64_t done, std::optional<std::uint64_t> total) {
    done_ = done;
    total_ = total;
    next_ = {};
}

void Progress::add(std::uint64_t bytes) {
    using namespace std::chrono_literals;
    call_.check();
    done_ += bytes;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) {
        return;
    }
    next_ = now + 250ms;
    if (total_ && *total_ > 0) {
        call_.progress(std::min(1.0, static_cast<double>(done_) / static_cast<double>(*total_)));
    } else {
        call_.progress(std::to_string(done_) + " bytes");
    }
}

}  // namespace oa::http
