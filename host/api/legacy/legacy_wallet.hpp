#pragma once

#include <string>

#include "host/api/api_call.hpp"
#include "host/service/controls.hpp"

namespace oa::host::legacy {

/// The wallet that a client of the older servers names, with the password that it sends.
struct NamedWallet {
    std::string file;  ///< path or name of the host's own; empty: that one
    std::string password;
    std::string type;  ///< "encrypted", "plain"; empty: encrypted
};

// All of these throw ApiProblem.

/// 404 where the host has no wallet, 409 for a file that is not the host's wallet, 400 for a plain
/// one.
void check_named(const WalletControl& wallet, const NamedWallet& named);
/// Opens the host's wallet: what check_named() and check_password() throw.
void open_wallet(WalletControl& wallet, const NamedWallet& named);
/// 400 without one; 401 when it is not that of the wallet, which then stays as it was.
void check_password(WalletControl& wallet, const std::string& password);

}  // namespace oa::host::legacy
