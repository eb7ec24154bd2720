#include "core/workflow/value_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json.hpp>

#include "core/workflow/language_names.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

bool in_older_dialect(const Reading& reading, ExpressionSite site) {
    return reading.compat_oa3 &&
           (site.place == ExpressionPlace::Variable || site.place == ExpressionPlace::Parameters);
}

/// Whether all names are such that something is certainly there.
bool names_known_roots(const Reading& reading, const Expression& expression) {
    const auto& paths = expression.references();
    return std::all_of(paths.begin(), paths.end(), [&reading](const auto& path) {
        return is_always_known(path.root) || reading.variables->declared.has(path.root);
    });
}

/// Equal texts share what they were compiled to.
void share_compiled(Reading& reading, Placeholder& placeholder) {
    constexpr std::size_t text_bytes_max = 64;  // longer ones are hardly written twice
    if (placeholder.expression && placeholder.text.size() <= text_bytes_max) {
        const auto [known, is_new] =
            reading.session.expressions.try_emplace(placeholder.text, *placeholder.expression);
        if (!is_new) {
            placeholder.expression = known->second;
        }
    }
}

/// Places a placeholder in the file, and remembers what there is to check about it.
void take_placeholder(Reading& reading,
                      const YamlNode& node,
                      ExpressionSite site,
                      Placeholder& placeholder) {
    placeholder.position = reading.position_in(node, placeholder.offset);
    share_compiled(reading, placeholder);
    const bool vault = placeholder.source == Placeholder::Source::Vault;
    if (vault || placeholder.source == Placeholder::Source::Wallet) {
        reading.secrets.push_back({vault ? SecretStore::Vault : SecretStore::Wallet,
                                   placeholder.name, placeholder.position, reading.workflow.file,
                                   placeholder.default_text.has_value()});
    }
    if (!placeholder.expression || placeholder.text_only) {
        return;
    }
    placeholder.lenient =
        in_older_dialect(reading, site) && !names_known_roots(reading, *placeholder.expression);
    ExpressionUse use;
    use.expression = *placeholder.expression;
    use.site = site;
    use.node = &node;
    use.position = placeholder.position;
    use.offset = placeholder.expression_offset;
    use.text_offset = placeholder.offset;
    use.text_size = placeholder.text.size();
    use.lenient = placeholder.lenient;
    reading.expressions.push_back(std::move(use));
}

/// Mistakes in a text with placeholders; in the older dialect, where it stays as it is, remarks.
void report(Reading& reading,
            const YamlNode& node,
            std::vector<ExpressionError> errors,
            Severity severity) {
    std::stable_sort(errors.begin(), errors.end(),
                     [](const ExpressionError& left, const ExpressionError& right) {
                         return left.offset < right.offset;
                     });
    for (ExpressionError& error : errors) {
        const SourcePosition position = reading.position_in(node, error.offset);
        if (severity == Severity::Error) {
            reading.error(position, std::move(error.message), std::move(error.hint), "expression");
        } else {
            reading.warn(position, "this stays as it is: " + error.message, std::move(error.hint),
                         "expression");
        }
    }
}

Template read_text_template(Reading& reading, const YamlNode& node, ExpressionSite site) {
    const bool older = in_older_dialect(reading, site);
    const std::string_view special = older ? "${" : "$";
    if (node.scalar.find_first_of(special) == std::string::npos) {
        return Template(json::value(json::string(node.scalar)));
    }
    const auto brackets = static_cast<std::size_t>(
        std::count(node.scalar.begin(), node.scalar.end(), older ? '{' : '$'));
    if (!reading.has_room_for_expressions(brackets, node.position)) {
        return Template();
    }
    TextTemplate::Result parsed =
        TextTemplate::parse(node.scalar, older ? TextDialect::Oa3 : TextDialect::Core);
    const bool refused = !older && !parsed.errors.empty();
    report(reading, node, std::move(parsed.errors), older ? Severity::Warning : Severity::Error);
    if (refused) {
        return Template();
    }
    if (parsed.text_template.parts().size() > 1) {
        site.wanted = Wanted::Any;  // it becomes part of a text
    }
    for (TextTemplate::Part& part : parsed.text_template.parts()) {
        auto* placeholder = std::get_if<Placeholder>(&part);
        if (placeholder == nullptr) {
            continue;
        }
        if (!reading.count_expression(node.position)) {
            return Template();
        }
        take_placeholder(reading, node, site, *placeholder);
    }
    return Template(std::move(parsed.text_template));
}

std::string first_placeholder(const std::vector<TextTemplate::Part>& parts) {
    for (const TextTemplate::Part& part : parts) {
        if (const auto* placeholder = std::get_if<Placeholder>(&part)) {
            return placeholder->text;
        }
    }
    return {};
}

/// {inputs.who}: YAML takes that for a mapping with a key that has no value.
void warn_of_lost_placeholder(Reading& reading, const YamlNode& node) {
    if (node.entries.size() != 1 || !is_null(*node.entries.front().value)) {
        return;
    }
    const YamlNode::Entry& entry = node.entries.front();
    const std::size_t dot = entry.key.find('.');
    if (dot == std::string::npos || !is_always_known(entry.key.substr(0, dot))) {
        return;
    }
    reading.warn(node.position, "this is a mapping with the key '" + excerpt(entry.key) + "'",
                 "did you mean \"${" + excerpt(entry.key) + "}\"?", "expression");
}

