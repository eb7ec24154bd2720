#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

namespace oa::host {

/// Breaks a text at spaces into lines of at most `columns` characters; a longer word gets a line of
/// its own. Line breaks in it stay. An empty text has no lines.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t columns);

/// Writes each line of a wrapped text behind `indent` spaces.
void print_wrapped(std::ostream& out,
                   std::string_view text,
                   std::size_t indent,
                   std::size_t columns);

/// Rows of equal length, the first of them the heading. Columns are as wide as their widest cell;
/// those that are empty below the heading are left out; the last one is wrapped into what remains.
struct TextTable {
    std::vector<std::vector<std::string>> rows;

    void print(std::ostream& out, std::size_t indent, std::size_t columns) const;
};

/// Writes a value as YAML block text, as a person would put it into a workflow.
void print_yaml(std::ostream& out, const boost::json::value& value, std::size_t indent);

}  // namespace oa::host
