#pragma once

#include <filesystem>
#include <string>

#include "core/secret/secret.hpp"
#include "host/cli/options.hpp"
#include "host/cli/workbench.hpp"
#include "host/wallet/wallet_entries.hpp"

namespace oa::host {

/// A value that a person types, twice and unseen, or that comes by standard input to its end, where
/// one line end at the end is left out. Throws WalletError.
[[nodiscard]] core::Secret read_value(const std::string& name);
/// The bytes of a file as they are; "-": standard input.
[[nodiscard]] core::Secret read_value_file(const std::filesystem::path& file);

enum class LineEnd { None, Add };
/// To standard output, past all buffers. Throws WalletError.
void write_value(const core::Secret& value, LineEnd line_end);
/// A new file with mode 0600. Throws WalletError, also when the file exists.
void write_private_file(const std::filesystem::path& file, const core::Secret& content);

/// Secrets from a wallet of any format, a .env file or a JSON object, told by the content.
/// `access` opens a wallet. Throws WalletError.
[[nodiscard]] WalletEntries read_import(const std::filesystem::path& file,
                                        const WalletAccess& access,
                                        const Workbench& workbench);
/// NAME="value" a line. Throws WalletError for names that .env files cannot have.
[[nodiscard]] core::Secret write_env_text(const WalletEntries& entries);

}  // namespace oa::host
