#include "core/expression/template.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace oa::core {
namespace {

namespace json = boost::json;

/// More would bury the first one, and a hostile text could ask for millions.
constexpr std::size_t errors_max = 10;
constexpr std::size_t shown_placeholder_max = 80;

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_variable_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           std::all_of(name.begin(), name.end(), is_variable_character);
}

/// A wallet key is any text on one line without brackets, dollars and quotes.
bool is_wallet_key(std::string_view key) {
    return !key.empty() && key.find_first_of("{}<>$\"'\\\n\r") == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

struct SourcePrefix {
    std::string_view text;
    Placeholder::Source source;
};

constexpr SourcePrefix source_prefixes[] = {{"ENV:", Placeholder::Source::Environment},
                                            {"WALLET:", Placeholder::Source::Wallet},
                                            {"VAULT:", Placeholder::Source::Wallet}};

/// Splits a text at its placeholders. Each byte is looked at a bounded number of times, since after
/// a mistake reading goes on behind it, or stops for good when the text has run out.
class TextSplitter {
public:
    explicit TextSplitter(std::string_view text) : text_(text) {}

    void split() {
        while (errors_.size() < errors_max) {
            const auto dollar = text_.find('$', at_);
            if (dollar == std::string_view::npos) {
                break;
            }
            append_literal(dollar);
            read_dollar();
        }
        append_literal(text_.size());
        flush_literal();
    }

    [[nodiscard]] std::vector<TextTemplate::Part>& parts() noexcept { return parts_; }
    [[nodiscard]] std::vector<ExpressionError>& errors() noexcept { return errors_; }

private:
    [[nodiscard]] char peek(std::size_t ahead) const noexcept {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }

    /// Takes everything from here to `end` as it is.
    void append_literal(std::size_t end) {
        literal_.append(text_.substr(at_, end - at_));
        at_ = end;
    }

    void flush_literal() {
        if (!literal_.empty()) {
            parts_.emplace_back(std::exchange(literal_, {}));
        }
    }

    static bool opens(char c) { return c == '{' || c == '<'; }

    void read_dollar() {
        if (peek(1) == '$' && opens(peek(2))) {
            ++at_;
            append_literal(at_ + 2);
        } else if (opens(peek(1))) {
            read_placeholder();
        } else {
            append_literal(at_ + 1);
        }
    }

    void refuse(std::size_t offset, std::string message, std::string hint = {}) {
        errors_.push_back({offset, std::move(message), std::move(hint)});
    }

    void refuse_unterminated() {
        refuse(start_,
               std::string("the placeholder that begins here is not closed with '") + close_ + "'",
               "a literal '" + std::string(text_.substr(start_, 2)) + "' is written '$" +
                   std::string(text_.substr(start_, 2)) + "'");
        at_ = text_.size();
    }

    void read_placeholder() {
        start_ = at_;
        open_ = text_[at_ + 1];
        close_ = open_ == '{' ? '}' : '>';
        at_ += 2;
        while (at_ < text_.size() && is_space(text_[at_])) {
            ++at_;
        }
        if (at_ == text_.size()) {
            refuse_unterminated();
            return;
        }
        if (text_[at_] == close_) {
            refuse(start_, "the placeholder is empty",
                   "it takes a path such as inputs.name, or a source such as ENV:HOME");
            ++at_;
            return;
        }
        for (const auto& prefix : source_prefixes) {
            if (text_.substr(at_, prefix.text.size()) == prefix.text) {
                at_ += prefix.text.size();
                read_source(prefix);
                return;
            }
        }
        read_expression();
    }

    void read_expression() {
        const auto base = at_;
        auto parsed = Expression::parse(text_.substr(base));
        at_ = base + parsed.consumed;
        if (parsed.expression && at_ < text_.size() && text_[at_] == close_) {
            ++at_;
            Placeholder placeholder;
            placeholder.expression = std::move(parsed.expression);
            add(std::move(placeholder));
            return;
        }
        if (at_ == text_.size()) {
            refuse_unterminated();
            return;
        }
        refuse(base + parsed.error.offset, std::move(parsed.error.message),
               std::move(parsed.error.hint));
    }

    void read_source(const SourcePrefix& prefix) {
        const auto name_start = at_;
        while (at_ < text_.size() && text_[at_] != close_ && text_.substr(at_, 2) != ":-") {
            ++at_;
        }
        const auto name_end = at_;
        if (at_ < text_.size() && text_[at_] == ':') {
            at_ += 2;
            skip_default();
        }
        if (at_ == text_.size()) {
            refuse_unterminated();
            return;
        }
        Placeholder placeholder;
        placeholder.source = prefix.source;
        placeholder.name = trimmed(text_.substr(name_start, name_end - name_start));
        if (name_end < at_) {
            placeholder.default_text = text_.substr(name_end + 2, at_ - name_end - 2);
        }
        ++at_;
        if (check_name(prefix, placeholder.name)) {
            add(std::move(placeholder));
        }
    }

    /// Goes to the closing bracket behind a default, or to the end of the text.
    void skip_default() noexcept {
        std::size_t depth = 0;
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == open_) {
                ++depth;
            } else if (text_[at_] == close_ && depth-- == 0) {
                return;
            }
        }
    }

    bool check_name(const SourcePrefix& prefix, std::string_view name) {
        const auto source = std::string(prefix.text);
        if (name.empty()) {
            refuse(start_, "a name is missing after " + source);
            return false;
        }
        if (prefix.source == Placeholder::Source::Environment && !is_variable_name(name)) {
            refuse(start_, "what follows " + source + " is no name of an environment variable",
                   "it has letters, digits and '_' and begins with no digit; a default follows "
                   "':-', as in ENV:NAME:-default");
            return false;
        }
        if (prefix.source == Placeholder::Source::Wallet && !is_wallet_key(name)) {
            refuse(start_, "what follows " + source + " is no key of a wallet",
                   "a key is one line without brackets, quotes, '$' and '\\'");
            return false;
        }
        return true;
    }

    void add(Placeholder placeholder) {
        flush_literal();
        placeholder.text = text_.substr(start_, at_ - start_);
        placeholder.offset = start_;
        parts_.emplace_back(std::move(placeholder));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t start_ = 0;  // of the placeholder that is being read
    char open_ = '{';
    char close_ = '}';
    std::string literal_;  // read, but not yet in parts_
    std::vector<TextTemplate::Part> parts_;
    std::vector<ExpressionError> errors_;
};

