#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

#include "core/diagnostic.hpp"
#include "core/expression/expression.hpp"

namespace oa::core {

/// Which texts stand for values: ${...} and $<...>, or in texts of compat: oa3 also {name}.
enum class TextDialect { Core, Oa3 };

/// ${...} or $<...> in a text, or what stands for it in the dialect of the older system.
struct Placeholder {
    enum class Source { Expression, Environment, Wallet, Vault };

    Source source = Source::Expression;
    std::string name;                         ///< of the environment variable or wallet entry
    std::optional<std::string> default_text;  ///< after ":-", for environment and wallet
    std::optional<Expression> expression;
    std::string text;                   ///< as written, brackets included
    std::size_t offset = 0;             ///< of the placeholder in the text, in bytes
    std::size_t expression_offset = 0;  ///< of the expression in the text, in bytes
    SourcePosition position;            ///< in the file, where it is known
    bool lenient = false;  ///< where the expression has no value, the placeholder stays as written
    bool text_only = false;  ///< inserted as text even where it stands alone

    /// Whether what it gives must not be seen.
    [[nodiscard]] bool names_secret() const;
};

/// A text with placeholders, split once.
class TextTemplate {
public:
    struct Result;

    /// `$${` and `$$<` are literal brackets with one dollar. What is no placeholder stays as it is.
    /// A default is text up to the closing bracket; brackets of the same kind within it are
    /// balanced. Takes time in proportion to the text; reports the first few mistakes only.
    ///
    /// In the older dialect, {name}, {name[key]}, {name['key']} and {name.key} are lenient
    /// placeholders for variables, {ENV:X} and ENV{X} (and ${{ENV:X}}) are spellings of ${ENV:X},
    /// likewise WALLET and VAULT; a pair of {{ and }} is a literal pair of braces. All other braces
    /// stay as they are, and so does what cannot be read: then the mistakes are remarks.
    [[nodiscard]] static Result parse(std::string_view text,
                                      TextDialect dialect = TextDialect::Core);

    [[nodiscard]] bool is_literal() const;

    /// The value, typed when the whole text is one placeholder; otherwise a string, in which
    /// strings are inserted as they are and other values as JSON. What was inserted is never
    /// scanned again. Throws TemplateError.
    [[nodiscard]] boost::json::value resolve(const Scope& scope) const;

    using Part = std::variant<std::string, Placeholder>;
    [[nodiscard]] const std::vector<Part>& parts() const noexcept { return parts_; }
    [[nodiscard]] std::vector<Part>& parts() noexcept { return parts_; }

private:
    std::vector<Part> parts_;
};

struct TextTemplate::Result {
    TextTemplate text_template;
    std::vector<ExpressionError> errors;
};

/// A placeholder that has no value here.
class TemplateError : public std::runtime_error {
public:
    TemplateError(const std::string& message, std::string hint, SourcePosition position)
        : std::runtime_error(message), hint_(std::move(hint)), position_(position) {}
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    [[nodiscard]] SourcePosition position() const noexcept { return position_; }

private:
    std::string hint_;
    SourcePosition position_;
};

/// A JSON value in whose strings placeholders may stand; keys are not scanned. Compiled once,
/// resolved at each use.
class Template {
public:
    Template() = default;                           ///< null
    explicit Template(boost::json::value literal);  ///< taken as it is: never scanned

    struct Field;
    using Array = std::vector<Template>;
    using Object = std::vector<Field>;
    explicit Template(TextTemplate text);
    explicit Template(Array items);
    explicit Template(Object fields);

    /// True when there is no placeholder anywhere within: literal() then is the value. It must not
    /// be asked otherwise.
    [[nodiscard]] bool is_literal() const noexcept;
    [[nodiscard]] const boost::json::value& literal() const;
    /// Throws TemplateError.
    [[nodiscard]] boost::json::value resolve(const Scope& scope) const;
    void for_each_placeholder(const std::function<void(const Placeholder&)>& visit) const;

    /// Whether any placeholder within reads a secret: WALLET:, VAULT:, or an environment variable
    /// that sounds_secret(). What it gives is secret then.
    [[nodiscard]] bool names_secret() const;

    /// The template of a field of an object; nullptr when it is no object or has no such field.
    /// Literal objects are not split: ask literal().
    [[nodiscard]] const Template* find(std::string_view field) const;
    /// The fields of an object, or the items of an array, in which there are placeholders; nullptr
    /// for all else.
    [[nodiscard]] const Object* fields() const noexcept;
    [[nodiscard]] const Array* items() const noexcept;
    /// A text in which there are placeholders; nullptr for all else.
    [[nodiscard]] const TextTemplate* text() const noexcept;

private:
    std::variant<boost::json::value, TextTemplate, Array, Object> content_;
};

struct Template::Field {
    std::string key;
    Template value;
};

}  // namespace oa::core
