#pragma once

#include <string>
#include <string_view>

namespace oa::host {

/// What the system's loader had against a library, in words for people.
struct LoadError {
    std::string reason;  ///< half a sentence about the file
    std::string fix;
    bool is_passing = false;  ///< the system lacked something: it may go well the next time
};

/// Explains the text of dlerror(): a missing library, a missing symbol, a library version that is
/// too old here, a system without descriptors or memory. A text of another kind is passed on as it
/// is.
[[nodiscard]] LoadError explain_load_error(std::string_view dlerror_text, std::string_view file);

}  // namespace oa::host