/// The placeholder as written, cut where it would flood a message.
std::string shown(const Placeholder& placeholder) {
    const std::string_view text = placeholder.text;
    if (text.size() <= shown_placeholder_max) {
        return placeholder.text;
    }
    auto end = shown_placeholder_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return std::string(text.substr(0, end)) + "...";
}

[[noreturn]] void fail(const Placeholder& placeholder, const std::string& why, std::string hint) {
    throw TemplateError(shown(placeholder) + ": " + why, std::move(hint), placeholder.position);
}

std::string environment_text(const Placeholder& placeholder, const Scope& scope) {
    if (auto value = scope.environment(placeholder.name)) {
        return std::move(*value);
    }
    if (placeholder.default_text) {
        return *placeholder.default_text;
    }
    fail(placeholder, "the environment variable '" + placeholder.name + "' is not set",
         "set it, or give a default: ${ENV:" + placeholder.name + ":-default}");
}

std::string secret_text(const Placeholder& placeholder, const Scope& scope) {
    if (auto value = scope.secret(placeholder.name)) {
        return std::move(*value);
    }
    if (placeholder.default_text) {
        return *placeholder.default_text;
    }
    fail(placeholder, "there is no secret '" + placeholder.name + "'",
         "put it into the wallet, or give a default: ${WALLET:" + placeholder.name + ":-default}");
}

json::value resolve_value(const Placeholder& placeholder, const Scope& scope) {
    switch (placeholder.source) {
        case Placeholder::Source::Environment:
            return json::value(environment_text(placeholder, scope));
        case Placeholder::Source::Wallet: return json::value(secret_text(placeholder, scope));
        case Placeholder::Source::Expression: break;
    }
    try {
        return placeholder.expression->evaluate(scope);
    } catch (const EvaluationError& error) {
        fail(placeholder, error.what(), error.hint());
    }
}

void append_text(std::string& out, const Placeholder& placeholder, const Scope& scope) {
    switch (placeholder.source) {
        case Placeholder::Source::Environment: out += environment_text(placeholder, scope); return;
        case Placeholder::Source::Wallet: out += secret_text(placeholder, scope); return;
        case Placeholder::Source::Expression: break;
    }
    try {
        placeholder.expression->append_to(out, scope);
    } catch (const EvaluationError& error) {
        fail(placeholder, error.what(), error.hint());
    }
}

}  // namespace

