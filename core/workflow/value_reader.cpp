#include "core/workflow/value_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json.hpp>

#include "core/workflow/reference_check.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Finds where the bytes of a scalar's value stand in the text that it was written in, by walking
/// along both. Escapes, doubled quotes, folded lines and indentation make the two differ. Offsets
/// must be asked for in rising order.
class ScalarPlaces {
public:
    ScalarPlaces(std::string_view text, const YamlNode& node)
        : text_(text), scalar_(node.scalar), start_(node.offset), at_(node.offset) {
        const char first = peek();
        if (node.style == YamlNode::Style::Block) {
            at_ = std::min(text.find('\n', at_), text.size());
        } else if (node.style == YamlNode::Style::Quoted && (first == '"' || first == '\'')) {
            quote_ = first;
            ++at_;
        }
    }

    /// Offset in the text of the value's byte `offset`; of the scalar when the two cannot be
    /// matched.
    [[nodiscard]] std::size_t find(std::size_t offset) {
        while (value_at_ < offset && !lost_) {
            step();
        }
        while (!lost_ && at_ < text_.size() && value_at_ < scalar_.size() &&
               text_[at_] != scalar_[value_at_] && is_space(text_[at_])) {
            ++at_;
        }
        return lost_ ? start_ : at_;
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }

    void step() {
        if (at_ >= text_.size() || value_at_ >= scalar_.size()) {
            lost_ = true;
            return;
        }
        if (quote_ == '"' && text_[at_] == '\\') {
            step_escape();
        } else if (quote_ == '\'' && text_[at_] == '\'') {
            at_ += 2;
            ++value_at_;
        } else if (text_[at_] == scalar_[value_at_]) {
            ++at_;
            ++value_at_;
        } else if (is_space(text_[at_])) {
            ++at_;
        } else if (is_space(scalar_[value_at_])) {
            ++value_at_;
        } else {
            lost_ = true;
        }
    }

    void step_escape() {
        const char letter = peek(1);
        if (letter == '\n' || letter == '\r') {
            at_ += 2;  // joins the lines; the white space around it is none of the value
            return;
        }
        const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
        at_ += 2 + digits;
        ++value_at_;
        while (value_at_ < scalar_.size() &&
               (static_cast<unsigned char>(scalar_[value_at_]) & 0xC0U) == 0x80U) {
            ++value_at_;
        }
    }

    std::string_view text_;
    std::string_view scalar_;
    std::size_t start_;
    std::size_t at_;
    std::size_t value_at_ = 0;
    char quote_ = '\0';
    bool lost_ = false;
};

/// An unknown ${NAME} was text in the older system; so it stays.
bool stays_text(Reading& reading, const Placeholder& placeholder) {
    if (!reading.compat_oa3 || placeholder.source != Placeholder::Source::Expression) {
        return false;
    }
    const Expression::Reference* path = placeholder.expression->as_path();
    if (path == nullptr || is_known_root(reading, path->root)) {
        return false;
    }
    reading.warn(placeholder.position,
                 "'" + excerpt(placeholder.text) + "' names no variable and is left as it is",
                 reading.suggest(path->root, reading.variables.list));
    return true;
}

Template read_text_template(Reading& reading, const YamlNode& node) {
    if (node.scalar.find('$') == std::string::npos) {
        return Template(json::value(json::string(node.scalar)));
    }
    TextTemplate::Result parsed = TextTemplate::parse(node.scalar);
    ScalarPlaces places(reading.source.text(), node);
    std::stable_sort(parsed.errors.begin(), parsed.errors.end(),
                     [](const ExpressionError& left, const ExpressionError& right) {
                         return left.offset < right.offset;
                     });
    for (const ExpressionError& error : parsed.errors) {
        reading.error(reading.source.position(places.find(error.offset)), error.message,
                      error.hint);
    }
    if (!parsed.errors.empty()) {
        return Template();
    }
    for (TextTemplate::Part& part : parsed.text_template.parts()) {
        if (auto* placeholder = std::get_if<Placeholder>(&part)) {
            placeholder->position = reading.source.position(places.find(placeholder->offset));
            if (stays_text(reading, *placeholder)) {
                std::string text = std::move(placeholder->text);
                part = std::move(text);
            }
        }
    }
    return Template(std::move(parsed.text_template));
}

std::optional<json::value> read_scalar(Reading& reading, const YamlNode& node) {
    ScalarValue read = scalar_value(node, reading.dialect());
    if (!read.value) {
        reading.error(node.position, std::move(read.message), std::move(read.hint));
    }
    return std::move(read.value);
}

bool is_text(const Reading& reading, const YamlNode& node) {
    return node.kind == YamlNode::Kind::Scalar &&
           (node.style != YamlNode::Style::Plain ||
            plain_scalar_kind(node.scalar, reading.dialect()) == ScalarKind::Text);
}

}  // namespace

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

Template read_template(Reading& reading, const YamlNode& node) {
    if (node.kind == YamlNode::Kind::Sequence) {
        Template::Array items;
        items.reserve(node.items.size());
        for (const YamlNode* item : node.items) {
            items.push_back(read_template(reading, *item));
        }
        return Template(std::move(items));
    }
    if (node.kind == YamlNode::Kind::Mapping) {
        Template::Object fields;
        fields.reserve(node.entries.size());
        for (const YamlNode::Entry& entry : node.entries) {
            fields.push_back({entry.key, read_template(reading, *entry.value)});
        }
        return Template(std::move(fields));
    }
    if (is_text(reading, node)) {
        return read_text_template(reading, node);
    }
    return Template(read_scalar(reading, node).value_or(nullptr));
}

Template read_expression(Reading& reading, const YamlNode& node) {
    const bool expression = is_text(reading, node) && node.scalar.find("${") == std::string::npos &&
                            node.scalar.find("$<") == std::string::npos;
    if (!expression) {
        return read_template(reading, node);
    }
    Expression::Parsed parsed = Expression::parse(node.scalar);
    ScalarPlaces places(reading.source.text(), node);
    if (!parsed.expression || parsed.consumed < node.scalar.size()) {
        reading.error(reading.source.position(places.find(parsed.error.offset)),
                      parsed.error.message, parsed.error.hint);
        return Template();
    }
    Placeholder placeholder;
    placeholder.expression = std::move(parsed.expression);
    placeholder.text = node.scalar;
    placeholder.position = reading.source.position(places.find(0));
    TextTemplate text;
    text.parts().emplace_back(std::move(placeholder));
    return Template(std::move(text));
}

}  // namespace oa::core
