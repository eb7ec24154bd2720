#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "oa/json.hpp"
#include "oa/plugin.h"

namespace oa {
inline namespace v1 {

/// Why a call fails, as plugin.h defines the codes.
enum class ErrorCode : std::int32_t {
    Cancelled = OA_CANCELLED,
    InvalidParams = OA_INVALID_PARAMS,
    Deadline = OA_DEADLINE,
    NotFound = OA_NOT_FOUND,
    Permission = OA_PERMISSION,
    Unauthenticated = OA_UNAUTHENTICATED,
    Exhausted = OA_EXHAUSTED,
    Precondition = OA_PRECONDITION,
    Unavailable = OA_UNAVAILABLE,
    Conflict = OA_CONFLICT,
    Unimplemented = OA_UNIMPLEMENTED,
    Internal = OA_INTERNAL,
};

/// May the host try the same call again?
enum class Retry : std::uint32_t {
    Unknown = OA_RETRY_UNKNOWN,  ///< the host decides from the code
    Yes = OA_RETRY_YES,
    No = OA_RETRY_NO,
};

/// Thrown by a function to fail its call. The message is for people: one sentence that names the
/// thing and, where there is one, the fix.
///     throw oa::unavailable("the server answers 503").with_retry_after(std::chrono::seconds(5));
class Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

    /// JSON Pointer (RFC 6901) to the parameter that is wrong, such as "/items/3".
    Error&& with_pointer(std::string pointer) && {
        pointer_ = std::move(pointer);
        return std::move(*this);
    }
    /// A JSON object for programs.
    Error&& with_details(Json details) && {
        details_ = std::move(details);
        return std::move(*this);
    }
    Error&& with_retry(Retry retry) && {
        retry_ = retry;
        return std::move(*this);
    }
    /// Says as well that another attempt can help.
    Error&& with_retry_after(std::chrono::milliseconds delay) && {
        retry_ = Retry::Yes;
        retry_after_ = delay;
        return std::move(*this);
    }

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    [[nodiscard]] const std::string& pointer() const noexcept { return pointer_; }
    [[nodiscard]] const Json& details() const noexcept { return details_; }
    [[nodiscard]] Retry retry() const noexcept { return retry_; }
    /// 0: the host decides.
    [[nodiscard]] std::chrono::milliseconds retry_after() const noexcept { return retry_after_; }

private:
    ErrorCode code_;
    Retry retry_ = Retry::Unknown;
    std::chrono::milliseconds retry_after_{0};
    std::string pointer_;
    Json details_;
};

/// Thrown by Call::check() and Call::wait_for() once the host wants the call to end. Let it pass.
class Cancelled : public Error {
public:
    Cancelled() : Error(ErrorCode::Cancelled, "the call was cancelled") {}
};

[[nodiscard]] inline Error invalid_params(std::string pointer, const std::string& message) {
    return Error(ErrorCode::InvalidParams, message).with_pointer(std::move(pointer));
}
[[nodiscard]] inline Error deadline_exceeded(const std::string& message) {
    return {ErrorCode::Deadline, message};
}
[[nodiscard]] inline Error not_found(const std::string& message) {
    return {ErrorCode::NotFound, message};
}
[[nodiscard]] inline Error permission_denied(const std::string& message) {
    return {ErrorCode::Permission, message};
}
[[nodiscard]] inline Error unauthenticated(const std::string& message) {
    return {ErrorCode::Unauthenticated, message};
}
[[nodiscard]] inline Error exhausted(const std::string& message) {
    return {ErrorCode::Exhausted, message};
}
[[nodiscard]] inline Error failed_precondition(const std::string& message) {
    return {ErrorCode::Precondition, message};
}
[[nodiscard]] inline Error unavailable(const std::string& message) {
    return {ErrorCode::Unavailable, message};
}
[[nodiscard]] inline Error conflict(const std::string& message) {
    return {ErrorCode::Conflict, message};
}
[[nodiscard]] inline Error unimplemented(const std::string& message) {
    return {ErrorCode::Unimplemented, message};
}
[[nodiscard]] inline Error internal(const std::string& message) {
    return {ErrorCode::Internal, message};
}

/// JSON Pointer of a member: pointer_to("items", 3) is "/items/3".
template <typename... Tokens>
[[nodiscard]] std::string pointer_to(const Tokens&... tokens) {
    std::string pointer;
    const auto add = [&pointer](const auto& token) {
        if constexpr (std::integral<std::decay_t<decltype(token)>>) {
            pointer += detail::pointer_step(std::to_string(token));
        } else {
            pointer += detail::pointer_step(token);
        }
    };
    (add(tokens), ...);
    return pointer;
}

}  // namespace v1
}  // namespace oa
