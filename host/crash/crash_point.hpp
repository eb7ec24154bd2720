#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace oa::host {

/// All crash points there are, by the alphabet: `<room>.<what has just been done>`, or
/// `<room>.before_<what is to be done>`.
inline constexpr std::array<std::string_view, 4> crash_points{
    "audit.before_write",
    "audit.written",
    "isolation.file_replaced",
    "isolation.file_synced",
};

/// One of `crash_points`. A name that is not there does not compile.
class CrashPoint {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): it is written as a text
    consteval CrashPoint(const char* name) : index_(index_of(name)) {}

    [[nodiscard]] constexpr std::size_t index() const noexcept { return index_; }
    [[nodiscard]] constexpr std::string_view name() const noexcept { return crash_points[index_]; }

private:
    static consteval std::size_t index_of(std::string_view name) {
        for (std::size_t i = 0; i < crash_points.size(); ++i) {
            if (crash_points[i] == name) {
                return i;
            }
        }
        throw "there is no crash point of this name";
    }

    std::size_t index_;
};

/// A place before or after something becomes durable, where tests let the program die. Does nothing
/// in what people run: which of the two functions of this name a program gets, the one beside this
/// file or the one that kills it, is decided when it is linked. Thread safe.
void crash_point(CrashPoint point) noexcept;

}  // namespace oa::host
