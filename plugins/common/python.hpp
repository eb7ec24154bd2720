#pragma once

#include <string_view>

#include "oa/json.hpp"

/// What values were to the modules of versions 2 and 3, which were in Python.
namespace oa::common {

/// str, int, float, bool, list, dict, NoneType.
[[nodiscard]] std::string_view python_type(const Json& value) noexcept;

/// Whether Python takes a value for true.
[[nodiscard]] bool python_truth(const Json& value) noexcept;

/// The same of a yes or no of a document, where the texts "false", "no", "off" and "0" are a no.
[[nodiscard]] bool says_yes(const Json& value) noexcept;

}  // namespace oa::common
