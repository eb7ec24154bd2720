#pragma once

#include <string>
#include <string_view>

namespace oa::host {

/// Text for HTML or XML, in content and in attributes. Control characters that XML forbids become
/// U+FFFD.
[[nodiscard]] std::string escape_markup(std::string_view text);

}  // namespace oa::host
