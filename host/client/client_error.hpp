#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace oa::host::client {

/// The host cannot be reached, or the connection to it broke.
class NotReached : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What the host says it does not do, from its problem+json (RFC 9457).
class ApiError : public std::runtime_error {
public:
    ApiError(int status, std::string code, const std::string& detail, std::string hint = {})
        : std::runtime_error(detail),
          status_(status),
          code_(std::move(code)),
          hint_(std::move(hint)) {}

    [[nodiscard]] ApiError with(std::vector<std::string> errors) && {
        errors_ = std::move(errors);
        return std::move(*this);
    }

    [[nodiscard]] int status() const noexcept { return status_; }
    /// A word that never changes its meaning; empty where no host of ours answered.
    [[nodiscard]] const std::string& code() const noexcept { return code_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    /// Where several things are wrong at once: a sentence for each, with its place and its hint.
    [[nodiscard]] const std::vector<std::string>& errors() const noexcept { return errors_; }
    /// Whether the same request may be answered otherwise a little later.
    [[nodiscard]] bool passes() const noexcept { return status_ == 429 || status_ >= 500; }

private:
    int status_;
    std::string code_;
    std::string hint_;
    std::vector<std::string> errors_;
};

}  // namespace oa::host::client
