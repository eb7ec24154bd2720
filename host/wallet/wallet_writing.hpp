#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "host/wallet/careful_file.hpp"

namespace oa::host {

/// What writing a wallet does, one step after the other. Whichever is the last one that a crash
/// lets through: the old or the new wallet is there, whole.
enum class WriteStep {
    Locked,            ///< nobody else is writing
    Cleaned,           ///< what writers left that crashed is gone
    Made,              ///< there is an empty temporary file
    Written,           ///< it has all bytes
    Synced,            ///< they are on the disk
    Verified,          ///< what was read back opens and is the same
    PreviousKept,      ///< the old wallet is WALLET.1, too
    Replaced,          ///< the new one has the wallet's name
    FolderSynced,      ///< that is on the disk
    PreviousForgotten  ///< if asked for: there is no WALLET.1
};
/// For tests: called after each step.
struct WalletWriteHooks {
    std::function<void(WriteStep)> after;
};

/// Held by who writes: flock on the file WALLET.lock, which stays where it is. Readers need none,
/// since a wallet is replaced as a whole.
class WalletLock {
public:
    /// Waits for others as long as that. Throws WalletError.
    WalletLock(const std::filesystem::path& wallet, std::chrono::milliseconds wait);

private:
    FileDescriptor file_;
};

enum class PreviousWallet {
    Kept,      ///< as WALLET.1
    Forgotten  ///< there is no WALLET.1 afterwards: it would open with a key that shall not open it
};

struct WalletWrite {
    std::filesystem::path file;
    std::string_view bytes;
    /// What is there now, as it was read under the lock; empty: there is nothing.
    std::optional<WalletFileIdentity> replaces;
    PreviousWallet previous = PreviousWallet::Kept;
    /// Whether what was read back from the disk is the wallet that it should be.
    std::function<bool(std::string_view)> opens;
    WalletWriteHooks hooks;
};

/// Writes a wallet with mode 0600, old or new: the old one stays until the new one is on the disk
/// and has been opened there. Throws WalletError, and then the old one is as it was.
WalletFileIdentity write_wallet(const WalletLock& lock, const WalletWrite& write);

/// WALLET.1
[[nodiscard]] std::filesystem::path previous_wallet(const std::filesystem::path& wallet);

}  // namespace oa::host
