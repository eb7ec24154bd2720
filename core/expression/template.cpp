#include "core/expression/template.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/expression/text_splitter.hpp"
#include "core/secret/secret.hpp"
#include "core/secret/secret_names.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

constexpr std::size_t shown_placeholder_max = 80;

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
    auto value = scope.environment(placeholder.name);
    const bool stands_in = !value || value->empty();  // as in a shell
    if (placeholder.default_text && stands_in) {
        return *placeholder.default_text;
    }
    if (value) {
        return std::move(*value);
    }
    fail(placeholder, "the environment variable '" + placeholder.name + "' is not set",
         "set it, or give a default: ${ENV:" + placeholder.name + ":-default}");
}

/// Throws TemplateError when there is none.
Secret secret_value(const Placeholder& placeholder, const Scope& scope) {
    const bool vault = placeholder.source == Placeholder::Source::Vault;
    const SecretStore store = vault ? SecretStore::Vault : SecretStore::Wallet;
    try {
        if (auto value = scope.secret(store, placeholder.name)) {
            return std::move(*value);
        }
    } catch (const std::runtime_error& error) {
        fail(placeholder, error.what(), {});
    }
    if (placeholder.default_text) {
        return Secret(*placeholder.default_text);
    }
    std::string hint = scope.secret_advice(store);
    if (hint.empty()) {
        hint = std::string("put it into the ") + (vault ? "vault" : "wallet") +
               ", or give a default: ${" + (vault ? "VAULT:" : "WALLET:") + placeholder.name +
               ":-default}";
    }
    fail(placeholder, "there is no secret '" + placeholder.name + "'", std::move(hint));
}

json::value resolve_value(const Placeholder& placeholder, const Scope& scope) {
    switch (placeholder.source) {
        case Placeholder::Source::Environment:
            return json::value(environment_text(placeholder, scope));
        case Placeholder::Source::Wallet:
        case Placeholder::Source::Vault:
            return json::value(json::string(secret_value(placeholder, scope).reveal()));
        case Placeholder::Source::Expression: break;
    }
    try {
        if (!placeholder.text_only) {
            return placeholder.expression->evaluate(scope);
        }
        std::string text;
        placeholder.expression->append_to(text, scope);
        return json::value(text);
    } catch (const EvaluationError& error) {
        if (placeholder.lenient) {
            return json::value(placeholder.text);
        }
        fail(placeholder, error.what(), error.hint());
    }
}

void append_text(std::string& out, const Placeholder& placeholder, const Scope& scope) {
    switch (placeholder.source) {
        case Placeholder::Source::Environment: out += environment_text(placeholder, scope); return;
        case Placeholder::Source::Wallet:
        case Placeholder::Source::Vault: out += secret_value(placeholder, scope).reveal(); return;
        case Placeholder::Source::Expression: break;
    }
    try {
        placeholder.expression->append_to(out, scope);
    } catch (const EvaluationError& error) {
        if (placeholder.lenient) {
            out += placeholder.text;
            return;
        }
        fail(placeholder, error.what(), error.hint());
    }
}

}  // namespace

bool Placeholder::names_secret() const {
    switch (source) {
        case Source::Wallet:
        case Source::Vault: return true;
        case Source::Environment: return sounds_secret(name);
        case Source::Expression: break;
    }
    return false;
}

TextTemplate::Result TextTemplate::parse(std::string_view text, TextDialect dialect) {
    SplitText split = split_text(text, dialect);
    Result result;
    result.text_template.parts_ = std::move(split.parts);
    result.errors = std::move(split.errors);
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
    constexpr std::size_t usual_size = 256;  // growing leaves copies of secrets behind
    bool secret = false;
    std::string out;
    out.reserve(usual_size);
    for (const auto& part : parts_) {
        if (const auto* const literal = std::get_if<std::string>(&part)) {
            out += *literal;
        } else {
            const auto& placeholder = std::get<Placeholder>(part);
            append_text(out, placeholder, scope);
            secret = secret || placeholder.names_secret();
        }
    }
    json::value value(out);
    if (secret) {
        wipe(out);
    }
    return value;
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
    for_each_placeholder(
        [&found](const Placeholder& placeholder) { found = found || placeholder.names_secret(); });
    return found;
}

const Template* Template::find(std::string_view field) const {
    const Object* const all = fields();
    if (all == nullptr) {
        return nullptr;
    }
    const auto found = std::find_if(all->begin(), all->end(), [field](const Field& candidate) {
        return candidate.key == field;
    });
    return found == all->end() ? nullptr : &found->value;
}

const Template::Object* Template::fields() const noexcept {
    return std::get_if<Object>(&content_);
}

const Template::Array* Template::items() const noexcept {
    return std::get_if<Array>(&content_);
}

const TextTemplate* Template::text() const noexcept {
    return std::get_if<TextTemplate>(&content_);
}

}  // namespace oa::core
