#include "host/cli/plugin_text.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include <boost/json.hpp>

#include "core/json/json.hpp"

namespace oa::host {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t last_column_min = 24;

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

std::string padded(const std::string& text, std::size_t width) {
    const auto used = width_of(text);
    return text + std::string(used < width ? width - used : 0, ' ');
}

void wrap_paragraph(std::vector<std::string>& out, std::string_view text, std::size_t columns) {
    std::string line;
    while (!text.empty()) {
        const auto space = text.find(' ');
        const auto word = text.substr(0, space);
        text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
        if (word.empty()) {
            continue;
        }
        if (!line.empty() && width_of(line) + 1 + width_of(word) > columns) {
            out.push_back(std::move(line));
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
    }
    if (!line.empty()) {
        out.push_back(std::move(line));
    }
}

/// Whether YAML reads a text without quotes as that text.
bool is_plain(std::string_view text) {
    constexpr std::array<std::string_view, 8> words{"true", "false", "yes",  "no",
                                                    "on",   "off",   "null", "~"};
    if (text.empty() || text.front() == ' ' || text.back() == ' ' ||
        std::find(words.begin(), words.end(), text) != words.end()) {
        return false;
    }
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (!is_letter(text.front()) && text.front() != '/' && text.front() != '$') {
        return false;
    }
    const bool harmless = std::all_of(text.begin(), text.end(), [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') ||
               std::string_view(" /._-:${}@=?&()+").find(c) != std::string_view::npos;
    });
    return harmless && text.find(": ") == std::string_view::npos && text.back() != ':';
}

std::string yaml_scalar(const boost::json::value& value) {
    if (const auto* text = value.if_string(); text != nullptr && is_plain(*text)) {
        return std::string(*text);
    }
    return core::write_json(value);
}

std::string yaml_key(std::string_view key) {
    return is_plain(key) ? std::string(key) : core::write_json(boost::json::value(key));
}

bool is_block(const boost::json::value& value) {
    return (value.is_object() && !value.get_object().empty()) ||
           (value.is_array() && !value.get_array().empty());
}

}  // namespace

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        wrap_paragraph(out, text.substr(0, end), columns);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return out;
}

void print_wrapped(std::ostream& out,
                   std::string_view text,
                   std::size_t indent,
                   std::size_t columns) {
    for (const auto& line : wrap(text, columns > indent ? columns - indent : 1)) {
        out << std::string(indent, ' ') << line << '\n';
    }
}

void TextTable::print(std::ostream& out, std::size_t indent, std::size_t columns) const {
    const std::size_t last = rows.front().size() - 1;
    std::vector<std::size_t> widths(last + 1, 0);
    std::size_t before_last = indent;
    for (std::size_t column = 0; column < last; ++column) {
        bool used = false;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            widths[column] = std::max(widths[column], width_of(rows[row][column]));
            used = used || (row > 0 && !rows[row][column].empty());
        }
        widths[column] = used ? widths[column] + gap : 0;
        before_last += widths[column];
    }
    const std::size_t left =
        columns > before_last + last_column_min ? columns - before_last : last_column_min;
    const bool last_used = std::any_of(rows.begin() + 1, rows.end(),
                                       [](const auto& row) { return !row.back().empty(); });
    for (const auto& row : rows) {
        std::string line(indent, ' ');
        for (std::size_t column = 0; column < last; ++column) {
            line += widths[column] == 0 ? "" : padded(row[column], widths[column]);
        }
        const auto lines = wrap(last_used ? row[last] : "", left);
        line += lines.empty() ? "" : lines.front();
        out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
        for (std::size_t i = 1; i < lines.size(); ++i) {
            out << std::string(before_last, ' ') << lines[i] << '\n';
        }
    }
}

void print_yaml(std::ostream& out, const boost::json::value& value, std::size_t indent) {
    if (!is_block(value)) {
        out << std::string(indent, ' ') << yaml_scalar(value) << '\n';
        return;
    }
    if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            out << std::string(indent, ' ') << yaml_key(member.key()) << ':';
            if (is_block(member.value())) {
                out << '\n';
                print_yaml(out, member.value(), indent + 2);
            } else {
                out << ' ' << yaml_scalar(member.value()) << '\n';
            }
        }
        return;
    }
    for (const auto& element : value.get_array()) {
        // The dash stands in the first line of the element.
        std::ostringstream block;
        print_yaml(block, element, indent + 2);
        std::string text = block.str();
        text[indent] = '-';
        out << text;
    }
}

}  // namespace oa::host
