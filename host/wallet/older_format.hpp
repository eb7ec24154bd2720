#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret/secret.hpp"
#include "host/wallet/fernet.hpp"
#include "host/wallet/wallet_entries.hpp"

namespace oa::host {

enum class WalletFormat {
    Sealed,  ///< SealedHeader
    Fernet,  ///< JSON of a salt and a Fernet token
    Plain    ///< JSON of the secrets themselves
};
/// "sealed", "older sealed (Fernet)", "plain JSON"
[[nodiscard]] const char* to_text(WalletFormat format);

/// Which one it is, told by the content alone. Throws WalletFormatError when it is none.
[[nodiscard]] WalletFormat format_of(std::string_view bytes);

/// An entry of another wallet, as one for a wallet of that format: with times, and as text where
/// there is no JSON.
[[nodiscard]] WalletEntry adopted(const WalletEntry& entry, WalletFormat format, std::int64_t now);

/// Reads a wallet of plain JSON: an object of names and values. A value that is no string is its
/// JSON text. Throws WalletFormatError.
[[nodiscard]] WalletEntries read_plain_wallet(std::string_view bytes);
/// Indented by two blanks, with nothing but ASCII in it. Throws WalletError for values that are no
/// text, which no older format can hold.
[[nodiscard]] core::Secret write_plain_wallet(const WalletEntries& entries);

/// Reads {"salt": base64 of 16 bytes, "data": a Fernet token}; the token's key is
/// PBKDF2-HMAC-SHA256 of the password with 100,000 rounds, the token's text a JSON object as above.
/// Nothing when the password is wrong or the token damaged. Throws WalletFormatError for everything
/// around it.
[[nodiscard]] std::optional<WalletEntries> read_fernet_wallet(std::string_view bytes,
                                                              const core::Secret& password);

/// What makes two files of the same secrets differ.
struct FernetFileStamp {
    std::string salt;  ///< 16 bytes
    FernetStamp token;

    [[nodiscard]] static FernetFileStamp random(std::int64_t now);
};
/// As the older system writes it, byte for byte. Throws WalletError as write_plain_wallet() does.
[[nodiscard]] std::string write_fernet_wallet(const WalletEntries& entries,
                                              const core::Secret& password,
                                              const FernetFileStamp& stamp);

}  // namespace oa::host
