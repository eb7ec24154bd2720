#pragma once

#include "oa/plugin.hpp"

namespace oa::database {

// The functions of the module; README.md and schemas.hpp tell what each one does.
[[nodiscard]] Json query(Call& call);
[[nodiscard]] Json execute(Call& call);
[[nodiscard]] Json insert(Call& call);
[[nodiscard]] Json transaction(Call& call);
[[nodiscard]] Json export_rows(Call& call);

// Of the module that this one follows, with its parameters and outputs: see legacy.cpp.
[[nodiscard]] Json pg_select(Call& call);
[[nodiscard]] Json pg_execute(Call& call);
[[nodiscard]] Json pg_insert(Call& call);

}  // namespace oa::database
