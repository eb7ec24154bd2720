#include "host/plugin/failure.hpp"

#include <array>

#include "host/plugin/descriptor_text.hpp"

namespace oa::host {
namespace {

constexpr std::size_t message_bytes_max = 8192;
constexpr std::size_t pointer_bytes_max = 1024;
constexpr std::uint32_t error_size_1_0 =
    offsetof(oa_error, retry_after_ms) + sizeof(oa_error::retry_after_ms);

struct StatusWords {
    std::string_view code;
    std::string_view name;
    bool retryable;  // when the plug-in leaves it to the host
};

// In the order of the contract's numbers.
constexpr std::array<StatusWords, 13> status_words{{
    {"ok", "OK", false},
    {"cancelled", "CANCELLED", false},
    {"invalid_params", "INVALID_PARAMS", false},
    {"deadline", "DEADLINE", true},
    {"not_found", "NOT_FOUND", true},
    {"permission", "PERMISSION", false},
    {"unauthenticated", "UNAUTHENTICATED", false},
    {"exhausted", "EXHAUSTED", true},
    {"precondition", "PRECONDITION", true},
    {"unavailable", "UNAVAILABLE", true},
    {"conflict", "CONFLICT", true},
    {"unimplemented", "UNIMPLEMENTED", false},
    {"internal", "INTERNAL", true},
}};

bool is_error(std::int32_t status) {
    return status > OA_OK && static_cast<std::size_t>(status) < status_words.size();
}

std::string_view text_of(const char* text, std::size_t length) {
    return text == nullptr ? std::string_view{} : std::string_view(text, length);
}

std::string silent_message(std::string_view subject, std::int32_t returned) {
    std::string out(subject);
    if (returned == OA_OK) {
        return out + " reported a failure without a message";
    }
    out += is_error(returned)
               ? " returned " + std::string(status_words[static_cast<std::size_t>(returned)].name)
               : " returned the unknown status " + std::to_string(returned);
    return out + " without a message";
}

}  // namespace

std::optional<ReportedError> copy_error(const oa_error& error) {
    if (error.struct_size < error_size_1_0) {
        return std::nullopt;
    }
    ReportedError out;
    out.code = error.code;
    out.message = clean_utf8(text_of(error.message, error.message_len), message_bytes_max);
    out.pointer = clean_utf8(text_of(error.pointer, error.pointer_len), pointer_bytes_max);
    out.retry = error.retry;
    out.retry_after_ms = error.retry_after_ms;
    return out;
}

core::Failure make_failure(std::string_view subject,
                           std::int32_t returned,
                           const std::optional<ReportedError>& reported) {
    std::int32_t status = is_error(returned) ? returned : OA_INTERNAL;
    if (reported && is_error(reported->code)) {
        status = reported->code;
    }
    const StatusWords& words = status_words[static_cast<std::size_t>(status)];
    core::Failure out;
    out.code = words.code;
    out.retryable = words.retryable;
    if (!reported || reported->message.empty()) {
        out.message = silent_message(subject, returned);
    } else {
        out.message = reported->message;
    }
    if (reported) {
        if (status == OA_INVALID_PARAMS && !reported->pointer.empty()) {
            out.message += " (parameter " + reported->pointer + ")";
        }
        if (reported->retry == OA_RETRY_YES || reported->retry == OA_RETRY_NO) {
            out.retryable = reported->retry == OA_RETRY_YES;
        }
        out.retry_after_ms = reported->retry_after_ms;
    }
    return out;
}

}  // namespace oa::host
