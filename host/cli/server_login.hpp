#pragma once

#include <filesystem>
#include <string>

#include "host/cli/options.hpp"
#include "host/client/api_client.hpp"

namespace oa::host {

/// $XDG_CONFIG_HOME/oa/server.json, or in ~/.config. Throws std::runtime_error where there is
/// neither.
[[nodiscard]] std::filesystem::path login_file();

/// Keeps where one logged in and the token, in a file that nobody else may read. Throws
/// std::exception.
void keep_login(const client::ServerAccess& access);
/// False: there was none.
[[nodiscard]] bool forget_login();

/// Whether a host is named: by --server or OA_SERVER.
[[nodiscard]] bool names_server(const ServerChoice& choice);

/// The host: --server, OA_SERVER, or where one logged in. Its token: OA_TOKEN, or the one that was
/// kept for that very host; it is shown to no other. Throws std::invalid_argument when there is no
/// host or no token, which tells what gives one.
[[nodiscard]] client::ServerAccess find_server(const ServerChoice& choice);

}  // namespace oa::host
