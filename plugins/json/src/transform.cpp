#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <Poco/UTF8String.h>

#include "data.hpp"
#include "functions.hpp"

namespace oa::json {
namespace {

enum class Conversion { Text, Number, Integer, Boolean, Upper, Lower, Trim, FromJson, ToJson };

/// Towards zero; nothing for what no integer can hold.
std::optional<Json> integer_of(const Json& number) {
    if (number.is_integer()) {
        return number;
    }
    const double whole = std::trunc(number.as_double());
    constexpr double limit = 9223372036854775808.0;  // 2 to the 63rd
    return whole >= -limit && whole < limit ? std::optional(Json(static_cast<std::int64_t>(whole)))
                                            : std::nullopt;
}

std::optional<Json> boolean_of(const Json& value) {
    if (value.is_bool()) {
        return value;
    }
    const std::string word = lower_case(trimmed(text_of(value)));
    for (const std::string_view yes : {"true", "yes", "on", "1"}) {
        if (word == yes) {
            return Json(true);
        }
    }
    for (const std::string_view no : {"false", "no", "off", "0"}) {
        if (word == no) {
            return Json(false);
        }
    }
    return std::nullopt;
}

std::optional<Json> from_json(const Json& value) {
    if (!value.is_string()) {
        return value;
    }
    try {
        return Json::parse(value.as_string());
    } catch (const JsonError&) {
        return std::nullopt;
    }
}

/// Nothing: the value is none of those that can become it.
std::optional<Json> converted(const Json& value, Conversion how) {
    switch (how) {
        case Conversion::Text: return Json(text_of(value));
        case Conversion::Upper: return Json(Poco::UTF8::toUpper(text_of(value)));
        case Conversion::Lower: return Json(Poco::UTF8::toLower(text_of(value)));
        case Conversion::Trim: return Json(std::string(trimmed(text_of(value))));
        case Conversion::ToJson: return Json(value.dump());
        case Conversion::FromJson: return from_json(value);
        case Conversion::Boolean: return boolean_of(value);
        case Conversion::Number:
        case Conversion::Integer: break;
    }
    const auto number =
        value.is_bool()
            ? std::optional(Json(value.as_bool() ? 1 : 0))
            : number_of(value.is_string() ? Json(std::string(trimmed(value.as_string()))) : value);
    return number && how == Conversion::Integer ? integer_of(*number) : number;
}

Conversion conversion_named(const Json& name, const std::string& at) {
    constexpr std::pair<std::string_view, Conversion> all[] = {
        {"text", Conversion::Text},       {"number", Conversion::Number},
        {"integer", Conversion::Integer}, {"boolean", Conversion::Boolean},
        {"upper", Conversion::Upper},     {"lower", Conversion::Lower},
        {"trim", Conversion::Trim},       {"from_json", Conversion::FromJson},
        {"to_json", Conversion::ToJson},
    };
    for (const auto& [word, how] : all) {
        if (name.is_string() && name.as_string() == word) {
            return how;
        }
    }
    throw invalid_params(at,
                         "a conversion is text, number, integer, boolean, upper, lower, trim, "
                         "from_json or to_json, not " +
                             name.dump());
}

/// What is done to every item, in this order.
class Steps {
public:
    explicit Steps(Call& call) : keep_(call.find_param<std::vector<std::string>>("keep")) {
        rename_ = call.param<Json>("rename", Json::object());
        defaults_ = call.param<Json>("defaults", Json::object());
        set_ = call.param<Json>("set", Json::object());
        remove_ = call.param<std::vector<std::string>>("remove", {});
        is_strict_ = call.param<bool>("strict", true);
        for (const Json::Member& member : rename_.as_object()) {
            if (!member.value.is_string()) {
                throw invalid_params(
                    pointer_to("rename", member.key),
                    "the field that '" + member.key + "' is taken from is no text");
            }
        }
        const Json convert = call.param<Json>("convert", Json::object());
        for (const Json::Member& member : convert.as_object()) {
            conversions_.emplace_back(
                member.key, conversion_named(member.value, pointer_to("convert", member.key)));
        }
    }

    /// `at` is where the item stands in the parameters.
    [[nodiscard]] Json apply(const Json& item, const std::string& at) const {
        if (!item.is_object()) {
            throw invalid_params(at,
                                 "what is transformed has to be a map, found " + item.describe());
        }
        Json out = kept(item);
        for (const Json::Member& member : rename_.as_object()) {
            const std::string& source = member.value.as_string();
            if (const Json* found = find_path(item, source)) {
                Json value = *found;
                if (source != member.key) {
                    out.as_object().erase(source);
                }
                out[member.key] = std::move(value);
            }
        }
        for (const auto& [field, how] : conversions_) {
            convert(out, field, how, at);
        }
        for (const Json::Member& member : defaults_.as_object()) {
            if (const Json* own = out.find(member.key); own == nullptr || own->is_null()) {
                out[member.key] = member.value;
            }
        }
        for (const Json::Member& member : set_.as_object()) {
            out[member.key] = member.value;
        }
        for (const std::string& field : remove_) {
            out.as_object().erase(field);
        }
        return out;
    }

private:
    [[nodiscard]] Json kept(const Json& item) const {
        if (!keep_) {
            return item;
        }
        Json out = Json::object();
        for (const std::string& path : *keep_) {
            if (const Json* found = find_path(item, path)) {
                out[path] = *found;
            }
        }
        return out;
    }
    void convert(Json& out, const std::string& field, Conversion how, const std::string& at) const {
        Json* own = out.find(field);
        if (own == nullptr || own->is_null()) {
            return;
        }
        if (auto value = converted(*own, how)) {
            *own = std::move(*value);
        } else if (is_strict_) {
            throw invalid_params(at + pointer_to(field),
                                 "'" + field + "' cannot be converted: " + own->dump());
        } else {
            *own = Json();
        }
    }

    std::optional<std::vector<std::string>> keep_;
    Json rename_;
    std::vector<std::pair<std::string, Conversion>> conversions_;
    Json defaults_;
    Json set_;
    std::vector<std::string> remove_;
    bool is_strict_ = true;
};

}  // namespace

Json transform(Call& call) {
    const Steps steps(call);
    const Json data = data_param(call);
    if (!data.is_array()) {
        return {{"value", steps.apply(data, "/data")}, {"count", 1}};
    }
    Json::Array items;
    for (std::size_t i = 0; i < data.size(); ++i) {
        call.check();
        items.push_back(steps.apply(data.at(i), pointer_to("data", i)));
    }
    const std::size_t count = items.size();
    return {{"value", std::move(items)}, {"count", count}};
}

}  // namespace oa::json
