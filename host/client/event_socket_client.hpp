#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "host/client/api_client.hpp"
#include "host/client/interruption.hpp"
#include "host/client/outage.hpp"

namespace Poco::Net {  // NOLINT(readability-identifier-naming): the name is the library's
class WebSocket;
}

namespace oa::host::client {

/// What happens in all runs of a host, or in those of one workflow, from now on: over a WebSocket,
/// which is made again when it breaks. For one thread.
class EventSocketClient {
public:
    /// `event` is as docs/events.md has it.
    using OnEvent = std::function<void(const boost::json::object& event)>;

    /// Borrows both. Of all workflows where none is named.
    EventSocketClient(ApiClient& client,
                      Interruption& interruption,
                      std::optional<std::string> workflow)
        : client_(client), interruption_(interruption), workflow_(std::move(workflow)) {}

    /// Until the interruption is raised. `notes` hears when it listens, and where events are
    /// missing. Throws NotReached when the host is away for too long, ApiError when it refuses.
    void follow(const OnEvent& on_event, const Notes& notes);

private:
    void listen(Outage& outage, const OnEvent& on_event, const Notes& notes);
    void take(Poco::Net::WebSocket& socket,
              const boost::json::object& message,
              const OnEvent& on_event,
              const Notes& notes);

    ApiClient& client_;
    Interruption& interruption_;
    std::optional<std::string> workflow_;
    std::string epoch_;          // of the host's life that sequence_ counts in
    std::int64_t sequence_ = 0;  // of the last event that came
    bool has_listened_ = false;
};

}  // namespace oa::host::client
