#pragma once

#include <cstddef>
#include <string_view>

#include "host/http/refusal.hpp"

namespace oa::host::http {

struct HeadLimits {
    std::size_t request_line_max;  ///< bytes, without its end
    std::size_t fields_max;
    std::size_t head_bytes_max;  ///< of all field lines, their ends included
};

/// A field line without its end: a token, a colon right behind it, no control characters.
[[nodiscard]] Refusal check_field_line(std::string_view line) noexcept;

/// Looks at the bytes of a head while they come in, line by line, and lets only those through that
/// nobody can read in two ways: CRLF at the end of each line and nowhere else, no folded lines.
class HeadCheck {
public:
    enum class Found { More, Whole, Refused };

    explicit HeadCheck(const HeadLimits& limits) noexcept : limits_(limits) {}

    /// `bytes`: all that has come since the beginning of the head. What has been looked at is not
    /// looked at again.
    [[nodiscard]] Found look(std::string_view bytes) noexcept;
    /// Once Whole: bytes of the head, the empty line included.
    [[nodiscard]] std::size_t size() const noexcept { return line_at_; }
    [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }
    /// For the next head.
    void reset() noexcept { *this = HeadCheck(limits_); }

private:
    [[nodiscard]] Refusal check_line(std::string_view line) noexcept;
    [[nodiscard]] Refusal check_unfinished(std::string_view bytes) const noexcept;
    [[nodiscard]] Found refuse(Refusal refusal) noexcept;

    HeadLimits limits_;
    std::size_t line_at_ = 0;    // where the line begins that is not finished
    std::size_t scanned_ = 0;    // no line feed before this
    std::size_t fields_at_ = 0;  // where the first field line begins; 0: not yet
    std::size_t fields_ = 0;
    Refusal refusal_;
};

}  // namespace oa::host::http
