#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <boost/json/object.hpp>

#include "host/client/api_client.hpp"
#include "host/client/interruption.hpp"
#include "host/client/outage.hpp"

namespace oa::host::client {

/// The events of one run, each once, from its beginning until its end: as server-sent events, which
/// are asked for again from where they broke off. For one thread.
class RunEventStream {
public:
    /// `event` is as docs/events.md has it.
    using OnEvent = std::function<void(const boost::json::object& event)>;

    /// Borrows both.
    RunEventStream(ApiClient& client, Interruption& interruption, std::string run)
        : client_(client), interruption_(interruption), run_(std::move(run)) {}

    /// Until the run has ended (true), or the interruption is raised. Throws NotReached when the
    /// host is away for too long, ApiError when it refuses.
    [[nodiscard]] bool follow(const OnEvent& on_event, const Notes& notes);

private:
    void read(OpenAnswer& answer, const OnEvent& on_event);
    void take(const std::string& data, const OnEvent& on_event);

    ApiClient& client_;
    Interruption& interruption_;
    std::string run_;
    std::string last_id_;         // of the last record whose events have all come
    std::uint64_t since_id_ = 0;  // events that came after it, on this connection
    std::uint64_t known_ = 0;     // events after it that on_event has had
    bool has_ended_ = false;
};

}  // namespace oa::host::client
