#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/http/http_message.hpp"

namespace oa::host::http {

struct SplitHead {
    std::string method;
    std::string target;  ///< as sent
    int minor = 1;       ///< of the version: HTTP/1.<minor>
    HttpFields fields;
};

/// Splits a head that HeadCheck has found whole. Nothing where the parser sees more in it than the
/// check did: then it is refused, too.
[[nodiscard]] std::optional<SplitHead> split_head(std::string_view head);

}  // namespace oa::host::http
