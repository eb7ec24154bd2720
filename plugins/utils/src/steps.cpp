#include "steps.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <vector>

#include <Poco/UTF8String.h>

#include "functions.hpp"
#include "plugins/common/json_values.hpp"

namespace oa::utils {
namespace {

constexpr std::size_t text_max = std::size_t{16} << 20U;

/// A step at work.
struct Step {
    std::string_view name;
    const Json& options;
    const std::string& at;

    [[noreturn]] void refuse(const Json& value, const char* what) const {
        throw invalid_params(at,
                             std::string(name) + " takes " + what + ", found " + value.describe());
    }
    [[nodiscard]] const Json::Array& list(const Json& value) const {
        if (!value.is_array()) {
            refuse(value, "a list");
        }
        return value.as_array();
    }
    [[nodiscard]] std::string option(std::string_view key, std::string_view fallback) const {
        const Json* given = options.find(key);
        if (given != nullptr && !given->is_string()) {
            throw invalid_params(at + pointer_to(key),
                                 std::string(key) + " has to be a text, not " + given->describe());
        }
        return given != nullptr ? given->as_string() : std::string(fallback);
    }
};

using Work = Json (*)(const Step&, const Json&);

Json upper(const Step&, const Json& value) {
    return Poco::UTF8::toUpper(common::text_of(value));
}
Json lower(const Step&, const Json& value) {
    return Poco::UTF8::toLower(common::text_of(value));
}
Json trim(const Step&, const Json& value) {
    return std::string(common::trimmed(common::text_of(value)));
}
Json text(const Step&, const Json& value) {
    return common::text_of(value);
}
Json to_json(const Step&, const Json& value) {
    return value.dump();
}

Json replace(const Step& step, const Json& value) {
    const std::string search = step.option("old", "");
    const std::string by = step.option("new", "");
    const std::string source = common::text_of(value);
    if (search.empty()) {
        throw invalid_params(step.at, "replace needs old, the text to look for");
    }
    std::string out;
    std::size_t copied = 0;
    for (std::size_t found = source.find(search); found != std::string::npos;
         found = source.find(search, copied)) {
        out.append(source, copied, found - copied).append(by);
        copied = found + search.size();
        if (out.size() > text_max) {
            throw exhausted("the text gets longer than " + std::to_string(text_max) + " bytes")
                .with_retry(Retry::No);
        }
    }
    return out.append(source, copied);
}

Json split(const Step& step, const Json& value) {
    const std::string separator = step.option("separator", ",");
    if (separator.empty()) {
        throw invalid_params(step.at, "the separator of split is empty");
    }
    const std::string source = common::text_of(value);
    Json::Array parts;
    std::size_t from = 0;
    for (std::size_t found = source.find(separator); found != std::string::npos;
         found = source.find(separator, from)) {
        parts.emplace_back(source.substr(from, found - from));
        from = found + separator.size();
    }
    parts.emplace_back(source.substr(from));
    return parts;
}

Json lines(const Step&, const Json& value) {
    const std::string source = common::text_of(value);
    Json::Array parts;
    for (std::size_t from = 0; from < source.size();) {
        const std::size_t end = std::min(source.find('\n', from), source.size());
        const bool carriage = end > from && source[end - 1] == '\r';
        parts.emplace_back(source.substr(from, end - from - (carriage ? 1 : 0)));
        from = end + 1;
    }
    return parts;
}

Json join(const Step& step, const Json& value) {
    const std::string separator = step.option("separator", ",");
    std::string out;
    bool is_first = true;
    for (const Json& element : step.list(value)) {
        out += is_first ? "" : separator;
        out += common::text_of(element);
        is_first = false;
    }
    return out;
}

Json number(const Step& step, const Json& value) {
    const auto found = common::number_of(
        value.is_string() ? Json(std::string(common::trimmed(value.as_string()))) : value);
    if (!found) {
        throw invalid_params(step.at, "no number: " + value.dump());
    }
    return *found;
}

Json from_json(const Step& step, const Json& value) {
    if (!value.is_string()) {
        step.refuse(value, "a text");
    }
    try {
        return Json::parse(value.as_string());
    } catch (const JsonError& error) {
        throw invalid_params(step.at, std::string("the text is no JSON: ") + error.what());
    }
}

Json length(const Step& step, const Json& value) {
    if (value.is_string()) {
        return std::count_if(value.as_string().begin(), value.as_string().end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        });
    }
    if (!value.is_array() && !value.is_object()) {
        step.refuse(value, "a text, a list or a map");
    }
    return value.size();
}

Json first(const Step& step, const Json& value) {
    const Json::Array& list = step.list(value);
    return list.empty() ? Json() : list.front();
}
Json last(const Step& step, const Json& value) {
    const Json::Array& list = step.list(value);
    return list.empty() ? Json() : list.back();
}
Json reverse(const Step& step, const Json& value) {
    const Json::Array& list = step.list(value);
    return Json::Array(list.rbegin(), list.rend());
}

Json unique(const Step& step, const Json& value) {
    std::unordered_set<std::string> seen;
    Json::Array out;
    for (const Json& element : step.list(value)) {
        if (seen.insert(common::canonical_text(element)).second) {
            out.push_back(element);
        }
    }
    return out;
}

Json flatten(const Step& step, const Json& value) {
    Json::Array out;
    for (const Json& element : step.list(value)) {
        if (element.is_array()) {
            out.insert(out.end(), element.as_array().begin(), element.as_array().end());
        } else {
            out.push_back(element);
        }
    }
    return out;
}

Json fallback(const Step& step, const Json& value) {
    const bool missing = value.is_null() || (value.is_string() && value.as_string().empty());
    return missing ? step.options["value"] : value;
}

constexpr std::pair<std::string_view, Work> works[] = {
    {"upper", upper},         {"lower", lower},     {"trim", trim},       {"replace", replace},
    {"split", split},         {"join", join},       {"lines", lines},     {"text", text},
    {"number", number},       {"length", length},   {"first", first},     {"last", last},
    {"from_json", from_json}, {"to_json", to_json}, {"reverse", reverse}, {"unique", unique},
    {"flatten", flatten},     {"default", fallback}};

}  // namespace

