#pragma once

#include <array>
#include <optional>
#include <string_view>

#include <oa/plugin.hpp>

// The functions of oa-json of version 3, and those that its pages named.
namespace oa::json {

// older_lists.cpp
[[nodiscard]] Json jsonfilter(Call& call);
[[nodiscard]] Json dataframe_filter(Call& call);
[[nodiscard]] Json jsonaggregate(Call& call);
[[nodiscard]] Json jsonsort(Call& call);

// older_maps.cpp
[[nodiscard]] Json jsonextract(Call& call);
[[nodiscard]] Json extract_field(Call& call);
[[nodiscard]] Json jsontransform(Call& call);
[[nodiscard]] Json jsonmerge(Call& call);
void jsonvalidate(Call& call);

// older_data.cpp

/// What an older function works on where its parameters do not say it.
struct OlderInput {
    /// Members of an input that is a map: the first that is there counts.
    std::array<std::string_view, 4> members;
    /// An input that has none of them: its first list, and texts are no JSON. Else all of it.
    bool only_lists = false;
    std::string_view parameter = "data";
};

/// The parameter, or else the input; a text is read as JSON. INVALID_PARAMS.
[[nodiscard]] Json older_data(Call& call, const OlderInput& input);
/// The same where a list is needed.
[[nodiscard]] Json older_list(Call& call, const OlderInput& input);

/// As float() of Python: numbers, booleans, and texts that are numbers.
[[nodiscard]] std::optional<double> older_float(const Json& value);

}  // namespace oa::json
