#pragma once

#include <oa/plugin.hpp>

// The handlers of the module. What each takes and gives is in descriptions.hpp.
namespace oa::json {

[[nodiscard]] Json filter(Call& call);
[[nodiscard]] Json extract(Call& call);
[[nodiscard]] Json sort(Call& call);
[[nodiscard]] Json aggregate(Call& call);
[[nodiscard]] Json merge(Call& call);
[[nodiscard]] Json validate(Call& call);
[[nodiscard]] Json query(Call& call);
[[nodiscard]] Json transform(Call& call);
[[nodiscard]] Json diff(Call& call);
[[nodiscard]] Json patch(Call& call);

}  // namespace oa::json
