#pragma once

#include <filesystem>
#include <string_view>

#include "core/secret/secret.hpp"
#include "host/wallet/wallet_entries.hpp"

namespace oa::host {

/// Reads a file that secrets are imported from, or a pipe: at most 16 MiB, whoever may read it.
/// Throws WalletError.
[[nodiscard]] core::Secret read_import_file(const std::filesystem::path& file);

/// Reads secrets from a text of either kind: JSON when it begins with `{`, else lines. Throws
/// WalletError.
[[nodiscard]] WalletEntries read_import_text(std::string_view text);

/// Lines of NAME=value, as .env files have them.
///   - Empty lines and those that begin with # are left out, and so is `export` before a name.
///   - A name has letters, digits, `_`, `.` and `-`.
///   - A bare value ends with its line or with a # that follows a blank; blanks around it go.
///   - Between ' and ' all is as it stands, but for \' and \\.
///   - Between " and " there may be line ends; \n, \r, \t, \", \\ and \$ are escapes, another
///     backslash is one.
///   - Nothing is replaced: $NAME and ${NAME} stay as they are.
/// Throws WalletError with the number of the line, never with a value; also when a name is there
/// twice.
[[nodiscard]] WalletEntries read_env_text(std::string_view text);

/// A JSON object of names and values. A value that is no string becomes its JSON text, and
/// {"base64": "..."} the bytes that it stands for. Throws WalletError, also when a name is there
/// twice.
[[nodiscard]] WalletEntries read_json_text(std::string_view text);

/// What read_json_text() reads: an indented object, values that are no text as {"base64": "..."}.
[[nodiscard]] core::Secret write_json_text(const WalletEntries& entries);

}  // namespace oa::host
