#pragma once

#include <filesystem>

#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include "host/vault/vault_address.hpp"

namespace oa::host::vault {

/// Talks TLS (1.2 or later) over a connected socket, and has checked that the server's certificate
/// is trusted and made for the address; there is no way around that. `ca_file` is a PEM file of the
/// authorities to trust; empty: those that the system trusts. Throws std::runtime_error with the
/// reason of a refused certificate, and Poco::Exception for what the network does.
[[nodiscard]] Poco::Net::SecureStreamSocket start_tls(const Poco::Net::StreamSocket& socket,
                                                      const VaultAddress& address,
                                                      const std::filesystem::path& ca_file);

}  // namespace oa::host::vault
