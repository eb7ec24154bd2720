#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

#include "core/port/secret_source.hpp"

namespace oa::core {

/// The functions that tell how the tasks before this one went. They exist in conditions only.
enum class StatusFunction { Success, Failure, Always };

/// What expressions can see. Borrowed for one evaluation.
class Scope {
public:
    virtual ~Scope() = default;

    /// A root identifier: inputs, input, vars, run, workflow, or a variable's bare name. nullptr
    /// when there is none. The value stays valid until the evaluation ends.
    [[nodiscard]] virtual const boost::json::value* find(std::string_view name) const = 0;
    /// tasks.NAME: an object with output, status, error, attempts, started_at, duration. nullptr
    /// when no task has that name.
    [[nodiscard]] virtual const boost::json::value* find_task(std::string_view name) const = 0;
    /// ENV:NAME. Nothing when it is not set.
    [[nodiscard]] virtual std::optional<std::string> environment(std::string_view name) const = 0;
    /// WALLET:key and VAULT:key. Nothing when there is no such secret, or no wallet. Throws
    /// std::runtime_error when the source cannot be read.
    [[nodiscard]] virtual std::optional<Secret> secret(
        [[maybe_unused]] SecretStore store, [[maybe_unused]] std::string_view key) const {
        return std::nullopt;
    }
    /// What to do about a secret that is not there; may be empty.
    [[nodiscard]] virtual std::string secret_advice([[maybe_unused]] SecretStore store) const {
        return {};
    }
    /// success(), failure(), always(). Nothing where they do not exist.
    [[nodiscard]] virtual std::optional<bool> status(
        [[maybe_unused]] StatusFunction function) const {
        return std::nullopt;
    }
    /// Names for "did you mean".
    [[nodiscard]] virtual std::vector<std::string> names() const = 0;
    [[nodiscard]] virtual std::vector<std::string> task_names() const = 0;

protected:
    Scope() = default;
    Scope(const Scope&) = default;
    Scope& operator=(const Scope&) = default;
};

/// Where an expression or placeholder cannot be read. `offset` counts bytes from the start of the
/// text that was given.
struct ExpressionError {
    std::size_t offset = 0;
    std::string message;
    std::string hint;
};

/// Thrown when a well-formed expression has no value here: unknown name, missing field, index out
/// of range.
class EvaluationError : public std::runtime_error {
public:
    EvaluationError(const std::string& message,
                    std::string hint,
                    std::optional<std::size_t> offset = std::nullopt)
        : std::runtime_error(message), hint_(std::move(hint)), offset_(offset) {}
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    /// Of the place in the expression, in bytes, where one is to blame.
    [[nodiscard]] std::optional<std::size_t> offset() const noexcept { return offset_; }

private:
    std::string hint_;
    std::optional<std::size_t> offset_;
};

/// What is known of a value before it is there. `Any`: nothing. `Double` of a value that comes as
/// JSON is any number, since there 2 and 2.0 may stand for the same.
enum class StaticType {
    Any,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    List,
    Map,
    Type,
    Timestamp,
    Duration,
};

/// "a string", "an integer": for messages.
[[nodiscard]] std::string_view with_article(StaticType type);

/// An expression, compiled once: CEL over JSON values. Immutable; cheap to copy; any number of
/// threads may evaluate it at a time.
class Expression {
public:
    using Segment = std::variant<std::string, std::int64_t>;

    /// A path in an expression that begins with a name that the expression does not bind itself
    /// (as macros do): root, then what is selected by .field, ["key"] or [index] with literals.
    struct Reference {
        std::string root;
        std::vector<Segment> segments;
        std::size_t offset = 0;  ///< of the root, in bytes from the start of the expression
        bool tested = false;     ///< the argument of has(): its last field may be missing

        /// The task that is read, when the path starts with tasks.NAME or tasks["NAME"].
        [[nodiscard]] std::optional<std::string> task() const;
    };

    /// Tells what is known of the value at a path.
    using TypeOf = std::function<StaticType(const Reference&)>;

    struct Parsed;
    struct Checked;

    /// Reads the longest expression at the start of `text`, which ends at the end of the text or
    /// where the grammar can go no further.
    [[nodiscard]] static Parsed parse(std::string_view text);
    /// The same for the longest plain path, where operators cannot stand: $<inputs.name>.
    [[nodiscard]] static Parsed parse_path(std::string_view text);

    /// Throws EvaluationError.
    [[nodiscard]] boost::json::value evaluate(const Scope& scope) const;
    /// Appends the value as text, without copying it first: a string as it is, others as JSON.
    /// Throws EvaluationError, `out` then being as it was.
    void append_to(std::string& out, const Scope& scope) const;
    /// The value of a condition. Throws EvaluationError, also when it is no boolean.
    [[nodiscard]] bool test(const Scope& scope) const;

    /// All paths, in the order of the text.
    [[nodiscard]] const std::vector<Reference>& references() const noexcept;
    /// Set when the whole expression is one path.
    [[nodiscard]] const Reference* as_path() const noexcept;
    /// Whether success(), failure() or always() is called anywhere within.
    [[nodiscard]] bool calls_status() const noexcept;
    /// Whether any free name is `name`.
    [[nodiscard]] bool reads(std::string_view name) const noexcept;

    /// What can be known to fail whatever the values are: functions that do not exist or do not
    /// take what they are given, operators on types that do not go together.
    [[nodiscard]] Checked check(const TypeOf& type_of) const;

private:
    struct Program;
    static Parsed from(std::string_view text, bool path);
    std::shared_ptr<const Program> program_;
};

struct Expression::Checked {
    StaticType type = StaticType::Any;  ///< of the expression's value
    std::vector<ExpressionError> errors;
};

struct Expression::Parsed {
    std::optional<Expression> expression;  ///< empty when there is an error
    /// Bytes of the text that belong to it, white space around it included; with an error, where
    /// reading gave up.
    std::size_t consumed = 0;
    /// What is wrong. With an expression that ends before the text does: why it could not go on,
    /// for callers who expect something else there.
    ExpressionError error;
};

}  // namespace oa::core
