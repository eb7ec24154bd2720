#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret/secret.hpp"

namespace oa::host {

/// Opens a Fernet token: URL-safe base64 with padding of 0x80, the time (8 bytes, the largest
/// first), an IV of 16 bytes, the text in AES-128-CBC, and the HMAC-SHA256 of all that. The key has
/// 32 bytes: 16 for the HMAC, 16 for the cipher. The HMAC is checked before anything is decrypted;
/// the time is not. Nothing when any of it is not so.
[[nodiscard]] std::optional<core::Secret> open_fernet(const core::Secret& key,
                                                      std::string_view token);

/// What makes two tokens of the same text differ.
struct FernetStamp {
    std::string iv;         ///< 16 bytes
    std::int64_t time = 0;  ///< seconds since 1970
};
[[nodiscard]] std::string seal_fernet(const core::Secret& key,
                                      const FernetStamp& stamp,
                                      std::string_view plain);

}  // namespace oa::host