std::optional<json::value> read_scalar(Reading& reading, const YamlNode& node) {
    ScalarValue read = scalar_value(node, reading.dialect());
    if (!read.value) {
        reading.error(node.position, std::move(read.message), std::move(read.hint));
    }
    return std::move(read.value);
}

}  // namespace

bool is_text(const Reading& reading, const YamlNode& node) {
    return node.kind == YamlNode::Kind::Scalar &&
           (node.style != YamlNode::Style::Plain ||
            plain_scalar_kind(node.scalar, reading.dialect()) == ScalarKind::Text);
}

bool holds_placeholder(std::string_view text) {
    return text.find("${") != std::string_view::npos || text.find("$<") != std::string_view::npos;
}

std::optional<json::value> read_literal(Reading& reading, const YamlNode& node) {
    if (node.kind == YamlNode::Kind::Scalar) {
        return read_scalar(reading, node);
    }
    bool complete = true;
    if (node.kind == YamlNode::Kind::Sequence) {
        json::array items;
        items.reserve(node.items.size());
        for (const YamlNode* item : node.items) {
            auto value = read_literal(reading, *item);
            complete = complete && value.has_value();
            items.push_back(std::move(value).value_or(nullptr));
        }
        return complete ? std::optional<json::value>(std::move(items)) : std::nullopt;
    }
    json::object fields;
    fields.reserve(node.entries.size());
    for (const YamlNode::Entry& entry : node.entries) {
        auto value = read_literal(reading, *entry.value);
        complete = complete && value.has_value();
        fields.emplace(entry.key, std::move(value).value_or(nullptr));
    }
    return complete ? std::optional<json::value>(std::move(fields)) : std::nullopt;
}

std::optional<Placeholder> read_bare_expression(Reading& reading,
                                                const YamlNode& node,
                                                ExpressionSite site) {
    if (!reading.count_expression(node.position)) {
        return std::nullopt;
    }
    Expression::Parsed parsed = Expression::parse(node.scalar);
    if (!parsed.expression || parsed.consumed < node.scalar.size()) {
        report(reading, node, {std::move(parsed.error)}, Severity::Error);
        return std::nullopt;
    }
    Placeholder placeholder;
    placeholder.expression = std::move(parsed.expression);
    placeholder.text = node.scalar;
    take_placeholder(reading, node, site, placeholder);
    return placeholder;
}

std::optional<Placeholder> read_single_expression(Reading& reading,
                                                  const YamlNode& node,
                                                  std::string_view what,
                                                  ExpressionSite site) {
    const std::string_view text = node.scalar;
    const std::size_t begin = text.find_first_not_of(" \t\n");
    if (!holds_placeholder(text)) {
        return read_bare_expression(reading, node, site);
    }
    const std::size_t end = text.find_last_not_of(" \t\n") + 1;
    TextTemplate::Result parsed = TextTemplate::parse(text.substr(begin, end - begin));
    for (ExpressionError& error : parsed.errors) {
        error.offset += begin;
    }
    if (!parsed.errors.empty()) {
        report(reading, node, std::move(parsed.errors), Severity::Error);
        return std::nullopt;
    }
    auto& parts = parsed.text_template.parts();
    auto* placeholder = std::get_if<Placeholder>(&parts.front());
    if (parts.size() > 1 || placeholder == nullptr) {
        reading.error(node.position,
                      std::string(what) +
                          " takes one expression, and there is other text beside '" +
                          excerpt(first_placeholder(parts)) + "'",
                      site.wanted == Wanted::Condition
                          ? "write it without brackets, as in inputs.env == 'live'"
                          : "write it without brackets, as in inputs.files",
                      "expression");
        return std::nullopt;
    }
    if (!placeholder->expression) {
        reading.error(node.position,
                      std::string(what) + " takes an expression, and '" +
                          excerpt(placeholder->text) + "' is a text",
                      "give it to a variable, and name that here", "expression");
        return std::nullopt;
    }
    placeholder->offset += begin;
    placeholder->expression_offset += begin;
    if (!reading.count_expression(node.position)) {
        return std::nullopt;
    }
    take_placeholder(reading, node, site, *placeholder);
    return std::move(*placeholder);
}

Template read_template(Reading& reading, const YamlNode& node, ExpressionSite site) {
    if (node.kind == YamlNode::Kind::Sequence) {
        Template::Array items;
        items.reserve(node.items.size());
        for (const YamlNode* item : node.items) {
            items.push_back(read_template(reading, *item, site));
        }
        return Template(std::move(items));
    }
    if (node.kind == YamlNode::Kind::Mapping) {
        warn_of_lost_placeholder(reading, node);
        Template::Object fields;
        fields.reserve(node.entries.size());
        for (const YamlNode::Entry& entry : node.entries) {
            fields.push_back({entry.key, read_template(reading, *entry.value, site)});
        }
        return Template(std::move(fields));
    }
    if (is_text(reading, node)) {
        return read_text_template(reading, node, site);
    }
    return Template(read_scalar(reading, node).value_or(nullptr));
}

Template read_expression(Reading& reading, const YamlNode& node, ExpressionSite site) {
    if (!is_text(reading, node) || holds_placeholder(node.scalar)) {
        return read_template(reading, node, site);
    }
    auto placeholder = read_bare_expression(reading, node, site);
    if (!placeholder) {
        return Template();
    }
    TextTemplate text;
    text.parts().emplace_back(std::move(*placeholder));
    return Template(std::move(text));
}

}  // namespace oa::core
