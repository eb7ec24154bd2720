#include "host/cli/source_excerpt.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/display_text.hpp"
#include "core/workflow/source_text.hpp"
#include "host/cli/workbench.hpp"

namespace oa::host {

namespace {

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::size_t character_length(std::string_view text, std::size_t at) {
    std::size_t length = 1;
    while (at + length < text.size() && continues_character(text[at + length])) {
        ++length;
    }
    return length;
}

std::size_t utf16_units(std::string_view text) {
    std::size_t units = 0;
    for (const char byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        units += continues_character(byte) ? 0 : value >= 0xF0 ? 2 : 1;
    }
    return units;
}

bool ends_word(char c) {
    return std::string_view(" \t,:[]{}\"'#").find(c) != std::string_view::npos;
}

/// Of a placeholder, its closing bracket included.
std::size_t placeholder_length(std::string_view text) {
    const char open = text[1];
    const char close = open == '{' ? '}' : '>';
    std::size_t depth = 0;
    for (std::size_t at = 1; at < text.size(); ++at) {
        depth += text[at] == open ? 1 : 0;
        depth -= text[at] == close ? 1 : 0;
        if (depth == 0) {
            return at + 1;
        }
    }
    return text.size();
}

/// Of what begins at the start of the text.
std::size_t token_length(std::string_view text) {
    if (text.empty()) {
        return 1;
    }
    const char first = text.front();
    if (first == '"' || first == '\'') {
        const std::size_t end = text.find(first, 1);
        return end == std::string_view::npos ? text.size() : end + 1;
    }
    if (first == '$' && text.size() > 1 && (text[1] == '{' || text[1] == '<')) {
        return placeholder_length(text);
    }
    const auto* const end = std::find_if(text.begin() + 1, text.end(), ends_word);
    return ends_word(first) ? 1 : static_cast<std::size_t>(end - text.begin());
}

MarkedText mark(std::string_view line, std::size_t column) {
    MarkedText place;
    place.line = line;
    for (std::size_t left = column; left > 1 && place.offset < line.size(); --left) {
        place.offset += character_length(line, place.offset);
    }
    place.length = token_length(line.substr(place.offset));
    return place;
}

/// As it is shown: tabs as spaces, and nothing that steers the terminal.
std::string shown(std::string_view text) {
    std::string spaced;
    for (const char c : text) {
        spaced += c == '\t' ? "    " : std::string(1, c);
    }
    return core::single_line(spaced);
}

/// The last characters of a text, in so many columns.
std::string_view end_of(std::string_view text, std::size_t columns) {
    std::size_t start = text.size();
    std::size_t used = 0;
    while (start > 0) {
        std::size_t before = start - 1;
        while (before > 0 && continues_character(text[before])) {
            --before;
        }
        used += core::display_width(text.substr(before, start - before));
        if (used > columns) {
            break;
        }
        start = before;
    }
    return text.substr(start);
}

}  // namespace

SourceLines::SourceLines(std::string text) : text_(std::move(text)) {
    starts_.push_back(core::byte_order_mark_length(text_));
    for (std::size_t at = text_.find('\n'); at != std::string::npos;
         at = text_.find('\n', at + 1)) {
        starts_.push_back(at + 1);
    }
}

std::optional<std::string_view> SourceLines::line(std::size_t number) const {
    if (number == 0 || number > starts_.size()) {
        return std::nullopt;
    }
    const std::size_t start = starts_[number - 1];
    const std::size_t end = number < starts_.size() ? starts_[number] - 1 : text_.size();
    std::string_view line = std::string_view(text_).substr(start, end - start);
    if (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    return line;
}

std::size_t MarkedText::utf16_start() const {
    return utf16_units(line.substr(0, offset)) + 1;
}

std::size_t MarkedText::utf16_end() const {
    // A place behind the end of the line still has a width.
    return utf16_start() + std::max<std::size_t>(utf16_units(line.substr(offset, length)), 1);
}

std::size_t MarkedText::character_end() const {
    const std::size_t end = std::min(offset + length, line.size());
    const std::string_view before = line.substr(0, end);
    const auto characters = static_cast<std::size_t>(std::count_if(
        before.begin(), before.end(), [](char c) { return !continues_character(c); }));
    return characters + (offset < line.size() ? 1 : 2);
}

void SourceTexts::put(const std::string& file, std::string text) {
    files_[file] = SourceLines(std::move(text));
}

std::optional<MarkedText> SourceTexts::find(const core::Diagnostic& diagnostic) {
    if (diagnostic.position.line == 0 || diagnostic.position.column == 0) {
        return std::nullopt;
    }
    auto known = files_.find(diagnostic.file);
    if (known == files_.end()) {
        std::optional<SourceLines> lines;
        // Standard input cannot be read twice.
        if (diagnostic.file != "-") {
            auto text = read_document(diagnostic.file, bytes_max_);
            if (auto* found = std::get_if<std::string>(&text)) {
                lines.emplace(std::move(*found));
            }
        }
        known = files_.emplace(diagnostic.file, std::move(lines)).first;
    }
    const auto line = known->second ? known->second->line(diagnostic.position.line) : std::nullopt;
    return line ? std::optional(mark(*line, diagnostic.position.column)) : std::nullopt;
}

std::string source_excerpt(const core::Diagnostic& diagnostic,
                           const MarkedText& place,
                           const Terminal& terminal) {
    const std::string number = std::to_string(diagnostic.position.line);
    const std::string margin(number.size(), ' ');
    const auto bar = [&](const std::string& left) {
        return paint(left + " |", Colour::Cyan, terminal.colours);
    };

    const std::size_t taken = number.size() + 3;
    const std::size_t room = terminal.columns > taken + 20 ? terminal.columns - taken : 20;
    const std::string whole_before = shown(place.line.substr(0, place.offset));
    std::string before = whole_before;
    if (core::display_width(before) + 12 > room) {
        before = "…" + std::string(end_of(whole_before, room / 2));
    }
    const std::size_t start = core::display_width(before);
    const std::string rest =
        core::cut(shown(place.line.substr(place.offset)), room > start ? room - start : 1);
    const std::size_t marked = std::clamp<std::size_t>(
        core::display_width(shown(place.line.substr(place.offset, place.length))), 1,
        std::max<std::size_t>(core::display_width(rest), 1));

    const Colour colour =
        diagnostic.severity == core::Severity::Error ? Colour::Red : Colour::Yellow;
    const std::string hint = core::single_line(diagnostic.hint);
    std::string below = std::string(marked, '^');
    std::string last;
    if (!hint.empty() && start + marked + 1 + core::display_width(hint) <= room) {
        below += ' ' + hint;
    } else if (!hint.empty()) {
        last = paint(margin + " =", Colour::Cyan, terminal.colours) + ' ' + hint + '\n';
    }
    return bar(margin) + '\n' + bar(number) + ' ' + before + rest + '\n' + bar(margin) + ' ' +
           std::string(start, ' ') + paint(below, colour, terminal.colours) + '\n' + last;
}

}  // namespace oa::host
