#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "host/log/logger.hpp"

namespace oa::host::http {

/// Log lines that clients can bring about: one of each kind a second at most, with the number of
/// those that were left out since. Thread safe.
class ServerLog {
public:
    enum class Kind { AcceptFailed, Refused, HandlerFailed, BadAnswer, Handshake, CutOff, Count };

    /// Borrowed; null: says nothing.
    explicit ServerLog(Logger* logger) noexcept : logger_(logger) {}

    /// The logger is not used any more.
    void close() noexcept;
    void say(Kind kind, LogLevel level, std::string_view message, std::string_view detail);

private:
    struct State {
        std::chrono::steady_clock::time_point last{};
        std::uint64_t left_out = 0;
    };

    std::mutex mutex_;
    Logger* logger_;
    std::array<State, static_cast<std::size_t>(Kind::Count)> states_;
};

}  // namespace oa::host::http
