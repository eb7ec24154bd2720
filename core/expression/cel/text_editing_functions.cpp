// The extension for strings. Positions count characters, not bytes.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/expression/cel/format_text.hpp"
#include "core/expression/cel/function_table.hpp"
#include "core/expression/cel/text_search.hpp"
#include "core/expression/cel/utf8.hpp"

namespace oa::core::cel {
namespace {

bool outside(State& state, const Value& position, std::size_t characters) {
    return state.fail("position %1 lies outside of the text, which has %2 characters",
                      "positions count from 0", position,
                      Value::integer(static_cast<std::int64_t>(characters)));
}

/// A position between 0 and the number of characters, as an offset in bytes.
bool offset_of(State& state, std::string_view text, const Value& position, std::size_t& out) {
    if (!state.step_over(text)) {
        return false;
    }
    const auto characters = character_count(text);
    if (position.as_int() < 0 || static_cast<std::uint64_t>(position.as_int()) > characters) {
        return outside(state, position, characters);
    }
    out = byte_offset(text, static_cast<std::size_t>(position.as_int()));
    return true;
}

bool char_at(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto text = arguments[0].as_text();
    std::size_t offset = 0;
    if (!offset_of(state, text, arguments[1], offset)) {
        return false;
    }
    out = Value::string(text.substr(offset, byte_offset(text.substr(offset), 1)));
    return true;
}

Value position_of(std::string_view text, std::size_t offset) {
    return Value::integer(offset == std::string_view::npos
                              ? -1
                              : static_cast<std::int64_t>(character_count(text.substr(0, offset))));
}

bool index_of(State& state, const Value* arguments, std::size_t count, Value& out) {
    const auto text = arguments[0].as_text();
    std::size_t from = 0;
    if (count == 3 && arguments[2].as_int() >= 0) {
        from = byte_offset(text, static_cast<std::size_t>(arguments[2].as_int()));
    } else if (count == 3) {
        return outside(state, arguments[2], character_count(text));
    }
    out = position_of(text, find_first(text, arguments[1].as_text(), from));
    return state.step_over(text);
}

bool last_index_of(State& state, const Value* arguments, std::size_t count, Value& out) {
    const auto text = arguments[0].as_text();
    auto from = std::string_view::npos;
    if (count == 3 && arguments[2].as_int() >= 0) {
        from = byte_offset(text, static_cast<std::size_t>(arguments[2].as_int()));
    } else if (count == 3) {
        return outside(state, arguments[2], character_count(text));
    }
    out = position_of(text, find_last(text, arguments[1].as_text(), from));
    return state.step_over(text);
}

bool substring(State& state, const Value* arguments, std::size_t count, Value& out) {
    const auto text = arguments[0].as_text();
    std::size_t begin = 0;
    std::size_t end = text.size();
    if (!offset_of(state, text, arguments[1], begin) ||
        (count == 3 && !offset_of(state, text, arguments[2], end))) {
        return false;
    }
    if (begin > end) {
        return state.fail("the part from position %1 to %2 ends before it begins",
                          "it takes where the part begins and where what follows it begins",
                          arguments[1], arguments[2]);
    }
    out = Value::string(text.substr(begin, end - begin));
    return true;
}

template <char First, char Last, int Distance>
bool change_case(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto text = arguments[0].as_text();
    char* const room = state.text_room(text.size());
    if (room == nullptr) {
        return false;
    }
    std::transform(text.begin(), text.end(), room, [](char c) {
        return c >= First && c <= Last ? static_cast<char>(c + Distance) : c;
    });
    out = Value::string({room, text.size()});
    return true;
}

constexpr int to_lower = 'a' - 'A';

/// How often at most, where a negative number means always.
std::uint64_t times(const Value* arguments, std::size_t count, std::size_t position) {
    const bool all = count <= position || arguments[position].as_int() < 0;
    return all ? std::numeric_limits<std::uint64_t>::max()
               : static_cast<std::uint64_t>(arguments[position].as_int());
}

/// Where the next part begins that is to be replaced; an empty one stands before each character.
std::size_t next_match(std::string_view text, std::string_view wanted, std::size_t from) {
    return wanted.empty() ? from : find_first(text, wanted, from);
}

bool replace(State& state, const Value* arguments, std::size_t count, Value& out) {
    const auto text = arguments[0].as_text();
    const auto wanted = arguments[1].as_text();
    const auto other = arguments[2].as_text();
    auto left = times(arguments, count, 3);
    std::string made;
    std::size_t at = 0;
    while (left > 0) {
        const auto found = next_match(text, wanted, at);
        if (found == std::string_view::npos) {
            break;
        }
        made.append(text.substr(at, found - at)).append(other);
        at = found + wanted.size();
        --left;
        if (made.size() > state.limits().output_bytes || !state.step()) {
            return state.text_room(made.size()) != nullptr;  // which tells of the limit
        }
        if (wanted.empty()) {
            if (at == text.size()) {
                break;
            }
            const auto size = byte_offset(text.substr(at), 1);
            made.append(text.substr(at, size));
            at += size;
        }
    }
    made.append(text.substr(at));
    return state.step_over(text) && state.give_string(made, out);
}

bool give_list(State& state, const std::vector<Value>& items, Value& out) {
    auto* const room = state.allocate<Value>(items.size());
    if (room == nullptr || !state.step(items.size())) {
        return false;
    }
    std::copy(items.begin(), items.end(), room);
    out = Value::list(room, items.size());
    return true;
}

bool split(State& state, const Value* arguments, std::size_t count, Value& out) {
    const auto text = arguments[0].as_text();
    const auto separator = arguments[1].as_text();
    const auto most = times(arguments, count, 2);
    std::vector<Value> parts;
    std::size_t at = 0;
    while (most > 0 && parts.size() + 1 < most) {
        const auto found = separator.empty() ? at + byte_offset(text.substr(at), 1)
                                             : find_first(text, separator, at);
        if (found == std::string_view::npos || (separator.empty() && found >= text.size())) {
            break;
        }
        if (!state.step()) {
            return false;
        }
        parts.push_back(Value::string(text.substr(at, found - at)));
        at = found + separator.size();
    }
    if (most > 0 && !(separator.empty() && text.empty())) {
        parts.push_back(Value::string(text.substr(at)));
    }
    return state.step_over(text) && give_list(state, parts, out);
}

bool join(State& state, const Value* arguments, std::size_t count, Value& out) {
    const auto& list = arguments[0];
    const auto separator = count == 2 ? arguments[1].as_text() : std::string_view();
    std::string made;
    for (std::size_t i = 0; i < list.list_size(); ++i) {
        const auto item = list.item(i);
        if (!item.is(Kind::String)) {
            return state.fail("join() takes a list of strings, but item %1 is %2",
                              "list.map(item, string(item)) makes texts of its items",
                              Value::integer(static_cast<std::int64_t>(i)), item);
        }
        if (i > 0) {
            made += separator;
        }
        made += item.as_text();
        if (!state.step() || made.size() > state.limits().output_bytes) {
            return state.failure().code != Failure::Code::Limit &&
                   state.text_room(made.size()) != nullptr;
        }
    }
    return state.give_string(made, out);
}

bool is_white_space(std::uint32_t c) {
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

/// The last character of a text that is not empty.
Character last_character(std::string_view text) {
    auto start = text.size() - 1;
    while (start > 0 && continues_character(text[start]) && text.size() - start < 4) {
        --start;
    }
    return first_character(text.substr(start));
}

bool trim(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    auto text = arguments[0].as_text();
    if (!state.step_over(text)) {
        return false;
    }
    while (!text.empty()) {
        const auto first = first_character(text);
        if (!is_white_space(first.code_point)) {
            break;
        }
        text.remove_prefix(first.size);
    }
    while (!text.empty()) {
        const auto last = last_character(text);
        if (!is_white_space(last.code_point)) {
            break;
        }
        text.remove_suffix(last.size);
    }
    out = Value::string(text);
    return true;
}

bool reverse(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    const auto text = arguments[0].as_text();
    char* const room = state.text_room(text.size());
    if (room == nullptr) {
        return false;
    }
    char* end = room + text.size();
    for (std::size_t at = 0; at < text.size();) {
        const auto size = byte_offset(text.substr(at), 1);
        end -= size;
        std::copy_n(text.data() + at, size, end);
        at += size;
    }
    out = Value::string({room, text.size()});
    return true;
}

bool quote(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    static constexpr std::string_view special = "\a\b\f\n\r\t\v\\\"";
    static constexpr std::string_view letters = "abfnrtv\\\"";
    auto text = arguments[0].as_text();
    std::string made = "\"";
    if (!state.step_over(text)) {
        return false;
    }
    while (!text.empty()) {
        const auto character = first_character(text);
        const auto found = special.find(text.front());
        if (found != std::string_view::npos) {
            made += '\\';
            made += letters[found];
        } else if (character.valid) {
            made += text.substr(0, character.size);
        } else {
            append_utf8(made, 0xFFFD);
        }
        text.remove_prefix(character.size);
    }
    return state.give_string(made + '"', out);
}

bool format(State& state, const Value* arguments, std::size_t /*count*/, Value& out) {
    std::string made;
    return format_text(state, arguments[0].as_text(), arguments[1], made) &&
           state.give_string(made, out);
}

constexpr std::array char_at_overloads{takes(text_kind, int_kind, text_kind, char_at)};
constexpr std::array index_overloads{takes(text_kind, text_kind, int_kind, index_of),
                                     takes(text_kind, text_kind, int_kind, int_kind, index_of)};
constexpr std::array last_index_overloads{
    takes(text_kind, text_kind, int_kind, last_index_of),
    takes(text_kind, text_kind, int_kind, int_kind, last_index_of)};
constexpr std::array substring_overloads{
    takes(text_kind, int_kind, text_kind, substring),
    takes(text_kind, int_kind, int_kind, text_kind, substring)};
constexpr std::array lower_overloads{takes(text_kind, text_kind, change_case<'A', 'Z', to_lower>)};
constexpr std::array upper_overloads{takes(text_kind, text_kind, change_case<'a', 'z', -to_lower>)};
constexpr std::array replace_overloads{
    takes(text_kind, text_kind, text_kind, text_kind, replace),
    takes(text_kind, text_kind, text_kind, int_kind, text_kind, replace)};
constexpr std::array split_overloads{takes(text_kind, text_kind, list_kind, split),
                                     takes(text_kind, text_kind, int_kind, list_kind, split)};
constexpr std::array join_overloads{takes(list_kind, text_kind, join),
                                    takes(list_kind, text_kind, text_kind, join)};
constexpr std::array trim_overloads{takes(text_kind, text_kind, trim)};
constexpr std::array reverse_overloads{takes(text_kind, text_kind, reverse)};
constexpr std::array quote_overloads{takes(text_kind, text_kind, quote)};
constexpr std::array format_overloads{takes(text_kind, list_kind, text_kind, format)};

constexpr std::array functions{method("charAt", char_at_overloads),
                               method("indexOf", index_overloads),
                               method("lastIndexOf", last_index_overloads),
                               method("substring", substring_overloads),
                               method("lowerAscii", lower_overloads),
                               method("upperAscii", upper_overloads),
                               method("replace", replace_overloads),
                               method("split", split_overloads),
                               method("join", join_overloads),
                               method("trim", trim_overloads),
                               method("reverse", reverse_overloads),
                               method("format", format_overloads),
                               global("strings.quote", quote_overloads)};

}  // namespace

std::span<const Function> text_editing_functions() {
    return functions;
}

}  // namespace oa::core::cel
