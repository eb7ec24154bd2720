#pragma once

#include <chrono>
#include <string>

namespace oa::host {

/// A new ULID (https://github.com/ulid/spec): 48 bits of milliseconds and 80 random bits from the
/// system, as 26 characters of Crockford's base 32. Sorts by time.
[[nodiscard]] std::string make_ulid(std::chrono::system_clock::time_point now);

}  // namespace oa::host
