#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oa::host::vault {

/// What a workflow writes behind VAULT: for a store of type KV, version 2:
///   team/database#password      the field "password" of the secret at team/database
///   team/database@3#password    of its version 3; without a number the newest one
///   team/database               its only field
/// The path ends at the first '#'. An '@' begins a version only where nothing but digits stands
/// between it and the end of the path.
struct KvKey {
    std::string path;                      ///< as written: "team/database"
    std::string encoded_path;              ///< each segment percent-encoded, joined by '/'
    std::optional<std::uint32_t> version;  ///< 1 or more
    std::optional<std::string> field;

    /// "team/database@3", which is what one request asks for.
    [[nodiscard]] std::string asked() const;
};

/// Throws std::runtime_error for empty segments and fields, "." and "..", control characters, and
/// what is longer than 1,024 bytes; its text has the key in it.
[[nodiscard]] KvKey parse_kv_key(std::string_view key);

/// Segments percent-encoded, '/' between them. Nothing for what parse_kv_key() refuses in a path.
[[nodiscard]] std::optional<std::string> encode_path(std::string_view path);

}  // namespace oa::host::vault
