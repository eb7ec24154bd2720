#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

/// What an expression can see. Borrowed for one evaluation.
class Activation {
public:
    virtual ~Activation() = default;

    /// The value of a variable. What it borrows must be valid until the result has been used.
    [[nodiscard]] virtual std::optional<Value> find(std::string_view name) const = 0;

    /// For "did you mean".
    [[nodiscard]] virtual std::vector<std::string> names() const { return {}; }

    struct Called {
        std::optional<Value> value;
        std::string message;  ///< without a value: why
        std::string hint;
    };
    /// A function that was declared when the program was compiled.
    [[nodiscard]] virtual Called call([[maybe_unused]] std::string_view function,
                                      [[maybe_unused]] std::span<const Value> arguments) const {
        return {};
    }

protected:
    Activation() = default;
    Activation(const Activation&) = default;
    Activation& operator=(const Activation&) = default;
};

class EmptyActivation final : public Activation {
public:
    [[nodiscard]] std::optional<Value> find(std::string_view /*name*/) const override {
        return std::nullopt;
    }
};

}  // namespace oa::core::cel
