#include <algorithm>
#include <compare>
#include <string>
#include <vector>

#include "data.hpp"
#include "functions.hpp"

namespace oa::json {
namespace {

struct SortKey {
    std::string field;
    bool descending = false;
};

enum class Kind { Number, Text, Boolean, Other, Missing };  // in this order

/// What an item is sorted by, for one key.
struct Rank {
    Kind kind = Kind::Missing;
    Json number;
    std::string text;
    bool flag = false;
};

SortKey read_key(const Json& spec, const std::string& at, bool descending) {
    if (spec.is_string()) {
        return {spec.as_string(), descending};
    }
    if (!spec.is_object() || !spec["field"].is_string()) {
        throw invalid_params(at, "a sort key has to be a field, or a map with field");
    }
    const Json& own = spec["descending"];
    if (!own.is_null() && !own.is_bool()) {
        throw invalid_params(at + "/descending", "descending has to be true or false");
    }
    return {spec["field"].as_string(), own.is_bool() ? own.as_bool() : descending};
}

std::vector<SortKey> read_keys(Call& call) {
    const bool descending = call.param<bool>("descending", false);
    const Json* by = call.find_param("by");
    if (by == nullptr || by->is_null()) {
        return {{"", descending}};  // the items themselves
    }
    if (!by->is_array()) {
        return {read_key(*by, "/by", descending)};
    }
    std::vector<SortKey> keys;
    for (std::size_t i = 0; i < by->size(); ++i) {
        keys.push_back(read_key(by->at(i), pointer_to("by", i), descending));
    }
    if (keys.empty()) {
        throw invalid_params("/by", "there is no sort key");
    }
    return keys;
}

/// Whether all that is there are numbers or numeric texts.
bool all_numeric(const Json::Array& items, const std::string& field) {
    return std::all_of(items.begin(), items.end(), [&](const Json& item) {
        const Json* value = find_path(item, field);
        return value == nullptr || value->is_null() || number_of(*value).has_value();
    });
}

Rank rank_of(const Json* value, bool numeric, bool ignore_case) {
    if (value == nullptr || value->is_null()) {
        return {};
    }
    if (numeric) {
        if (auto number = number_of(*value)) {
            return {Kind::Number, std::move(*number), {}, false};
        }
    }
    if (value->is_bool()) {
        return {Kind::Boolean, {}, {}, value->as_bool()};
    }
    if (value->is_string() || value->is_number()) {
        const std::string text = text_of(*value);
        return {Kind::Text, {}, ignore_case ? lower_case(text) : text, false};
    }
    return {Kind::Other, {}, {}, false};
}

std::weak_ordering compare(const Rank& left, const Rank& right) {
    if (left.kind != right.kind) {
        return left.kind <=> right.kind;
    }
    switch (left.kind) {
        case Kind::Number: return compare_numbers(left.number, right.number);
        case Kind::Text: return left.text <=> right.text;
        case Kind::Boolean: return static_cast<int>(left.flag) <=> static_cast<int>(right.flag);
        default: return std::weak_ordering::equivalent;
    }
}

/// The ranks of all items by all keys, made once.
std::vector<std::vector<Rank>> make_ranks(Call& call,
                                          const Json::Array& items,
                                          const std::vector<SortKey>& keys) {
    const auto numeric_asked = call.find_param<bool>("numeric");
    const bool ignore_case = call.param<bool>("ignore_case", false);
    std::vector<std::vector<Rank>> ranks(items.size());
    for (const SortKey& key : keys) {
        const bool numeric = numeric_asked ? *numeric_asked : all_numeric(items, key.field);
        for (std::size_t i = 0; i < items.size(); ++i) {
            call.check();
            const Json* value = find_path(items[i], key.field);
            // Where not all are numbers, those that are still sort by value before the texts.
            const bool as_number =
                numeric || (!numeric_asked && value != nullptr && value->is_number());
            ranks[i].push_back(rank_of(value, as_number, ignore_case));
        }
    }
    return ranks;
}

}  // namespace

Json sort(Call& call) {
    const std::vector<SortKey> keys = read_keys(call);
    const Json list = list_param(call);
    const Json::Array& items = list.as_array();
    const auto ranks = make_ranks(call, items, keys);

    std::vector<std::size_t> order(items.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        for (std::size_t k = 0; k < keys.size(); ++k) {
            const Rank& a = ranks[left][k];
            const Rank& b = ranks[right][k];
            const auto found = compare(a, b);
            if (std::is_neq(found)) {
                const bool missing = a.kind == Kind::Missing || b.kind == Kind::Missing;
                return keys[k].descending && !missing ? std::is_gt(found) : std::is_lt(found);
            }
        }
        return false;
    });

    Json::Array sorted;
    sorted.reserve(items.size());
    for (const std::size_t index : order) {
        sorted.push_back(items[index]);
    }
    const std::size_t count = sorted.size();
    return {{"items", std::move(sorted)}, {"count", count}};
}

}  // namespace oa::json
