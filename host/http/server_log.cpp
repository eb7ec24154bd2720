#include "host/http/server_log.hpp"

#include <utility>

#include <boost/json/object.hpp>

namespace oa::host::http {

void ServerLog::close() noexcept {
    const std::lock_guard lock(mutex_);
    logger_ = nullptr;
}

void ServerLog::say(Kind kind, LogLevel level, std::string_view message, std::string_view detail) {
    const std::lock_guard lock(mutex_);
    if (logger_ == nullptr || !logger_->wants(level)) {
        return;
    }
    State& state = states_.at(static_cast<std::size_t>(kind));
    const auto now = std::chrono::steady_clock::now();
    if (state.last != std::chrono::steady_clock::time_point{} &&
        now - state.last < std::chrono::seconds(1)) {
        ++state.left_out;
        return;
    }
    state.last = now;
    boost::json::object fields{{"detail", detail}};
    if (const std::uint64_t left_out = std::exchange(state.left_out, 0); left_out > 0) {
        fields["left_out"] = left_out;
    }
    logger_->write(level, message, fields);
}

}  // namespace oa::host::http
