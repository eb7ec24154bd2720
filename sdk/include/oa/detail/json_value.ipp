// A part of oa/json.hpp, which includes it: Json and Json::Object.

namespace oa {
inline namespace v1 {
namespace detail {

/// The integer that a double is, when it is one of 64 bits.
template <typename Integer>
[[nodiscard]] std::optional<Integer> exact_integer(double value) noexcept {
    constexpr double limit = std::same_as<Integer, std::int64_t> ? 0x1p63 : 0x1p64;
    constexpr double lowest = std::same_as<Integer, std::int64_t> ? -0x1p63 : 0.0;
    if (!(value >= lowest && value < limit)) {
        return std::nullopt;
    }
    const auto integer = static_cast<Integer>(value);
    if (static_cast<double>(integer) < value || static_cast<double>(integer) > value) {
        return std::nullopt;
    }
    return integer;
}

/// One step of a JSON Pointer: "a/b" is "/a~1b".
[[nodiscard]] inline std::string pointer_step(std::string_view token) {
    std::string out(1, '/');
    for (const char c : token) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

/// The error of a part as the error of the whole.
[[nodiscard]] inline JsonError within(std::string_view token, const JsonError& error) {
    return JsonError(error.what(), pointer_step(token) + error.pointer());
}

}  // namespace detail

// ---- Json::Object ------------------------------------------------------------------------------

inline Json::Object::Object() noexcept = default;
inline Json::Object::Object(const Object& other) = default;
inline Json::Object::Object(Object&& other) noexcept = default;
inline Json::Object& Json::Object::operator=(const Object& other) = default;
inline Json::Object& Json::Object::operator=(Object&& other) noexcept = default;
inline Json::Object::~Object() = default;

inline std::size_t Json::Object::size() const noexcept {
    return members_.size();
}
inline Json::Object::const_iterator Json::Object::begin() const noexcept {
    return members_.begin();
}
inline Json::Object::const_iterator Json::Object::end() const noexcept {
    return members_.end();
}
inline bool Json::Object::contains(std::string_view key) const noexcept {
    return find(key) != nullptr;
}

inline std::size_t Json::Object::index_of(std::string_view key) const noexcept {
    if (table_.empty()) {
        const auto found = std::find_if(members_.begin(), members_.end(),
                                        [&](const Member& m) { return m.key == key; });
        return static_cast<std::size_t>(found - members_.begin());
    }
    const std::size_t mask = table_.size() - 1;
    for (std::size_t slot = std::hash<std::string_view>{}(key)&mask; table_[slot] != 0;
         slot = (slot + 1) & mask) {
        const std::size_t index = table_[slot] - 1;
        if (members_[index].key == key) {
            return index;
        }
    }
    return members_.size();
}

inline void Json::Object::place(std::size_t index) noexcept {
    const std::size_t mask = table_.size() - 1;
    std::size_t slot = std::hash<std::string_view>{}(members_[index].key) & mask;
    while (table_[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    table_[slot] = static_cast<std::uint32_t>(index + 1);
}

inline void Json::Object::rebuild_table() {
    constexpr std::size_t linear_search_max = 12;
    table_.clear();
    if (members_.size() <= linear_search_max) {
        return;
    }
    table_.resize(std::bit_ceil(members_.size() * 4));
    for (std::size_t index = 0; index < members_.size(); ++index) {
        place(index);
    }
}

inline Json& Json::Object::append(std::string key, Json value) {
    members_.push_back(Member{std::move(key), std::move(value)});
    if (members_.size() * 2 <= table_.size()) {
        place(members_.size() - 1);
    } else {
        rebuild_table();
    }
    return members_.back().value;
}

inline const Json* Json::Object::find(std::string_view key) const noexcept {
    const std::size_t index = index_of(key);
    return index < members_.size() ? &members_[index].value : nullptr;
}

inline Json* Json::Object::find(std::string_view key) noexcept {
    const std::size_t index = index_of(key);
    return index < members_.size() ? &members_[index].value : nullptr;
}

inline Json& Json::Object::set(std::string key, Json value) {
    if (Json* found = find(key)) {
        return *found = std::move(value);
    }
    return append(std::move(key), std::move(value));
}

inline bool Json::Object::insert(std::string key, Json value) {
    if (contains(key)) {
        return false;
    }
    append(std::move(key), std::move(value));
    return true;
}

inline Json& Json::Object::operator[](std::string_view key) {
    Json* found = find(key);
    return found != nullptr ? *found : append(std::string(key), Json());
}

inline bool Json::Object::erase(std::string_view key) {
    const std::size_t index = index_of(key);
    if (index == members_.size()) {
        return false;
    }
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(index));
    rebuild_table();
    return true;
}

// ---- Json --------------------------------------------------------------------------------------

inline Json::Json(Array values) noexcept : value_(std::move(values)) {}
inline Json::Json(Object members) noexcept : value_(std::move(members)) {}

template <typename T>
requires std::convertible_to<const T&, Json>
inline Json::Json(const std::vector<T>& values) : value_(Array()) {
    Array& array = *std::get_if<Array>(&value_);
    array.reserve(values.size());
    for (const T& value : values) {
        array.push_back(Json(value));
    }
}

inline Json::Json(std::initializer_list<Member> members) : value_(Object()) {
    Object& object = *std::get_if<Object>(&value_);
    for (const Member& member : members) {
        object.set(member.key, member.value);
    }
}

inline Json Json::array(std::initializer_list<Json> values) {
    return Json(Array(values));
}
inline Json Json::object(std::initializer_list<Member> members) {
    return Json(members);
}

template <typename T, typename Self>
inline auto& Json::expect(Self& self, std::string_view expected) {
    if (auto* value = std::get_if<T>(&self.value_)) {
        return *value;
    }
    throw self.mismatch(expected);
}

inline bool Json::as_bool() const {
    return expect<bool>(*this, "a boolean");
}
inline const std::string& Json::as_string() const {
    return expect<std::string>(*this, "a string");
}
inline std::string& Json::as_string() {
    return expect<std::string>(*this, "a string");
}
inline const Json::Array& Json::as_array() const {
    return expect<Array>(*this, "an array");
}
inline Json::Array& Json::as_array() {
    return expect<Array>(*this, "an array");
}
inline const Json::Object& Json::as_object() const {
    return expect<Object>(*this, "an object");
}
inline Json::Object& Json::as_object() {
    return expect<Object>(*this, "an object");
}

inline std::int64_t Json::as_int() const {
    if (const auto* integer = std::get_if<std::int64_t>(&value_)) {
        return *integer;
    }
    if (const auto* real = std::get_if<double>(&value_)) {
        if (const auto integer = detail::exact_integer<std::int64_t>(*real)) {
            return *integer;
        }
    }
    throw mismatch("an integer");
}

inline std::uint64_t Json::as_uint() const {
    if (const auto* integer = std::get_if<std::uint64_t>(&value_)) {
        return *integer;
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value_); integer && *integer >= 0) {
        return static_cast<std::uint64_t>(*integer);
    }
    if (const auto* real = std::get_if<double>(&value_)) {
        if (const auto integer = detail::exact_integer<std::uint64_t>(*real)) {
            return *integer;
        }
    }
    throw mismatch("an integer that is not negative");
}

inline double Json::as_double() const {
    switch (type()) {
        case JsonType::Int: return static_cast<double>(*std::get_if<std::int64_t>(&value_));
        case JsonType::Uint: return static_cast<double>(*std::get_if<std::uint64_t>(&value_));
        default: return expect<double>(*this, "a number");
    }
}

inline std::size_t Json::size() const noexcept {
    if (const auto* array = std::get_if<Array>(&value_)) {
        return array->size();
    }
    const auto* object = std::get_if<Object>(&value_);
    return object != nullptr ? object->size() : 0;
}

inline const Json* Json::find(std::string_view key) const noexcept {
    const auto* object = std::get_if<Object>(&value_);
    return object != nullptr ? object->find(key) : nullptr;
}

inline Json* Json::find(std::string_view key) noexcept {
    auto* object = std::get_if<Object>(&value_);
    return object != nullptr ? object->find(key) : nullptr;
}

inline const Json& Json::at(std::string_view key) const {
    if (const Json* found = as_object().find(key)) {
        return *found;
    }
    throw JsonError("it is missing", detail::pointer_step(key));
}

inline const Json& Json::at(std::size_t index) const {
    const Array& array = as_array();
    if (index < array.size()) {
        return array[index];
    }
    throw JsonError("there are only " + std::to_string(array.size()) + " elements",
                    detail::pointer_step(std::to_string(index)));
}

inline const Json& Json::operator[](std::string_view key) const noexcept {
    static const Json null;
    const Json* found = find(key);
    return found != nullptr ? *found : null;
}

inline Json& Json::operator[](std::string_view key) {
    if (is_null()) {
        value_ = Object();
    }
    return as_object()[key];
}

inline Json& Json::push_back(Json value) {
    if (is_null()) {
        value_ = Array();
    }
    return as_array().emplace_back(std::move(value));
}

inline bool operator==(const Json& left, const Json& right) noexcept {
    if (left.type() == right.type()) {
        if (const auto* object = std::get_if<Json::Object>(&left.value_)) {
            return object->size() == right.size() &&
                   std::all_of(object->begin(), object->end(), [&](const Json::Member& member) {
                       const Json* other = right.find(member.key);
                       return other != nullptr && *other == member.value;
                   });
        }
        if (const auto* real = std::get_if<double>(&left.value_)) {
            return std::equal_to<>{}(*real, *std::get_if<double>(&right.value_));
        }
        if (const auto* array = std::get_if<Json::Array>(&left.value_)) {
            return *array == *std::get_if<Json::Array>(&right.value_);
        }
        if (const auto* text = std::get_if<std::string>(&left.value_)) {
            return *text == *std::get_if<std::string>(&right.value_);
        }
        if (const auto* flag = std::get_if<bool>(&left.value_)) {
            return *flag == *std::get_if<bool>(&right.value_);
        }
        if (const auto* integer = std::get_if<std::int64_t>(&left.value_)) {
            return *integer == *std::get_if<std::int64_t>(&right.value_);
        }
        if (const auto* integer = std::get_if<std::uint64_t>(&left.value_)) {
            return *integer == *std::get_if<std::uint64_t>(&right.value_);
        }
        return true;
    }
    // An integer has one representation only, so two kinds of number can only be an integer and
    // a double.
    const Json& integer = left.is_double() ? right : left;
    const auto* real = std::get_if<double>(left.is_double() ? &left.value_ : &right.value_);
    if (real == nullptr || !integer.is_integer()) {
        return false;
    }
    if (const auto* value = std::get_if<std::int64_t>(&integer.value_)) {
        return detail::exact_integer<std::int64_t>(*real) == *value;
    }
    return detail::exact_integer<std::uint64_t>(*real) ==
           *std::get_if<std::uint64_t>(&integer.value_);
}

inline std::string Json::describe() const {
    switch (type()) {
        case JsonType::Null: return "null";
        case JsonType::Bool: return as_bool() ? "true" : "false";
        case JsonType::Int:
        case JsonType::Uint:
        case JsonType::Double: return std::string("the number ").append(dump());
        case JsonType::String: return "a string";
        case JsonType::Array: return "an array";
        case JsonType::Object: return "an object";
    }
    return "a value";
}

inline JsonError Json::mismatch(std::string_view expected) const {
    return JsonError("expected " + std::string(expected) + ", found " + describe());
}

}  // namespace v1
}  // namespace oa
