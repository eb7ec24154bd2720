#pragma once

#include <memory>

#include "connection.hpp"
#include "oa/plugin.hpp"

namespace oa::database {

/// Opens a connection. It gives up when the call is cancelled (Cancelled) or connect_timeout is
/// over (UNAVAILABLE), also where a library would go on waiting: what it waits for is then left to
/// a thread of its own, which closes the connection if there will be one.
[[nodiscard]] std::unique_ptr<Connection> open_connection(const Call& call,
                                                          const Settings& settings);

}  // namespace oa::database
