#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/run/status.hpp"
#include "oa/plugin.h"

namespace oa::host {

/// A plug-in's account of a failure, copied.
struct ReportedError {
    std::int32_t code = OA_INTERNAL;
    std::string message;
    std::string pointer;
    std::uint32_t retry = OA_RETRY_UNKNOWN;
    std::uint32_t retry_after_ms = 0;
};

/// Copies an error while the plug-in still holds its texts. Nothing when the table is too small to
/// be one.
[[nodiscard]] std::optional<ReportedError> copy_error(const oa_error& error);

/// Joins what a function returned with what it told. `subject` names it: "module http function
/// get". The code told by the plug-in wins over the one returned, where it is an error.
[[nodiscard]] core::Failure make_failure(std::string_view subject,
                                         std::int32_t returned,
                                         const std::optional<ReportedError>& reported);

}  // namespace oa::host
