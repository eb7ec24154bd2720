#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oa::host::vault {

/// Where a server listens.
struct VaultAddress {
    bool secure = true;  ///< https
    std::string host;    ///< lower case; an IPv6 address without brackets
    std::uint16_t port = 0;

    /// "https://host:8200", IPv6 in brackets.
    [[nodiscard]] std::string text() const;
    /// "host:8200", as the header Host and messages have it.
    [[nodiscard]] std::string authority() const;
};

/// Reads an http or https address without path, query and credentials. Throws
/// std::invalid_argument with the reason.
[[nodiscard]] VaultAddress parse_vault_address(std::string_view text);

/// Whether the host is "localhost", or an address of the machine itself.
[[nodiscard]] bool is_this_machine(const VaultAddress& address);

}  // namespace oa::host::vault
