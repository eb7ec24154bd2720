#include <cmath>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data.hpp"
#include "functions.hpp"

namespace oa::json {
namespace {

using Items = std::vector<const Json*>;

/// Groups in the order in which they were met.
struct Groups {
    Json positions = Json::object();  ///< name -> index into `members`
    std::vector<std::pair<std::string, Items>> members;

    void add(std::string name, const Json& item) {
        Json& position = positions[name];
        if (position.is_null()) {
            position = members.size();
            members.emplace_back(std::move(name), Items());
        }
        members[position.as<std::size_t>()].second.push_back(&item);
    }
};

/// The values of one group that are there, and how many could not be used.
struct Values {
    std::vector<Json> numbers;
    std::vector<std::string> texts;  ///< that are no numbers
    std::size_t present = 0;
    std::size_t skipped = 0;
};

Values values_of(const Items& items, const std::string& field) {
    Values values;
    for (const Json* item : items) {
        const Json* value = find_path(*item, field);
        if (value == nullptr || value->is_null()) {
            ++values.skipped;
            continue;
        }
        ++values.present;
        if (auto number = number_of(*value)) {
            values.numbers.push_back(std::move(*number));
            continue;
        }
        ++values.skipped;
        if (value->is_string()) {
            values.texts.push_back(value->as_string());
        }
    }
    return values;
}

/// Exact while all are integers and the sum is one of 64 bits; else compensated, so that the error
/// does not grow with the count.
Json sum_of(const std::vector<Json>& numbers) {
    std::int64_t exact = 0;
    bool is_exact = true;
    double sum = 0;
    double lost = 0;
    for (const Json& number : numbers) {
        is_exact = is_exact && number.type() == JsonType::Int &&
                   !__builtin_add_overflow(exact, number.as_int(), &exact);
        const double value = number.as_double();
        const double next = sum + value;
        lost += std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
        sum = next;
    }
    return is_exact ? Json(exact) : Json(std::isfinite(sum) ? sum + lost : sum);
}

Json average_of(const std::vector<Json>& numbers) {
    return numbers.empty()
               ? Json()
               : Json(sum_of(numbers).as_double() / static_cast<double>(numbers.size()));
}

/// The number that comes first, or the text where there are no numbers.
template <typename Before>
Json first_of(const Values& values, const Before& before) {
    if (!values.numbers.empty()) {
        const Json* found = &values.numbers[0];
        for (const Json& number : values.numbers) {
            found = before(compare_numbers(number, *found)) ? &number : found;
        }
        return *found;
    }
    if (values.texts.empty()) {
        return {};
    }
    const std::string* found = &values.texts[0];
    for (const std::string& text : values.texts) {
        found = before(text <=> *found) ? &text : found;
    }
    return *found;
}

enum class Operation { Count, Sum, Average, Min, Max, Group };

struct Aggregator {
    Operation operation = Operation::Count;
    std::string field;
    bool has_field = false;
    std::size_t skipped = 0;

    Json operator()(const Items& items) {
        if (operation == Operation::Group) {
            Json list = Json::array();
            for (const Json* item : items) {
                list.push_back(*item);
            }
            return list;
        }
        if (operation == Operation::Count && !has_field) {
            return items.size();
        }
        const Values values = values_of(items, field);
        if (operation == Operation::Count) {
            skipped += items.size() - values.present;
            return values.present;
        }
        // Texts are of use to min and max where there are no numbers.
        const bool takes_texts = operation == Operation::Min || operation == Operation::Max;
        skipped +=
            values.skipped - (takes_texts && values.numbers.empty() ? values.texts.size() : 0);
        switch (operation) {
            case Operation::Sum: return sum_of(values.numbers);
            case Operation::Average: return average_of(values.numbers);
            case Operation::Min: return first_of(values, std::is_lt);
            default: return first_of(values, std::is_gt);
        }
    }
};

std::string group_name(const Json& item, const std::string& path) {
    const Json* value = find_path(item, path);
    return value != nullptr ? text_of(*value) : "null";
}

}  // namespace

Json aggregate(Call& call) {
    Aggregator aggregator;
    aggregator.operation = call.choice<Operation>("operation", {{"count", Operation::Count},
                                                                {"sum", Operation::Sum},
                                                                {"avg", Operation::Average},
                                                                {"min", Operation::Min},
                                                                {"max", Operation::Max},
                                                                {"group", Operation::Group}});
    const auto field = call.find_param<std::string>("field");
    aggregator.field = field.value_or("");
    aggregator.has_field = field.has_value();
    const auto group_by = call.find_param<std::string>("group_by");
    if (aggregator.operation == Operation::Group && !group_by) {
        throw invalid_params("/group_by", "operation group needs group_by");
    }
    const Json list = list_param(call);

    Groups groups;
    for (const Json& item : list.as_array()) {
        call.check();
        groups.add(group_by ? group_name(item, *group_by) : "", item);
    }
    Json result;
    if (group_by) {
        result = Json::object();
        for (const auto& [name, items] : groups.members) {
            result[name] = aggregator(items);
        }
    } else {
        result = aggregator(groups.members.empty() ? Items() : groups.members[0].second);
    }
    return {{"result", std::move(result)}, {"count", list.size()}, {"skipped", aggregator.skipped}};
}

}  // namespace oa::json
