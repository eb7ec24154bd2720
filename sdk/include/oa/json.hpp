#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace oa {
inline namespace v1 {

class Json;

/// A text that is not JSON, or a value that is not what was asked for.
class JsonError : public std::runtime_error {
public:
    explicit JsonError(const std::string& message, std::string pointer = {})
        : std::runtime_error(message), pointer_(std::move(pointer)) {}

    /// JSON Pointer (RFC 6901) from the value that was asked to the one that is wrong; empty for
    /// the value itself.
    [[nodiscard]] const std::string& pointer() const noexcept { return pointer_; }

private:
    std::string pointer_;
};

/// How Json::as<T> reads a T. Specialise it for a type of your own:
///     template <> struct oa::JsonReader<Point> {
///         static Point read(const oa::Json& json) { return {json.get<int>("x"), ...}; }
///     };
/// read() throws JsonError, best made by Json::mismatch("a point").
template <typename T>
struct JsonReader;

enum class JsonType { Null, Bool, Int, Uint, Double, String, Array, Object };
enum class JsonStyle { Compact, Indented };

/// One JSON value. Integers are exact within 64 bits; objects keep the order in which their keys
/// were added and find a key in constant time.
///
///     oa::Json reply{{"name", "Ada"}, {"tags", oa::Json::array({"a", "b"})}};
///     if (const oa::Json* name = reply.find("name")) { use(name->as_string()); }
class Json {
public:
    struct Member;
    using Array = std::vector<Json>;

    /// Members in the order in which they were added.
    class Object {
    public:
        using const_iterator = std::vector<Member>::const_iterator;

        Object() noexcept;
        Object(const Object& other);
        Object(Object&& other) noexcept;
        Object& operator=(const Object& other);
        Object& operator=(Object&& other) noexcept;
        ~Object();

        [[nodiscard]] const Json* find(std::string_view key) const noexcept;
        [[nodiscard]] Json* find(std::string_view key) noexcept;
        [[nodiscard]] bool contains(std::string_view key) const noexcept;
        /// Adds a member, or replaces the value of the one that has this key.
        Json& set(std::string key, Json value);
        /// Adds a member; false, and nothing happens, when there is one of this key.
        bool insert(std::string key, Json value);
        [[nodiscard]] Json& operator[](std::string_view key);
        /// False when there was none. Costs time in proportion to the size.
        bool erase(std::string_view key);

        [[nodiscard]] std::size_t size() const noexcept;
        [[nodiscard]] bool empty() const noexcept { return size() == 0; }
        [[nodiscard]] const_iterator begin() const noexcept;
        [[nodiscard]] const_iterator end() const noexcept;

    private:
        [[nodiscard]] std::size_t index_of(std::string_view key) const noexcept;
        Json& append(std::string key, Json value);
        void place(std::size_t index) noexcept;
        void rebuild_table();

        std::vector<Member> members_;
        /// Hash table of indices + 1, 0 for a free slot; empty while a linear search is as good.
        std::vector<std::uint32_t> table_;
    };

    // Conversions are implicit, so that values of every kind can stand side by side in
    // initialiser lists.
    // NOLINTBEGIN(google-explicit-constructor)
    Json() noexcept = default;
    Json(std::nullptr_t) noexcept {}
    template <std::same_as<bool> T>
    Json(T value) noexcept : value_(value) {}
    template <std::integral T>
    requires(!std::same_as<T, bool>) Json(T value)
    noexcept {
        if (std::in_range<std::int64_t>(value)) {
            value_ = static_cast<std::int64_t>(value);
        } else {
            value_ = static_cast<std::uint64_t>(value);
        }
    }
    template <std::floating_point T>
    Json(T value) noexcept : value_(static_cast<double>(value)) {}
    Json(const char* text) : value_(std::string(text)) {}
    Json(std::string_view text) : value_(std::string(text)) {}
    Json(std::string text) noexcept : value_(std::move(text)) {}
    Json(Array values) noexcept;
    Json(Object members) noexcept;
    template <typename T>
    requires std::convertible_to<const T&, Json> Json(const std::vector<T>& values);
    template <typename T>
    requires std::convertible_to<const T&, Json> Json(const std::optional<T>& value) {
        if (value) {
            *this = Json(*value);
        }
    }
    /// An object: Json{{"a", 1}, {"b", "x"}}. The last of equal keys wins.
    Json(std::initializer_list<Member> members);
    // NOLINTEND(google-explicit-constructor)

    /// Json::array({1, "x", nullptr}); Json::array() is an empty array.
    [[nodiscard]] static Json array(std::initializer_list<Json> values = {});
    /// Json::object({{"a", 1}}); Json::object() is an empty object.
    [[nodiscard]] static Json object(std::initializer_list<Member> members = {});

    /// Reads RFC 8259 text strictly: one value, valid UTF-8, no duplicate keys, numbers finite, at
    /// most 64 levels deep. Integers beyond 64 bits become double. Throws JsonError ("line 3,
    /// column 7: ...").
    [[nodiscard]] static Json parse(std::string_view text);
    /// JSON text. Doubles are written as the shortest text that reads back the same (5, not 5.0);
    /// NaN and Infinity as null; bytes that are not UTF-8 as U+FFFD. Indented: two spaces.
    [[nodiscard]] std::string dump(JsonStyle style = JsonStyle::Compact) const;

    [[nodiscard]] JsonType type() const noexcept { return static_cast<JsonType>(value_.index()); }
    [[nodiscard]] bool is_null() const noexcept { return type() == JsonType::Null; }
    [[nodiscard]] bool is_bool() const noexcept { return type() == JsonType::Bool; }
    /// An integer within 64 bits; 5.0 is a double.
    [[nodiscard]] bool is_integer() const noexcept {
        return type() == JsonType::Int || type() == JsonType::Uint;
    }
    [[nodiscard]] bool is_double() const noexcept { return type() == JsonType::Double; }
    [[nodiscard]] bool is_number() const noexcept { return is_integer() || is_double(); }
    [[nodiscard]] bool is_string() const noexcept { return type() == JsonType::String; }
    [[nodiscard]] bool is_array() const noexcept { return type() == JsonType::Array; }
    [[nodiscard]] bool is_object() const noexcept { return type() == JsonType::Object; }

    /// These throw JsonError when the value is of another kind.
    [[nodiscard]] bool as_bool() const;
    /// Takes a double without a fraction as well.
    [[nodiscard]] std::int64_t as_int() const;
    [[nodiscard]] std::uint64_t as_uint() const;
    /// Any number; integers beyond 2^53 are rounded.
    [[nodiscard]] double as_double() const;
    [[nodiscard]] const std::string& as_string() const;
    [[nodiscard]] const Array& as_array() const;
    [[nodiscard]] const Object& as_object() const;
    [[nodiscard]] std::string& as_string();
    [[nodiscard]] Array& as_array();
    [[nodiscard]] Object& as_object();
    /// Any type that has a JsonReader.
    template <typename T>
    [[nodiscard]] T as() const {
        return JsonReader<T>::read(*this);
    }

    /// Elements of an array, members of an object, 0 for anything else.
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// The member of that name; nullptr when there is none or this is not an object.
    [[nodiscard]] const Json* find(std::string_view key) const noexcept;
    [[nodiscard]] Json* find(std::string_view key) noexcept;
    [[nodiscard]] bool contains(std::string_view key) const noexcept {
        return find(key) != nullptr;
    }
    /// Throws JsonError where there is none.
    [[nodiscard]] const Json& at(std::string_view key) const;
    [[nodiscard]] const Json& at(std::size_t index) const;
    /// A member that is missing reads as null.
    [[nodiscard]] const Json& operator[](std::string_view key) const noexcept;
    /// Adds a member that is missing, as null; makes an object of a null.
    [[nodiscard]] Json& operator[](std::string_view key);
    /// Appends to an array; makes an array of a null.
    Json& push_back(Json value);

    /// Member `key` as a T; throws JsonError when it is missing or no T.
    template <typename T>
    [[nodiscard]] T get(std::string_view key) const;
    /// The same, but `fallback` when it is missing or null.
    template <typename T>
    [[nodiscard]] T get(std::string_view key, std::type_identity_t<T> fallback) const;

    /// Numbers are equal by value (1 == 1.0), objects whatever the order of their keys.
    friend bool operator==(const Json& left, const Json& right) noexcept;

    /// "a string", "the number 5", "null": what the value is, for messages. Never the content of a
    /// string, which may be a secret.
    [[nodiscard]] std::string describe() const;
    /// The error of a value that is of another kind than `expected` ("an integer").
    [[nodiscard]] JsonError mismatch(std::string_view expected) const;

private:
    using Value = std::variant<std::monostate,
                               bool,
                               std::int64_t,
                               std::uint64_t,
                               double,
                               std::string,
                               Array,
                               Object>;

    template <typename T, typename Self>
    static auto& expect(Self& self, std::string_view expected);

    Value value_;
};

struct Json::Member {
    std::string key;
    Json value;
};

}  // namespace v1
}  // namespace oa

// Each part needs the ones before it.
// clang-format off
#include "oa/detail/json_value.ipp"
#include "oa/detail/json_reader.ipp"
#include "oa/detail/json_writer.ipp"
#include "oa/detail/json_parser.ipp"
// clang-format on
