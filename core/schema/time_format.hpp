#pragma once

#include <string_view>

namespace oa::core::schema {

// RFC 3339.
[[nodiscard]] bool is_date(std::string_view text);
[[nodiscard]] bool is_time(std::string_view text);
[[nodiscard]] bool is_date_time(std::string_view text);

/// ISO 8601: P3Y6M4DT12H30M5S or P2W, with at least one part. Parts may be left out.
[[nodiscard]] bool is_duration(std::string_view text);

}  // namespace oa::core::schema
