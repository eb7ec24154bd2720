#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "core/secret/mask_index.hpp"

namespace oa::core {

/// What stands in the place of a secret.
inline constexpr std::string_view mask_sign = "***";

/// Where masking stands between two parts of a text.
struct MaskPosition {
    std::size_t end = 0;  ///< bytes at the beginning that are done with
    bool masked = false;  ///< a sign was written for the last of them
};

/// Writes what is there before `until`, masked, to `out`. Matches that begin before it are taken
/// whole; `position` is moved on and then counts from `until`.
void mask_until(const MaskIndex& index,
                std::string_view text,
                std::size_t until,
                MaskPosition& position,
                std::string& out);

/// Whether something was masked; what was is wiped from the text's memory.
bool mask_text(const MaskIndex& index, std::string& text);
bool mask_json(const MaskIndex& index, boost::json::value& value);

}  // namespace oa::core
