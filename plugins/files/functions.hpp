#pragma once

#include "oa/plugin.hpp"

namespace oa::files {

// The functions of the module; README.md and the schemas in plugin.cpp tell what each one does.
[[nodiscard]] Json read(Call& call);
[[nodiscard]] Json write(Call& call);
[[nodiscard]] Json append(Call& call);
[[nodiscard]] Json read_json(Call& call);
[[nodiscard]] Json write_json(Call& call);
[[nodiscard]] Json read_csv(Call& call);
[[nodiscard]] Json write_csv(Call& call);
[[nodiscard]] Json copy(Call& call);
[[nodiscard]] Json move(Call& call);
[[nodiscard]] Json remove(Call& call);
[[nodiscard]] Json make_directory(Call& call);
[[nodiscard]] Json list(Call& call);
[[nodiscard]] Json stat(Call& call);

}  // namespace oa::files
