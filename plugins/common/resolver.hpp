#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <Poco/Net/IPAddress.h>

namespace oa::common {

/// The addresses of a host name or of an address written as text. The look-up runs on a thread of
/// its own, which may outlive the call, because the system offers no way to end it. `check` is
/// called about every 50 ms and throws when the call should end. Throws Error.
[[nodiscard]] std::vector<Poco::Net::IPAddress> resolve(
    const std::string& host,
    std::chrono::steady_clock::time_point deadline,
    const std::function<void()>& check);

}  // namespace oa::common
