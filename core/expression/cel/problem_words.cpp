// What operators and functions say of what they do not take, for the checker and for evaluation.
#include <array>
#include <string>

#include "core/expression/cel/explain.hpp"
#include "core/expression/cel/function.hpp"
#include "core/expression/cel/utf8.hpp"

namespace oa::core::cel {
namespace {

std::string_view verb_of(Binary binary) {
    switch (binary) {
        case Binary::Add: return "add";
        case Binary::Subtract: return "subtract";
        case Binary::Multiply: return "multiply";
        case Binary::Divide: return "divide";
        case Binary::Modulo: return "take the remainder of";
        case Binary::In: return "look for";
        default: return "compare";
    }
}

bool is_order(Binary binary) {
    return binary == Binary::Less || binary == Binary::LessEqual || binary == Binary::Greater ||
           binary == Binary::GreaterEqual;
}

std::string_view macro_example(std::string_view name) {
    if (name == "map") {
        return "list.map(item, item.name) or list.map(item, test, item.name)";
    }
    if (name == "filter") {
        return "list.filter(item, item.size > 3)";
    }
    if (name == "transformList" || name == "transformMap") {
        return "map.transformMap(key, value, value + 1)";
    }
    return "list.exists(item, item > 3), and the same for all() and exists_one()";
}

std::string arguments_words(std::size_t count) {
    return count == 0   ? "no arguments"
           : count == 1 ? "one argument"
                        : std::to_string(count) + " arguments";
}

bool may_be(KindSet set, KindSet kinds) {
    return set != no_kind && (set & ~kinds) == 0;
}

std::string hint_for_operator(Binary binary, KindSet left, KindSet right) {
    const auto both = static_cast<KindSet>(left | right);
    if (binary == Binary::In) {
        return may_be(right, set_of(Kind::String))
                   ? "a part of a text is looked for with text.contains(part)"
                   : "on the right of 'in' stands a list or a map";
    }
    if (may_be(both, number_kinds)) {
        if (binary == Binary::Modulo) {
            return "'%' takes whole numbers";
        }
        return holds(both, Kind::Double)
                   ? "both have to be of one type: write 2.0 for 2, or convert with double(x)"
                   : "both have to be of one type: convert with int(x) or uint(x)";
    }
    const bool text = may_be(left, set_of(Kind::String)) || may_be(right, set_of(Kind::String));
    if (binary == Binary::Add && text) {
        return "a text is made of another value with string(x)";
    }
    if (text && (may_be(left, number_kinds) || may_be(right, number_kinds))) {
        return "a number is made of a text with int(x) or double(x)";
    }
    if (text && (may_be(both, set_of(Kind::String, Kind::Timestamp)))) {
        return "an instant is made of a text with timestamp(x)";
    }
    if (text && (may_be(both, set_of(Kind::String, Kind::Duration)))) {
        return "a duration is made of a text with duration(x)";
    }
    if (is_order(binary) && holds(both, Kind::Null)) {
        return "null is tested with == null first";
    }
    return {};
}

}  // namespace

OperatorProblem operator_problem(Binary binary, KindSet left, KindSet right) {
    std::string message = "'" + std::string(symbol_of(binary)) + "' cannot ";
    message += verb_of(binary);
    message += ' ';
    const auto first = listed(left);
    const auto second = listed(right);
    switch (binary) {
        case Binary::Add: message += first + " and " + second; break;
        case Binary::Subtract: message += second + " from " + first; break;
        case Binary::Multiply:
        case Binary::Divide: message += first + " by " + second; break;
        case Binary::Modulo: message += first + " divided by " + second; break;
        case Binary::In: message += first + " in " + second; break;
        default: message += first + " with " + second; break;
    }
    return {std::move(message), hint_for_operator(binary, left, right)};
}

OperatorProblem call_problem(const CallNode& call, std::size_t given) {
    const auto shown = shortened(call.name);
    if (!call.wrong_count) {
        if (is_macro(call.name)) {
            const auto example = macro_example(call.name);
            return {shown + "() does not go with " + arguments_words(given - (call.method ? 1 : 0)),
                    "it is written " + std::string(example)};
        }
        auto hint = function_hint(call.name, call.method);
        return {"there is no function '" + shown + "'" + (call.method ? " of a value" : ""),
                std::move(hint)};
    }
    const auto own = given - (call.method ? 1 : 0);
    std::string takes = "no arguments";
    if (call.function != nullptr) {
        takes = argument_counts(*call.function);
    } else if (call.host_arguments > 0) {
        takes = std::to_string(call.host_arguments) +
                (call.host_arguments == 1 ? " argument" : " arguments");
    }
    return {shown + "() takes " + takes + ", not " + std::to_string(own), ""};
}

OperatorProblem argument_problem(const CallNode& call,
                                 std::size_t position,
                                 std::size_t given,
                                 KindSet kinds) {
    const auto& function = *call.function;
    const auto taken = kinds_taken(function, position, given);
    const auto got = listed(kinds);
    if (call.method && position == 0) {
        return {call.name + "() is called on " + taken + ", not on " + got, ""};
    }
    const auto number = position + (call.method ? 0 : 1);
    static constexpr std::array<std::string_view, 3> ordinals{"first", "second", "third"};
    const bool one = given == (call.method ? 2U : 1U);
    std::string which;
    if (!one) {
        which = number <= ordinals.size()
                    ? " as the " + std::string(ordinals[number - 1]) + " argument"
                    : " as argument " + std::to_string(number);
    }
    std::string hint;
    if (may_be(kinds, number_kinds) && taken == with_article(Kind::Double)) {
        hint = "convert with double(x)";
    } else if (may_be(kinds, number_kinds) && taken == with_article(Kind::String)) {
        hint = "convert with string(x)";
    } else if (may_be(kinds, set_of(Kind::String)) && taken == with_article(Kind::Int)) {
        hint = "convert with int(x)";
    } else if (may_be(kinds, set_of(Kind::String)) && taken == with_article(Kind::Bytes)) {
        hint = "convert with bytes(x)";
    }
    return {call.name + "() takes " + taken + which + ", not " + got, std::move(hint)};
}

}  // namespace oa::core::cel
