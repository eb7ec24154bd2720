#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/expression/cel/state.hpp"
#include "core/expression/cel/value.hpp"

namespace oa::core::cel {

/// Computes `out` of arguments whose kinds are those that the overload takes. False: it failed, and
/// `state` says why.
using Implementation = bool (*)(State& state,
                                const Value* arguments,
                                std::size_t count,
                                Value& out);

inline constexpr std::size_t parameters_max = 4;

struct Overload {
    std::array<KindSet, parameters_max> parameters{};
    std::size_t count = 0;
    KindSet result = any_kind;
    Implementation run = nullptr;

    [[nodiscard]] bool takes(const Value* arguments, std::size_t given) const {
        if (given != count) {
            return false;
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (!holds(parameters[i], arguments[i].kind())) {
                return false;
            }
        }
        return true;
    }
};

/// A function of the language. Methods have their receiver as the first argument.
struct Function {
    std::string_view name;  ///< "size", "math.greatest"
    bool method = false;
    bool variadic = false;  ///< one or more arguments of the kinds of the first overload's first
    bool foldable = true;   ///< may be computed ahead when its arguments are known
    std::span<const Overload> overloads;

    [[nodiscard]] const Overload* overload_for(const Value* arguments, std::size_t given) const;
    /// Whether it is ever called with as many, the receiver included.
    [[nodiscard]] bool takes_count(std::size_t given) const;
};

/// nullptr when there is none.
[[nodiscard]] const Function* find_function(std::string_view name, bool method);

/// Whether functions have this before their name: math, strings, base64.
[[nodiscard]] bool is_function_prefix(std::string_view name);

/// Names for "did you mean": as they are called, without dots for methods.
[[nodiscard]] std::vector<std::string> function_names(bool method);

/// What a person who wrote this name, which is none, may have meant; empty when nothing is near.
[[nodiscard]] std::string function_hint(std::string_view name, bool method);

/// "one argument", "2 or 3 arguments": without the receiver.
[[nodiscard]] std::string argument_counts(const Function& function);

/// "a string, bytes or a list": what the function takes at a position of so many arguments,
/// whatever the others are.
[[nodiscard]] std::string kinds_taken(const Function& function,
                                      std::size_t position,
                                      std::size_t given);

/// Whether it is the name of a macro that is called like a method.
[[nodiscard]] bool is_macro(std::string_view name);

/// "a string, bytes or a list"
[[nodiscard]] std::string listed(KindSet kinds);

[[nodiscard]] std::string base64_of(std::string_view data);

// The groups that the table is made of.
[[nodiscard]] std::span<const Function> conversion_functions();
[[nodiscard]] std::span<const Function> text_functions();
[[nodiscard]] std::span<const Function> text_editing_functions();
[[nodiscard]] std::span<const Function> math_functions();
[[nodiscard]] std::span<const Function> time_functions();

}  // namespace oa::core::cel
