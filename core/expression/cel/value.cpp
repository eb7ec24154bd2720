#include "core/expression/cel/value.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <boost/json.hpp>

#include "core/expression/cel/arena.hpp"

namespace oa::core::cel {
namespace {

namespace json = boost::json;

constexpr std::size_t searched_entries_max = 8;

/// A key as maps compare it: numbers that are equal are the same key.
struct Key {
    enum class Class { Bool, Negative, Whole, Text, None } key_class = Class::None;
    std::uint64_t number = 0;
    std::string_view text;

    friend bool operator==(const Key&, const Key&) = default;
};

Key of_double(double number) {
    const bool whole = number >= -0x1p63 && number < 0x1p64 && std::trunc(number) == number;
    if (!whole) {
        return {};
    }
    if (number < 0) {
        return {Key::Class::Negative,
                static_cast<std::uint64_t>(static_cast<std::int64_t>(number)),
                {}};
    }
    return {Key::Class::Whole, static_cast<std::uint64_t>(number), {}};
}

Key key_of(const Value& value) {
    switch (value.kind()) {
        case Kind::Bool: return {Key::Class::Bool, value.as_bool() ? 1U : 0U, {}};
        case Kind::Int:
            return {value.as_int() < 0 ? Key::Class::Negative : Key::Class::Whole,
                    static_cast<std::uint64_t>(value.as_int()),
                    {}};
        case Kind::Uint: return {Key::Class::Whole, value.as_uint(), {}};
        case Kind::Double: return of_double(value.as_double());
        case Kind::String: return {Key::Class::Text, 0, value.as_text()};
        default: return {};
    }
}

std::size_t hash_of(const Key& key) {
    if (key.key_class == Key::Class::Text) {
        return std::hash<std::string_view>()(key.text);
    }
    // A multiplication spreads numbers in a row over the buckets.
    return static_cast<std::size_t>(key.number * 0x9E3779B97F4A7C15U) >> 7U;
}

std::optional<Value> find_in(const MapData& map, const Key& key) {
    if (map.buckets == nullptr) {
        for (std::size_t i = 0; i < map.size; ++i) {
            if (key_of(map.entries[i].key) == key) {
                return map.entries[i].value;
            }
        }
        return std::nullopt;
    }
    const auto mask = map.bucket_count - 1;
    for (auto place = hash_of(key) & mask; map.buckets[place] != 0; place = (place + 1) & mask) {
        const auto& entry = map.entries[map.buckets[place] - 1];
        if (key_of(entry.key) == key) {
            return entry.value;
        }
    }
    return std::nullopt;
}

/// Fills the index. Gives the key that is there twice.
const Value* fill_buckets(const MapData& map, std::uint32_t* buckets) {
    const auto mask = map.bucket_count - 1;
    for (std::size_t i = 0; i < map.size; ++i) {
        const auto key = key_of(map.entries[i].key);
        auto place = hash_of(key) & mask;
        for (; buckets[place] != 0; place = (place + 1) & mask) {
            if (key_of(map.entries[buckets[place] - 1].key) == key) {
                return &map.entries[i].key;
            }
        }
        buckets[place] = static_cast<std::uint32_t>(i + 1);
    }
    return nullptr;
}

const Value* repeated_key(const MapEntry* entries, std::size_t size) {
    for (std::size_t i = 1; i < size; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (key_of(entries[i].key) == key_of(entries[j].key)) {
                return &entries[i].key;
            }
        }
    }
    return nullptr;
}

}  // namespace

Value Value::json(const boost::json::value& value) noexcept {
    switch (value.kind()) {
        case json::kind::null: return {};
        case json::kind::bool_: return boolean(value.get_bool());
        case json::kind::int64: return integer(value.get_int64());
        case json::kind::uint64: {
            const auto number = value.get_uint64();
            constexpr auto int_max =
                static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
            return number <= int_max ? integer(static_cast<std::int64_t>(number))
                                     : unsigned_integer(number);
        }
        case json::kind::double_: return floating(value.get_double());
        case json::kind::string: {
            const auto& text = value.get_string();
            return string({text.data(), text.size()});
        }
        case json::kind::array:
        case json::kind::object: break;
    }
    Value made(value.is_array() ? Kind::List : Kind::Map);
    made.form_ = Form::Json;
    made.bits_.json = &value;
    return made;
}

std::size_t Value::list_size() const noexcept {
    return form_ == Form::Json ? bits_.json->get_array().size() : size_;
}

Value Value::item(std::size_t position) const noexcept {
    return form_ == Form::Json ? json(bits_.json->get_array()[position]) : bits_.items[position];
}

std::size_t Value::map_size() const {
    switch (form_) {
        case Form::Json: return bits_.json->get_object().size();
        case Form::Source: return bits_.source->keys().size();
        case Form::Plain: break;
    }
    return bits_.map->size;
}

std::optional<Value> Value::find(std::string_view key) const {
    switch (form_) {
        case Form::Json: {
            const auto* const found = bits_.json->get_object().if_contains(key);
            return found == nullptr ? std::nullopt : std::optional(json(*found));
        }
        case Form::Source: return bits_.source->find(key);
        case Form::Plain: break;
    }
    return find_in(*bits_.map, {Key::Class::Text, 0, key});
}

std::optional<Value> Value::find(const Value& key) const {
    if (key.is(Kind::String)) {
        return find(key.as_text());
    }
    const auto wanted = key_of(key);
    if (form_ != Form::Plain || wanted.key_class == Key::Class::None) {
        return std::nullopt;
    }
    return find_in(*bits_.map, wanted);
}

MapMade make_map(Arena& arena, const MapEntry* entries, std::size_t size) {
    auto* const data = arena.allocate<MapData>(1);
    if (data == nullptr || size > std::numeric_limits<std::uint32_t>::max() / 4) {
        return {};
    }
    *data = {entries, size, nullptr, 0};
    if (size <= searched_entries_max) {
        const auto* const repeated = repeated_key(entries, size);
        return {repeated == nullptr ? data : nullptr, repeated};
    }
    data->bucket_count = 16;
    while (data->bucket_count < size * 2) {
        data->bucket_count *= 2;
    }
    auto* const buckets = arena.allocate<std::uint32_t>(data->bucket_count);
    if (buckets == nullptr) {
        return {};
    }
    std::fill_n(buckets, data->bucket_count, 0U);
    data->buckets = buckets;
    const auto* const repeated = fill_buckets(*data, buckets);
    return {repeated == nullptr ? data : nullptr, repeated};
}

}  // namespace oa::core::cel
