#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "oa/json.hpp"

namespace re2 {
class RE2;
}

namespace oa::common {

/// One condition of a document: field, operator, value.
///     Condition::read({{"field", "age"}, {"operator", ">="}, {"value", 18}}, "/where", false)
/// Operators: == != < <= > >= contains in exists not_exists is_empty not_empty starts_with
/// ends_with matches. == and != are strict about kinds; < and its kin compare numbers and numeric
/// texts, or two texts. What is missing is null.
class Condition {
public:
    /// `at` is the JSON Pointer of the condition, for errors; `value_key` the member that holds the
    /// value. With `ignore_case` ASCII letters are equal whatever their case. INVALID_PARAMS.
    [[nodiscard]] static Condition read(const Json& spec,
                                        const std::string& at,
                                        bool ignore_case,
                                        std::string_view value_key = "value");
    Condition(Condition&& other) noexcept;
    Condition& operator=(Condition&& other) noexcept;
    ~Condition();

    /// Whether it holds for a value, whatever the field; nullptr is one that is missing.
    [[nodiscard]] bool holds(const Json* actual) const;
    /// Whether it holds for the field of an item, or the item itself where there is no field.
    [[nodiscard]] bool holds_in(const Json& item) const;

private:
    friend struct ConditionTests;
    using Test = bool (*)(const Condition&, const Json* actual);

    Condition();

    Test test_ = nullptr;
    std::string field_;
    Json value_;
    bool ignore_case_ = false;
    std::unique_ptr<re2::RE2> pattern_;  // of `matches`
};

}  // namespace oa::common
