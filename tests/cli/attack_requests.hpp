#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace oa::test {

/// One of those that the description of a host (OpenAPI) lists.
struct Operation {
    std::string id;
    std::string method;
    std::string path;                ///< with its names in braces
    std::vector<std::string> query;  ///< names of parameters
    std::string body_type;           ///< empty: it takes no body

    /// The names in braces.
    [[nodiscard]] std::vector<std::string> variables() const;
    /// The path with `value`, as it is, in place of one name, and `others` in place of the others.
    [[nodiscard]] std::string with(std::string_view name,
                                   std::string_view value,
                                   std::string_view others) const;
    /// The path with one value in place of all names.
    [[nodiscard]] std::string filled(std::string_view value) const { return with("", "", value); }
};

[[nodiscard]] std::vector<Operation> operations_of(const boost::json::object& description);

/// Names that nothing is called, and that would lead elsewhere, or mean something else, where a
/// program took them for part of a path, a command, a pattern or a template.
[[nodiscard]] std::vector<std::string> hostile_names();

/// The same, and more that no text becomes, as they stand in a path: percent-encoded in part, in
/// whole, twice, and in forms that only careless decoders take.
[[nodiscard]] std::vector<std::string> hostile_segments();

/// Values for filters, orders and cursors that would change a statement made of them.
[[nodiscard]] std::vector<std::string> hostile_filters();

/// Texts that are something else to those who take texts for names of files, addresses, templates,
/// tags or commands.
[[nodiscard]] std::vector<std::string> tempting_texts();

/// What may not stand in a path or a query as it is, percent-encoded; with `all` every byte.
[[nodiscard]] std::string percent_encoded(std::string_view text, bool all = false);

}  // namespace oa::test
