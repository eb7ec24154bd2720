#include "core/workflow/condition_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "core/workflow/value_reader.hpp"

namespace oa::core {
namespace {

constexpr std::uint32_t max_parallel_limit = 1'000;
constexpr std::string_view items_key = "items";
constexpr std::string_view max_parallel_key = "max_parallel";

std::optional<bool> constant(const Reading& reading, const YamlNode& node) {
    if (node.kind != YamlNode::Kind::Scalar) {
        return std::nullopt;
    }
    const ScalarValue read = scalar_value(node, reading.dialect());
    return read.value && read.value->is_bool() ? std::optional(read.value->get_bool())
                                               : std::nullopt;
}

/// Whether a mapping tells about the loop, instead of being what it goes through.
bool is_description(const YamlNode& node) {
    return node.find(items_key) != nullptr &&
           std::all_of(node.entries.begin(), node.entries.end(), [](const auto& entry) {
               return entry.key == items_key || entry.key == max_parallel_key;
           });
}

std::optional<Template> read_items(Reading& reading, const YamlNode& node, TaskIndex task) {
    ExpressionSite site{ExpressionPlace::ForEach, task, Wanted::Any};
    if (node.kind != YamlNode::Kind::Scalar) {
        return read_template(reading, node, site);
    }
    if (!is_text(reading, node)) {
        reading.error(node.position,
                      "'for_each' takes a list, a mapping or an expression that gives one, not " +
                          describe(node, reading.dialect()));
        return std::nullopt;
    }
    if (node.refused) {
        return std::nullopt;
    }
    site.wanted = Wanted::Elements;
    auto placeholder = read_single_expression(reading, node, "'for_each'", site);
    if (!placeholder) {
        return std::nullopt;
    }
    TextTemplate text;
    text.parts().emplace_back(std::move(*placeholder));
    return Template(std::move(text));
}

/// For messages: trimmed, and with one blank for each run of white space.
std::string on_one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!blank) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    if (!line.empty() && line.back() == ' ') {
        line.pop_back();
    }
    return line;
}

}  // namespace

std::optional<Condition> read_condition(Reading& reading,
                                        const YamlNode& node,
                                        std::string_view what,
                                        ExpressionPlace place,
                                        TaskIndex task) {
    Condition condition;
    condition.position = node.position;
    if (const auto value = constant(reading, node)) {
        condition.text = *value ? "true" : "false";
        auto parsed = Expression::parse(condition.text);
        if (!parsed.expression) {
            reading.error(node.position, parsed.error.message, parsed.error.hint);
            return std::nullopt;
        }
        condition.expression = std::move(*parsed.expression);
        return condition;
    }
    if (node.refused) {
        return std::nullopt;
    }
    if (!is_text(reading, node)) {
        reading.error(node.position, std::string(what) + " takes a condition, not " +
                                         describe(node, reading.dialect()));
        return std::nullopt;
    }
    auto placeholder =
        read_single_expression(reading, node, what, {place, task, Wanted::Condition});
    if (!placeholder) {
        return std::nullopt;
    }
    condition.expression = std::move(*placeholder->expression);
    condition.text = on_one_line(node.scalar);
    condition.position = placeholder->position;
    return condition;
}

Loop read_loop(Reading& reading, const YamlNode& node, TaskIndex task) {
    Loop loop;
    loop.position = node.position;
    const YamlNode* items = &node;
    if (is_description(node)) {
        items = node.find(items_key)->value;
        const YamlNode::Entry* max_parallel = node.find(max_parallel_key);
        if (max_parallel != nullptr && !is_null(*max_parallel->value)) {
            loop.max_parallel = read_max_parallel(reading, *max_parallel->value);
        }
    }
    // An unreadable one is a loop all the same, so that its elements' names are not reported too.
    loop.items = read_items(reading, *items, task).value_or(Template(boost::json::array()));
    return loop;
}

std::optional<std::uint32_t> read_max_parallel(Reading& reading, const YamlNode& node) {
    return read_count(reading, node, "'max_parallel'", max_parallel_limit);
}

}  // namespace oa::core
