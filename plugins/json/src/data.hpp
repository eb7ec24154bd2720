#pragma once

#include <oa/plugin.hpp>

#include "plugins/common/json_values.hpp"

// What the functions of the module have in common: where data come from.
namespace oa::json {

using common::canonical_text;
using common::compare_numbers;
using common::find_path;
using common::lower_case;
using common::merge_into;
using common::number_of;
using common::text_of;
using common::trimmed;

/// Parameter `data`, or else `input`; a text is read as JSON. INVALID_PARAMS.
[[nodiscard]] Json data_param(Call& call);

/// The same where a list is needed. An input that is a map gives its first list of items, rows,
/// json, data or content, so that functions follow one another.
[[nodiscard]] Json list_param(Call& call);

}  // namespace oa::json
