#include "params.hpp"

#include "oa/duration.hpp"

namespace oa::notify {

template <typename T>
T Params::read(std::string_view name, T fallback) const {
    const Json& given = value(name);
    if (given.is_null()) {
        return fallback;
    }
    try {
        return given.as<T>();
    } catch (const JsonError& error) {
        throw wrong(name, std::string(name) + ": " + error.what());
    }
}

std::string Params::text(std::string_view name, std::string_view fallback) const {
    return read<std::string>(name, std::string(fallback));
}

std::string Params::required(std::string_view name) const {
    std::string out = text(name);
    if (out.empty()) {
        throw wrong(name, std::string(name) + " is missing");
    }
    return out;
}

bool Params::flag(std::string_view name, bool fallback) const {
    return read<bool>(name, fallback);
}

std::int64_t Params::number(std::string_view name, std::int64_t fallback) const {
    return read<std::int64_t>(name, fallback);
}

std::chrono::milliseconds Params::duration(std::string_view name,
                                           std::chrono::milliseconds fallback) const {
    return read<std::chrono::milliseconds>(name, fallback);
}

std::vector<std::string> Params::texts(std::string_view name) const {
    const Json& given = value(name);
    std::vector<std::string> out;
    const auto add = [&](const Json& item) {
        if (item.is_string()) {
            out.push_back(item.as_string());
        } else if (item.is_integer()) {
            out.push_back(item.dump());
        } else {
            throw wrong(name, std::string(name) + " is " + item.describe() +
                                  "; it has to be a text or a list of texts");
        }
    };
    if (given.is_array()) {
        for (const Json& item : given.as_array()) {
            add(item);
        }
    } else if (!given.is_null()) {
        add(given);
    }
    return out;
}

std::string Params::pointer(std::string_view name) const {
    return pointer_ + pointer_to(name);
}

Error Params::wrong(std::string_view name, const std::string& message) const {
    return invalid_params(pointer(name), message);
}

}  // namespace oa::notify
