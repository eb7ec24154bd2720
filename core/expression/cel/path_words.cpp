#include "core/expression/cel/path_words.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include <boost/json.hpp>

#include "core/expression/cel/lexer.hpp"
#include "core/expression/cel/number_text.hpp"
#include "core/expression/cel/utf8.hpp"
#include "core/nearest.hpp"

namespace oa::core::cel {
namespace {

constexpr std::size_t listed_names_max = 10;
constexpr std::size_t compared_names_max = 1'000;

std::vector<std::string> names_in(const Value& map) {
    std::vector<std::string> names;
    if (const auto* const source = map.map_source()) {
        return source->keys();
    }
    if (const auto* const json = map.borrowed_json()) {
        for (const auto& entry : json->get_object()) {
            names.emplace_back(entry.key());
        }
        return names;
    }
    const auto& data = map.map_data();
    for (std::size_t i = 0; i < data.size; ++i) {
        names.push_back(text_of(data.entries[i].key));
    }
    return names;
}

std::string key_words(const Value& key) {
    return key.is(Kind::String) ? "'" + shortened(key.as_text()) + "'" : text_of(key);
}

Words missing_key(const std::string& named, const Value& map, const Value& key) {
    auto names = names_in(map);
    Words words;
    if (!holds(set_of(Kind::String, Kind::Bool, Kind::Int, Kind::Uint, Kind::Double), key.kind())) {
        words.message = named + " has no key that is " + std::string(with_article(key.kind()));
        words.hint = "its fields are read by name";
        return words;
    }
    words.message = named + " has no field " + key_words(key) +
                    (names.empty() ? "; it is empty" : "; it has " + listed(names));
    const auto compared = std::min(names.size(), compared_names_max);
    if (key.is(Kind::String)) {
        words.hint = did_you_mean(key.as_text(), std::span(names.data(), compared));
    }
    return words;
}

std::string item_name(const std::string& named, const Value& key) {
    std::string out = named;
    append_segment(out, key);
    return out;
}

Words missing_item(const std::string& named, const Value& list, const Value& key) {
    const auto size = list.list_size();
    const bool negative =
        (key.is(Kind::Int) && key.as_int() < 0) || (key.is(Kind::Double) && key.as_double() < 0);
    if (negative) {
        return {item_name(named, key) + ": a position cannot be negative",
                "positions count from 0"};
    }
    if (key.is(Kind::Double)) {
        return {item_name(named, key) + ": a position is a whole number", ""};
    }
    return {named + " has " + std::to_string(size) + (size == 1 ? " item" : " items") +
                ", so there is no " + item_name(named, key),
            size == 0 ? "" : "positions count from 0"};
}

bool means_size(std::string_view word) {
    return word == "length" || word == "size" || word == "count" || word == "len";
}

}  // namespace

std::string source_of(const Ast& ast, const Node& node) {
    return shortened(std::string_view(ast.text).substr(node.begin, node.end - node.begin));
}

std::string_view json_word(Kind kind) {
    switch (kind) {
        case Kind::Int:
        case Kind::Uint:
        case Kind::Double: return "a number";
        case Kind::List: return "an array";
        case Kind::Map: return "an object";
        default: return with_article(kind);
    }
}

std::string path_words(const Ast& ast, const Node& node, std::size_t count) {
    const auto& path = ast.paths[node.detail];
    auto out = path.base == PathNode::Base::Expression ? source_of(ast, ast.child(node, 0))
                                                       : shortened(path.root);
    for (std::size_t i = 0; i < count; ++i) {
        append_segment(out, path.segments[i].key);
    }
    return out;
}

void append_segment(std::string& out, const Value& key) {
    if (!key.is(Kind::String)) {
        out += '[' + text_of(key) + ']';
        return;
    }
    const auto name = key.as_text();
    if (is_name(name) && !is_keyword(name)) {
        out += '.';
        out += name;
    } else {
        const auto shown = shortened(name);
        out += '[' + boost::json::serialize(boost::json::string_view(shown)) + ']';
    }
}

Words missing_value(const std::string& named, const Value& value, const Value& key) {
    const auto is = named + " is " + std::string(json_word(value.kind()));
    if (value.is(Kind::Map)) {
        return key.is(Kind::Int) &&
                       (value.borrowed_json() != nullptr || value.map_source() != nullptr)
                   ? Words{is + ", so it has no position [" + text_of(key) + "]",
                           "its fields are read by name"}
                   : missing_key(named, value, key);
    }
    if (value.is(Kind::List)) {
        if (holds(number_kinds, key.kind())) {
            return missing_item(named, value, key);
        }
        const bool text = key.is(Kind::String);
        return {is + ", so it has no field " +
                    (text ? key_words(key) : std::string(with_article(key.kind()))),
                text && means_size(key.as_text()) ? "the number of its items is size(" + named + ")"
                                                  : "its items are read by position, such as [0]"};
    }
    if (key.is(Kind::String)) {
        return {is + ", so it has no field " + key_words(key),
                value.is(Kind::String) && means_size(key.as_text())
                    ? "the number of its characters is size(" + named + ")"
                    : ""};
    }
    return {is + ", so it has no position [" +
                (holds(number_kinds, key.kind()) ? text_of(key)
                                                 : std::string(with_article(key.kind()))) +
                "]",
            value.is(Kind::String) ? "a character is read with charAt()" : ""};
}

std::string suggestion(std::string_view word,
                       const std::vector<std::string>& names,
                       std::string_view there_is) {
    auto hint = did_you_mean(word, names);
    if (hint.empty() && !names.empty()) {
        hint = std::string(there_is) + listed(names);
    }
    return hint;
}

std::string listed(const std::vector<std::string>& names) {
    std::string out;
    const auto shown = std::min(names.size(), listed_names_max);
    for (std::size_t i = 0; i < shown; ++i) {
        out += i == 0 ? "" : ", ";
        out += shortened(names[i]);
    }
    if (shown < names.size()) {
        out += " and " + std::to_string(names.size() - shown) + " more";
    }
    return out;
}

}  // namespace oa::core::cel
