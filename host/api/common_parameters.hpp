#pragma once

#include "host/api/route.hpp"

namespace oa::host {

inline constexpr std::string_view text_schema = R"({"type": "string", "maxLength": 1024})";
inline constexpr std::string_view time_schema = R"({"type": "string", "format": "date-time"})";

inline constexpr RouteParameter workflow_in_path{RouteParameter::In::Path, "workflow",
                                                 "The name of a workflow.",
                                                 R"({"type": "string", "maxLength": 256})"};
inline constexpr RouteParameter run_in_path{RouteParameter::In::Path, "run", "The id of a run.",
                                            R"({"type": "string", "maxLength": 64})"};
inline constexpr RouteParameter idempotency_key{
    RouteParameter::In::Header, "Idempotency-Key",
    "Of the client's own making; of one key there is one run for as long as that is kept.",
    R"({"type": "string", "minLength": 1, "maxLength": 255})"};
inline constexpr RouteParameter page_limit{RouteParameter::In::Query, "limit",
                                           "How many at most; 100 where it is not given.",
                                           R"({"type": "integer", "minimum": 1, "maximum": 1000})"};
inline constexpr RouteParameter number_cursor{RouteParameter::In::Query, "cursor",
                                              "`next` of the page before.",
                                              R"({"type": "integer", "minimum": 0})"};
inline constexpr RouteParameter text_cursor{RouteParameter::In::Query, "cursor",
                                            "`next` of the page before.",
                                            R"({"type": "string", "maxLength": 1024})"};

[[nodiscard]] constexpr access::RouteAccess needs(access::Scope scope) {
    return access::RouteAccess::needs(scope);
}

}  // namespace oa::host
