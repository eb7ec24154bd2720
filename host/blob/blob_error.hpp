#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace oa::host {

/// Why a blob is not there or cannot be made. what() is a sentence without a subject that names the
/// thing and the fix; code() is a failure's word: "exhausted", "not_found", "invalid_params",
/// "internal".
class BlobError : public std::runtime_error {
public:
    BlobError(std::string code, const std::string& message)
        : std::runtime_error(message), code_(std::move(code)) {}

    [[nodiscard]] const std::string& code() const noexcept { return code_; }

private:
    std::string code_;
};

}  // namespace oa::host
