// A part of oa/json.hpp, which includes it: Json::as<T>, Json::get<T>.

namespace oa {
inline namespace v1 {

template <>
struct JsonReader<Json> {
    static Json read(const Json& json) { return json; }
};

template <>
struct JsonReader<bool> {
    static bool read(const Json& json) { return json.as_bool(); }
};

template <std::integral T>
struct JsonReader<T> {
    static T read(const Json& json) {
        if (json.type() == JsonType::Uint) {
            if (std::in_range<T>(json.as_uint())) {
                return static_cast<T>(json.as_uint());
            }
            throw json.mismatch(expected());
        }
        try {
            if (const std::int64_t value = json.as_int(); std::in_range<T>(value)) {
                return static_cast<T>(value);
            }
        } catch (const JsonError&) {
            throw json.mismatch(expected());
        }
        throw json.mismatch(expected());
    }

private:
    static std::string expected() {
        return "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
               std::to_string(std::numeric_limits<T>::max());
    }
};

template <std::floating_point T>
struct JsonReader<T> {
    static T read(const Json& json) { return static_cast<T>(json.as_double()); }
};

template <>
struct JsonReader<std::string> {
    static std::string read(const Json& json) { return json.as_string(); }
};

/// Valid as long as the Json that it was read from.
template <>
struct JsonReader<std::string_view> {
    static std::string_view read(const Json& json) { return json.as_string(); }
};

template <typename T>
struct JsonReader<std::vector<T>> {
    static std::vector<T> read(const Json& json) {
        const Json::Array& array = json.as_array();
        std::vector<T> out;
        out.reserve(array.size());
        for (std::size_t index = 0; index < array.size(); ++index) {
            try {
                out.push_back(array[index].as<T>());
            } catch (const JsonError& error) {
                throw detail::within(std::to_string(index), error);
            }
        }
        return out;
    }
};

/// null reads as nothing.
template <typename T>
struct JsonReader<std::optional<T>> {
    static std::optional<T> read(const Json& json) {
        return json.is_null() ? std::nullopt : std::optional<T>(json.as<T>());
    }
};

/// The members in their order.
template <typename T>
struct JsonReader<std::vector<std::pair<std::string, T>>> {
    static std::vector<std::pair<std::string, T>> read(const Json& json) {
        const Json::Object& object = json.as_object();
        std::vector<std::pair<std::string, T>> out;
        out.reserve(object.size());
        for (const Json::Member& member : object) {
            try {
                out.emplace_back(member.key, member.value.template as<T>());
            } catch (const JsonError& error) {
                throw detail::within(member.key, error);
            }
        }
        return out;
    }
};

template <typename T>
T Json::get(std::string_view key) const {
    const Json& value = at(key);
    try {
        return value.as<T>();
    } catch (const JsonError& error) {
        throw detail::within(key, error);
    }
}

template <typename T>
T Json::get(std::string_view key, std::type_identity_t<T> fallback) const {
    const Json* value = as_object().find(key);
    return value == nullptr || value->is_null() ? std::move(fallback) : get<T>(key);
}

}  // namespace v1
}  // namespace oa
