#pragma once

#include <string>
#include <vector>

#include <Poco/Net/IPAddress.h>

#include "host/vault/deadline_guard.hpp"

namespace oa::host::vault {

/// The addresses of a host name, or of an address written as text. The look-up runs on a thread of
/// its own, which may outlive the call, because the system offers no way to end it. Throws
/// std::runtime_error.
[[nodiscard]] std::vector<Poco::Net::IPAddress> look_up(const std::string& host,
                                                        TimePoint deadline);

}  // namespace oa::host::vault
