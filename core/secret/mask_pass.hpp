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
class MaskPosition {
public:
    /// Writes what is there before `until`, masked, to `out`. Matches that begin before it are
    /// taken whole. The text of the next call begins at `until`.
    void mask_until(const MaskIndex& index,
                    std::string_view text,
                    std::size_t until,
                    std::string& out);
    /// What is left to be written of a text in which nothing more is looked for.
    [[nodiscard]] std::string_view rest_of(std::string_view text) const noexcept {
        return end_ < text.size() ? text.substr(end_) : std::string_view();
    }

private:
    std::size_t end_ = 0;  ///< bytes at the beginning that are done with
    bool masked_ = false;  ///< a sign was written for the last of them
};

/// Whether something was masked; what was is wiped from the text's memory.
bool mask_text(const MaskIndex& index, std::string& text);
bool mask_json(const MaskIndex& index, boost::json::value& value);

}  // namespace oa::core
