#pragma once

#include <string>
#include <vector>

#include <Poco/Net/IPAddress.h>

#include "interrupter.hpp"

namespace oa::http {

/// The addresses of a host name or of an address written as text. The look-up runs on a thread of
/// its own, which may outlive the call, because the system offers no way to end it. Throws Error.
[[nodiscard]] std::vector<Poco::Net::IPAddress> resolve(const std::string& host,
                                                        const Interrupter& interrupter,
                                                        TimePoint deadline);

/// Throws the Error of a request that was cancelled or came to its deadline.
void throw_if_interrupted(const Interrupter& interrupter);

}  // namespace oa::http
