#include <algorithm>
#include <compare>
#include <string>
#include <utility>

#include "core/json/json.hpp"
#include "core/schema/equality.hpp"
#include "core/schema/evaluation.hpp"
#include "core/schema/number.hpp"
#include "core/schema/words.hpp"
#include "core/workflow/json_type.hpp"
#include "core/workflow/source_text.hpp"

namespace oa::core::schema {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

bool could_be_quoted(const Node& node, const Subject& subject) {
    return node.types == type_set::string && subject.known && subject.value.is_primitive() &&
           !subject.value.is_null();
}

}  // namespace

Truth Evaluation::check_type(const Node& node, const Subject& subject, Report* report) {
    if (!subject.may_be(node.types)) {
        if (report != nullptr) {
            report->add(
                subject.place, node, "type",
                "takes " + described_types(node.type_names) + ", not " + described(subject),
                could_be_quoted(node, subject) ? "put it into quotes to have it as a text" : "");
        }
        return Truth::No;
    }
    const bool fits_whatever_it_is = (subject.types & ~node.types) == 0;
    return fits_whatever_it_is ? Truth::Yes : Truth::Unknown;
}

Truth Evaluation::check_values(const Node& node, const Subject& subject, Report* report) {
    Truth truth = Truth::Yes;
    for (const AllowedValues& allowed : node.values) {
        const Truth next = compare(allowed, subject);
        if (next == Truth::No && report != nullptr) {
            report->add(subject.place, node, allowed.keyword,
                        "takes " + list_values(*allowed.values) + ", not " + described(subject),
                        nearest_value(subject.value, *allowed.values));
        }
        truth = both(truth, next);
    }
    return truth;
}

Truth Evaluation::compare(const AllowedValues& allowed, const Subject& subject) {
    if (!subject.may_be(allowed.types)) {
        return Truth::No;
    }
    if (!subject.known) {
        return Truth::Unknown;
    }
    spend(allowed.steps);
    const auto& values = *allowed.values;
    const bool found = std::any_of(values.begin(), values.end(), [&](const json::value& value) {
        return equal_values(value, subject.value);
    });
    if (found) {
        return Truth::Yes;
    }
    return subject.value.is_structured() && has_unknown(subject.value) ? Truth::Unknown : Truth::No;
}

Truth Evaluation::check_number(const Node& node, const Subject& subject, Report* report) {
    if (!subject.known) {
        return Truth::Unknown;
    }
    const NumberRules& rules = *node.number;
    const json::value& number = subject.value;
    Truth truth = Truth::Yes;
    const auto want = [&](const json::value* bound, bool fits, std::string_view keyword,
                          std::string_view takes) {
        if (fits) {
            return;
        }
        truth = Truth::No;
        if (report != nullptr) {
            report->add(subject.place, node, keyword,
                        "takes " + std::string(takes) + " " + write_json(*bound) + ", not " +
                            write_json(number));
        }
    };
    if (const auto* bound = rules.minimum) {
        want(bound, std::is_gteq(compare_numbers(number, *bound)), "minimum", "at least");
    }
    if (const auto* bound = rules.exclusive_minimum) {
        want(bound, std::is_gt(compare_numbers(number, *bound)), "exclusiveMinimum", "more than");
    }
    if (const auto* bound = rules.maximum) {
        want(bound, std::is_lteq(compare_numbers(number, *bound)), "maximum", "at most");
    }
    if (const auto* bound = rules.exclusive_maximum) {
        want(bound, std::is_lt(compare_numbers(number, *bound)), "exclusiveMaximum", "less than");
    }
    if (const auto* divisor = rules.multiple_of) {
        want(divisor, is_multiple(number, *divisor), "multipleOf", "a multiple of");
    }
    return truth;
}

Truth Evaluation::check_length(const Node& node, const Subject& subject, Report* report) {
    const TextRules& rules = *node.text;
    if (!rules.length_min && !rules.length_max) {
        return Truth::Yes;
    }
    const std::size_t length = code_points(view(subject.value.get_string()));
    const bool too_short = rules.length_min && length < *rules.length_min;
    const bool too_long = rules.length_max && length > *rules.length_max;
    if (report != nullptr && too_short) {
        report->add(subject.place, node, "minLength",
                    "takes a text of at least " + counted(*rules.length_min, "character") +
                        ", not " + (length == 0 ? "an empty one" : "of " + std::to_string(length)));
    }
    if (report != nullptr && too_long) {
        report->add(subject.place, node, "maxLength",
                    "takes a text of at most " + counted(*rules.length_max, "character") +
                        ", not of " + std::to_string(length));
    }
    return truth_of(!too_short && !too_long);
}

Truth Evaluation::check_text(const Node& node, const Subject& subject, Report* report) {
    const TextRules& rules = *node.text;
    const bool says_something = rules.length_min || rules.length_max || rules.pattern != nullptr ||
                                (rules.format != nullptr && options_.formats);
    if (!subject.known) {
        return says_something ? Truth::Unknown : Truth::Yes;
    }
    const std::string_view text = view(subject.value.get_string());
    Truth truth = check_length(node, subject, report);
    if (rules.pattern != nullptr && spend(rules.pattern->steps(text)) &&
        !rules.pattern->found_in(text)) {
        truth = Truth::No;
        if (report != nullptr) {
            report->add(subject.place, node, "pattern",
                        "takes a text that matches '" + excerpt(rules.pattern->pattern()) +
                            "', not " + described(subject));
        }
    }
    if (rules.format != nullptr && options_.formats && !rules.format->fits(text)) {
        truth = Truth::No;
        if (report != nullptr) {
            report->add(
                subject.place, node, "format",
                "takes " + std::string(rules.format->takes) + ", not " + described(subject));
        }
    }
    return truth;
}

}  // namespace oa::core::schema
