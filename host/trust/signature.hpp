#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "host/trust/signing_key.hpp"

namespace oa::host {

/// What a signature file says; `x.so.sig` stands beside `x.so`. It is a JSON object:
///     {"format": 1, "sha256": "<hex>", "id": "com.acme.http", "version": "1.4.0", "abi": "1.0",
///      "created": "2026-01-31T12:00:00Z", "key": "<public key, base64>",
///      "signature": "<Ed25519, base64>"}
/// Unknown members are ignored: nothing that matters may ever stand outside of what is signed.
struct PluginSignature {
    std::string sha256;   ///< of the whole file, lower-case hex
    std::string id;       ///< as in the plug-in's manifest
    std::string version;  ///< the same
    std::string abi;      ///< the same
    std::string created;  ///< UTC
    PublicKey key{};      ///< which one signed; it is trusted only when the policy has it
    SignatureBytes signature{};
};

/// The file is none. what() is half a sentence about it.
class SignatureError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

[[nodiscard]] std::filesystem::path signature_file(const std::filesystem::path& plugin);

/// The exact bytes that are signed, with Ed25519 as in RFC 8032 (no prehash): these seven lines,
/// each ended by a line feed, in ASCII. The first keeps the signature from meaning anything
/// elsewhere.
///     open-automator plug-in signature 1
///     sha256 <64 digits of lower-case hex>
///     id <id>
///     version <version>
///     abi <major>.<minor>
///     created <YYYY-MM-DD>T<hh:mm:ss>Z
///     key <public key, base64 with padding>
[[nodiscard]] std::string signed_bytes(const PluginSignature& signature);

/// Whether the key that it names made it.
[[nodiscard]] bool is_genuine(const PluginSignature& signature);

/// Throws SignatureError, also for a member whose text could not stand in one of those lines.
[[nodiscard]] PluginSignature parse_signature(std::string_view json);
[[nodiscard]] std::string to_json(const PluginSignature& signature);

}  // namespace oa::host
