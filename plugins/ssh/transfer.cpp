#include "transfer.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

namespace oa::ssh {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

void TransferProgress::add(std::uint64_t bytes) {
    done_ += bytes;
    const auto now = steady_clock::now();
    if (now < next_ || total_ == 0) {
        return;
    }
    next_ = now + 250ms;
    call_.progress(std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_)));
}

std::string temporary_name(const Call& call, const std::string& name, bool resume) {
    if (resume) {
        return "." + name + ".oa-part";
    }
    const std::size_t key = std::hash<std::string_view>{}(call.info().idempotency_key);
    return "." + name + ".oa-" + std::to_string(key);
}

}  // namespace oa::ssh
