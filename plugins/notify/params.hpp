#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oa/call.hpp"

namespace oa::notify {

/// The parameters of a function, or of a channel within them; what is wrong with one is an
/// INVALID_PARAMS that points to it. A null counts as missing.
class Params {
public:
    /// `values` has to live as long; `pointer` is where they stand, such as "/channels/0".
    explicit Params(const Json& values, std::string pointer = "")
        : values_(values), pointer_(std::move(pointer)) {}

    /// Null where it is missing.
    [[nodiscard]] const Json& value(std::string_view name) const { return values_[name]; }
    [[nodiscard]] bool has(std::string_view name) const { return !value(name).is_null(); }
    [[nodiscard]] std::string text(std::string_view name, std::string_view fallback = "") const;
    /// A text that is there and not empty.
    [[nodiscard]] std::string required(std::string_view name) const;
    [[nodiscard]] bool flag(std::string_view name, bool fallback) const;
    [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t fallback) const;
    [[nodiscard]] std::chrono::milliseconds duration(std::string_view name,
                                                     std::chrono::milliseconds fallback) const;
    /// One text or a list of them; numbers count as texts.
    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;

    [[nodiscard]] std::string pointer(std::string_view name) const;
    [[nodiscard]] Error wrong(std::string_view name, const std::string& message) const;

private:
    template <typename T>
    [[nodiscard]] T read(std::string_view name, T fallback) const;

    const Json& values_;
    std::string pointer_;
};

}  // namespace oa::notify
