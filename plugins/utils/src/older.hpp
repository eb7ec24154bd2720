#pragma once

#include <oa/plugin.hpp>

// The functions of oa-utility of versions 2 and 3, and those that its pages named.
namespace oa::utils {

// older.cpp
[[nodiscard]] Json older_sleep(Call& call);
[[nodiscard]] Json older_print_text(Call& call);
[[nodiscard]] Json older_printvar(Call& call);
[[nodiscard]] Json older_setvar(Call& call);
[[nodiscard]] Json older_dumpvar(Call& call);

// older_values.cpp
[[nodiscard]] Json older_transform(Call& call);
void older_condition(Call& call);
[[nodiscard]] Json older_merge(Call& call);

}  // namespace oa::utils
