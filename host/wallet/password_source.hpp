#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/wallet/key_slot.hpp"

namespace oa::host {

/// Where a password may come from. It never stands on a command line, where every process of the
/// machine can read it.
struct PasswordSources {
    std::string wallet;  ///< how the prompt calls it: the file's name
    /// --password-fd: read to its end.
    std::optional<int> descriptor;
    /// --password-file; read as carefully as a wallet.
    std::optional<std::filesystem::path> password_file;
    /// --key-file; the same.
    std::optional<std::filesystem::path> key_file;
    /// Whether a password is needed even if there is a key file.
    bool password_too = false;
    bool may_prompt = true;
    bool is_new = false;  ///< asked for twice
    std::filesystem::path terminal = "/dev/tty";
    /// What take_from_environment() gave at the start of the program, for one that has threads by
    /// now. Null: it is taken now. [owner: the caller]
    const core::Secret* from_environment = nullptr;
};

struct FoundKey {
    WalletKey key;
    std::string password_from;          ///< for people; empty: there is no password
    std::vector<std::string> warnings;  ///< sentences for the operator
};

/// Takes the first password that there is:
///   1. the systemd credential `oa-wallet-password`, a file in $CREDENTIALS_DIRECTORY,
///   2. the file descriptor,
///   3. the password file,
/// and then, unless there is a key file that is enough,
///   4. the environment's OA_WALLET_PASSWORD, with a warning,
///   5. what is typed on the terminal.
/// Of what is read, one line end at its end is left out. OA_WALLET_PASSWORD is taken out of the
/// environment in any case, and overwritten where /proc shows it: call this before there are other
/// threads. Throws WalletError when a source that was named cannot be used, or when there is none.
[[nodiscard]] FoundKey find_wallet_key(const PasswordSources& sources);

/// Takes a variable out of the environment and overwrites it where it stood.
[[nodiscard]] std::optional<core::Secret> take_from_environment(const char* name);

/// Reads a key file, as carefully as a wallet: 32 bytes to 1 MiB. Throws WalletError.
[[nodiscard]] core::Secret read_key_file(const std::filesystem::path& file);
/// Makes one with 32 random bytes and mode 0600; never replaces a file. Throws WalletError.
void create_key_file(const std::filesystem::path& file);

}  // namespace oa::host
