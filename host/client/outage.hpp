#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include "host/client/interruption.hpp"

namespace oa::host::client {

/// What somebody who follows something is told: a sentence.
using Notes = std::function<void(const std::string&)>;

/// The time in which a host that is followed cannot be reached.
class Outage {
public:
    Outage(Interruption& interruption, Notes notes)
        : interruption_(interruption), notes_(std::move(notes)) {}

    /// The host is there.
    void end();
    /// Waits before it is asked again, each time a little longer. False: interrupted meanwhile.
    /// Throws NotReached with `why` when the host has been away for too long, or was never there.
    [[nodiscard]] bool wait(const std::string& why);

private:
    Interruption& interruption_;
    Notes notes_;
    bool was_reached_ = false;
    bool is_out_ = false;
    std::chrono::steady_clock::time_point since_;
    std::chrono::milliseconds next_wait_{0};
};

}  // namespace oa::host::client
