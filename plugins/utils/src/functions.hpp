#pragma once

#include <oa/plugin.hpp>

// The handlers of the module. What each takes and gives is in descriptions.hpp.
namespace oa::utils {

// flow.cpp
[[nodiscard]] Json print(Call& call);
void log(Call& call);
[[nodiscard]] Json set(Call& call);
[[nodiscard]] Json sleep(Call& call);
void fail(Call& call);
[[nodiscard]] Json assert_that(Call& call);

// generate.cpp
[[nodiscard]] Json uuid(Call& call);
[[nodiscard]] Json now(Call& call);

// random.cpp
[[nodiscard]] Json random(Call& call);

// encode.cpp
[[nodiscard]] Json hash(Call& call);
[[nodiscard]] Json base64(Call& call);

// values.cpp
[[nodiscard]] Json fill_template(Call& call);
[[nodiscard]] Json condition(Call& call);
[[nodiscard]] Json merge(Call& call);

// steps.cpp
[[nodiscard]] Json transform(Call& call);

/// A text parameter, or the task's input where that is a text.
[[nodiscard]] std::string_view text_or_input(Call& call, std::string_view name);

}  // namespace oa::utils
