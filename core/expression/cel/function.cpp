#include "core/expression/cel/function.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/nearest.hpp"

namespace oa::core::cel {
namespace {

std::array<std::span<const Function>, 5> groups() {
    return {conversion_functions(), text_functions(), text_editing_functions(), math_functions(),
            time_functions()};
}

constexpr std::array<std::string_view, 8> macros{"all", "exists", "exists_one",    "existsOne",
                                                 "map", "filter", "transformList", "transformMap"};

struct Habit {
    std::string_view written;
    std::string_view meant;
};

/// Names that other languages have for what there is here.
constexpr std::array<Habit, 36> habits{{{"len", "size"},
                                        {"length", "size"},
                                        {"count", "size"},
                                        {"str", "string"},
                                        {"toString", "string"},
                                        {"float", "double"},
                                        {"number", "double"},
                                        {"toInt", "int"},
                                        {"lower", "lowerAscii"},
                                        {"toLower", "lowerAscii"},
                                        {"toLowerCase", "lowerAscii"},
                                        {"upper", "upperAscii"},
                                        {"toUpper", "upperAscii"},
                                        {"toUpperCase", "upperAscii"},
                                        {"strip", "trim"},
                                        {"includes", "contains"},
                                        {"substr", "substring"},
                                        {"slice", "substring"},
                                        {"replaceAll", "replace"},
                                        {"find", "indexOf"},
                                        {"match", "matches"},
                                        {"max", "math.greatest"},
                                        {"min", "math.least"},
                                        {"math.max", "math.greatest"},
                                        {"math.min", "math.least"},
                                        {"abs", "math.abs"},
                                        {"ceil", "math.ceil"},
                                        {"floor", "math.floor"},
                                        {"round", "math.round"},
                                        {"any", "exists"},
                                        {"some", "exists"},
                                        {"every", "all"},
                                        {"typeof", "type"},
                                        {"date", "timestamp"},
                                        {"getYear", "getFullYear"},
                                        {"getDay", "getDate"}}};

}  // namespace

const Overload* Function::overload_for(const Value* arguments, std::size_t given) const {
    for (const auto& overload : overloads) {
        if (overload.takes(arguments, given)) {
            return &overload;
        }
    }
    if (variadic && given > 1) {
        const auto& last = overloads.back();
        const bool all = std::all_of(arguments, arguments + given, [&last](const Value& argument) {
            return holds(last.parameters[0], argument.kind());
        });
        return all ? &last : nullptr;
    }
    return nullptr;
}

bool Function::takes_count(std::size_t given) const {
    return (variadic && given > 0) ||
           std::any_of(overloads.begin(), overloads.end(),
                       [given](const Overload& overload) { return overload.count == given; });
}

const Function* find_function(std::string_view name, bool method) {
    for (const auto group : groups()) {
        for (const auto& function : group) {
            if (function.method == method && function.name == name) {
                return &function;
            }
        }
    }
    return nullptr;
}

bool is_function_prefix(std::string_view name) {
    return name == "math" || name == "strings" || name == "base64";
}

std::vector<std::string> function_names(bool method) {
    std::vector<std::string> names;
    for (const auto group : groups()) {
        for (const auto& function : group) {
            if (function.method == method) {
                names.emplace_back(function.name);
            }
        }
    }
    if (method) {
        names.insert(names.end(), macros.begin(), macros.end());
    } else {
        names.emplace_back("has");
    }
    return names;
}

std::string function_hint(std::string_view name, bool method) {
    const auto* const habit = std::find_if(
        habits.begin(), habits.end(), [name](const Habit& known) { return known.written == name; });
    const auto meant = habit == habits.end() ? std::string(name) : std::string(habit->meant);
    const bool macro = meant == "exists" || meant == "all";
    if (find_function(meant, method) != nullptr || (macro && method)) {
        return "did you mean '" + meant + "'?";
    }
    if (find_function(meant, !method) != nullptr) {
        return method ? "it is called as " + meant + "(value)"
                      : "it is called as value." + meant + "(...)";
    }
    if (macro) {
        return "did you mean list." + meant + "(item, test)?";
    }
    auto hint = did_you_mean(name, function_names(method));
    if (hint.empty()) {
        hint = did_you_mean(name, function_names(!method));
    }
    return hint;
}

std::string argument_counts(const Function& function) {
    std::vector<std::size_t> counts;
    for (const auto& overload : function.overloads) {
        const auto count = overload.count - (function.method ? 1 : 0);
        if (std::find(counts.begin(), counts.end(), count) == counts.end()) {
            counts.push_back(count);
        }
    }
    std::sort(counts.begin(), counts.end());
    if (function.variadic) {
        return "one or more arguments";
    }
    std::string out;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        out += i == 0 ? "" : i + 1 == counts.size() ? " or " : ", ";
        out += counts[i] == 0 ? "no" : counts[i] == 1 ? "one" : std::to_string(counts[i]);
    }
    return out + (counts.back() == 1 ? " argument" : " arguments");
}

std::string kinds_taken(const Function& function, std::size_t position, std::size_t given) {
    KindSet kinds = no_kind;
    for (const auto& overload : function.overloads) {
        if (function.variadic || overload.count == given) {
            kinds =
                static_cast<KindSet>(kinds | overload.parameters[function.variadic ? 0 : position]);
        }
    }
    return listed(kinds);
}

bool is_macro(std::string_view name) {
    return std::find(macros.begin(), macros.end(), name) != macros.end();
}

std::string listed(KindSet kinds) {
    if (kinds == any_kind) {
        return "any value";
    }
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < kind_count; ++i) {
        if (holds(kinds, static_cast<Kind>(i))) {
            names.push_back(with_article(static_cast<Kind>(i)));
        }
    }
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        out += i == 0 ? "" : i + 1 == names.size() ? " or " : ", ";
        out += names[i];
    }
    return out;
}

}  // namespace oa::core::cel
