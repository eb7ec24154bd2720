#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "params.hpp"

namespace oa::notify {

/// A person as e-mail writes it: "Ada Lovelace <ada@example.com>".
struct Address {
    std::string name;     ///< UTF-8; may be empty
    std::string mailbox;  ///< ada@example.com

    /// For a header, in ASCII.
    [[nodiscard]] std::string header() const;
};

/// Each element is one address, never several with commas. Throws INVALID_PARAMS for what is none,
/// so that nothing in it can become a command or a header of its own.
[[nodiscard]] std::vector<Address> addresses_param(const Params& params, std::string_view name);

/// A text of a header in ASCII (RFC 2047), folded where it is long.
[[nodiscard]] std::string header_text(std::string_view text);

}  // namespace oa::notify