TextTemplate::Result TextTemplate::parse(std::string_view text) {
    TextSplitter splitter(text);
    splitter.split();
    Result result;
    result.text_template.parts_ = std::move(splitter.parts());
    result.errors = std::move(splitter.errors());
    return result;
}

bool TextTemplate::is_literal() const {
    return std::none_of(parts_.begin(), parts_.end(),
                        [](const Part& part) { return std::holds_alternative<Placeholder>(part); });
}

boost::json::value TextTemplate::resolve(const Scope& scope) const {
    if (parts_.size() == 1) {
        if (const auto* const placeholder = std::get_if<Placeholder>(&parts_.front())) {
            return resolve_value(*placeholder, scope);
        }
    }
    std::string out;
    for (const auto& part : parts_) {
        if (const auto* const literal = std::get_if<std::string>(&part)) {
            out += *literal;
        } else {
            append_text(out, std::get<Placeholder>(part), scope);
        }
    }
    return json::value(out);
}

Template::Template(boost::json::value literal) : content_(std::move(literal)) {}

Template::Template(TextTemplate text) {
    if (!text.is_literal()) {
        content_ = std::move(text);
        return;
    }
    json::string literal;
    for (const auto& part : text.parts()) {
        literal += std::get<std::string>(part);
    }
    content_ = json::value(std::move(literal));
}

Template::Template(Array items) {
    const bool literal = std::all_of(items.begin(), items.end(),
                                     [](const Template& item) { return item.is_literal(); });
    if (!literal) {
        content_ = std::move(items);
        return;
    }
    json::array values;
    values.reserve(items.size());
    for (auto& item : items) {
        values.push_back(std::get<json::value>(std::move(item.content_)));
    }
    content_ = json::value(std::move(values));
}

Template::Template(Object fields) {
    const bool literal = std::all_of(fields.begin(), fields.end(),
                                     [](const Field& field) { return field.value.is_literal(); });
    if (!literal) {
        content_ = std::move(fields);
        return;
    }
    json::object values;
    values.reserve(fields.size());
    for (auto& field : fields) {
        values.insert_or_assign(field.key, std::get<json::value>(std::move(field.value.content_)));
    }
    content_ = json::value(std::move(values));
}

bool Template::is_literal() const noexcept {
    return std::holds_alternative<json::value>(content_);
}

const boost::json::value& Template::literal() const {
    return std::get<json::value>(content_);
}

boost::json::value Template::resolve(const Scope& scope) const {
    if (const auto* const text = std::get_if<TextTemplate>(&content_)) {
        return text->resolve(scope);
    }
    if (const auto* const items = std::get_if<Array>(&content_)) {
        json::array values;
        values.reserve(items->size());
        for (const auto& item : *items) {
            values.push_back(item.resolve(scope));
        }
        return values;
    }
    if (const auto* const fields = std::get_if<Object>(&content_)) {
        json::object values;
        values.reserve(fields->size());
        for (const auto& field : *fields) {
            values.insert_or_assign(field.key, field.value.resolve(scope));
        }
        return values;
    }
    return literal();
}

void Template::for_each_placeholder(const std::function<void(const Placeholder&)>& visit) const {
    if (const auto* const text = std::get_if<TextTemplate>(&content_)) {
        for (const auto& part : text->parts()) {
            if (const auto* const placeholder = std::get_if<Placeholder>(&part)) {
                visit(*placeholder);
            }
        }
    } else if (const auto* const items = std::get_if<Array>(&content_)) {
        for (const auto& item : *items) {
            item.for_each_placeholder(visit);
        }
    } else if (const auto* const fields = std::get_if<Object>(&content_)) {
        for (const auto& field : *fields) {
            field.value.for_each_placeholder(visit);
        }
    }
}

bool Template::names_secret() const {
    bool found = false;
    for_each_placeholder([&found](const Placeholder& placeholder) {
        found = found || placeholder.source == Placeholder::Source::Wallet;
    });
    return found;
}

const Template* Template::find(std::string_view field) const {
    const auto* const fields = std::get_if<Object>(&content_);
    if (fields == nullptr) {
        return nullptr;
    }
    const auto found =
        std::find_if(fields->begin(), fields->end(),
                     [field](const Field& candidate) { return candidate.key == field; });
    return found == fields->end() ? nullptr : &found->value;
}

}  // namespace oa::core
