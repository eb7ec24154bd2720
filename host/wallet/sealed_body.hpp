#pragma once

#include <string_view>

#include "core/secret/secret.hpp"
#include "host/wallet/wallet_entries.hpp"

namespace oa::host {

/// What is sealed in a wallet: JSON text in UTF-8,
///     {"entries":[{"name":"token","value":"...","version":1,"created":1769860800,
///                  "updated":1769860800,"note":"..."}]}
/// A value that is no UTF-8 stands there as base64, and then the entry has "encoding":"base64" too.
/// Without a note there is no "note". Nothing else may be there: another member means another
/// version of the format.
[[nodiscard]] core::Secret write_body(const WalletEntries& entries);

/// Throws WalletFormatError, which names no values: for text that is no such JSON, names that
/// cannot be one or are there twice, and for more than 10,000 entries or 1 MiB in a value.
[[nodiscard]] WalletEntries read_body(std::string_view text);

}  // namespace oa::host
