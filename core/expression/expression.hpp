#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

namespace oa::core {

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
    EvaluationError(const std::string& message, std::string hint)
        : std::runtime_error(message), hint_(std::move(hint)) {}
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

private:
    std::string hint_;
};

/// An expression, compiled once. In this version a path: name, then .field, ["key"] or [index]. The
/// seam where CEL will stand: only this class knows the grammar.
class Expression {
public:
    using Segment = std::variant<std::string, std::int64_t>;

    struct Parsed;

    /// Reads the longest expression at the start of `text`, which ends at the end of the text or
    /// where the grammar can go no further.
    [[nodiscard]] static Parsed parse(std::string_view text);

    /// Throws EvaluationError.
    [[nodiscard]] boost::json::value evaluate(const Scope& scope) const;
    /// Appends the value as text, without copying it first: a string as it is, others as JSON.
    /// Throws EvaluationError, `out` then being as it was.
    void append_to(std::string& out, const Scope& scope) const;

    [[nodiscard]] const std::string& root() const noexcept { return root_; }
    [[nodiscard]] const std::vector<Segment>& segments() const noexcept { return segments_; }
    /// The task that the expression reads, when it starts with tasks.NAME or tasks["NAME"].
    [[nodiscard]] std::optional<std::string> task() const;

private:
    std::string root_;
    std::vector<Segment> segments_;
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