Json apply_step(std::string_view name,
                const Json& options,
                const Json& value,
                const std::string& at) {
    const auto* const found = std::find_if(std::begin(works), std::end(works),
                                           [&](const auto& work) { return work.first == name; });
    if (found == std::end(works)) {
        std::string known;
        for (const auto& work : works) {
            known += (known.empty() ? "" : ", ") + std::string(work.first);
        }
        throw invalid_params(at,
                             "there is no step '" + std::string(name) + "'; known are " + known);
    }
    return found->second(Step{name, options, at}, value);
}

Json transform(Call& call) {
    const Json* given = call.find_param("data");
    if (given == nullptr) {
        given = call.find_param("input");
    }
    if (given == nullptr) {
        throw invalid_params("/data",
                             "there are no data: give data, or let a task with an output come "
                             "before");
    }
    Json value = *given;
    const auto steps = call.param<std::vector<Json>>("steps");
    for (std::size_t i = 0; i < steps.size(); ++i) {
        call.check();
        const Json& step = steps[i];
        const std::string at = pointer_to("steps", i);
        if (step.is_string()) {
            value = apply_step(step.as_string(), Json(), value, at);
        } else if (step.is_object() && step.size() == 1 &&
                   step.as_object().begin()->value.is_object()) {
            const Json::Member& only = *step.as_object().begin();
            value = apply_step(only.key, only.value, value, at + pointer_to(only.key));
        } else {
            throw invalid_params(at,
                                 "a step is a name such as trim, or a map of one name and its "
                                 "options, such as {split: {separator: \";\"}}");
        }
    }
    return {{"value", std::move(value)}};
}

}  // namespace oa::utils
