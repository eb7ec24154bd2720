#include "host/cli/server_login.hpp"

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/cli/wallet_values.hpp"
#include "host/wallet/careful_file.hpp"

namespace oa::host {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t login_bytes_max = 64U << 10U;

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

std::optional<client::ServerAccess> kept_login() {
    const fs::path file = login_file();
    if (!fs::exists(fs::symlink_status(file))) {
        return std::nullopt;
    }
    const SecretFile read =
        read_secret_file({.file = file, .what = "the login", .bytes_max = login_bytes_max});
    try {
        const json::value login = core::parse_json(read.content.reveal());
        client::ServerAccess access;
        access.url = client::parse_server_url(login.at("url").as_string());
        access.token = core::Secret(login.at("token").as_string());
        access.ca_file = std::string(login.at("ca").as_string());
        return access;
    } catch (const std::exception&) {
        throw std::invalid_argument("the login " + file.string() +
                                    " cannot be understood; oa login URL makes another one");
    }
}

}  // namespace

fs::path login_file() {
    if (const auto base = variable("XDG_CONFIG_HOME")) {
        return fs::path(*base) / "oa" / "server.json";
    }
    if (const auto home = variable("HOME")) {
        return fs::path(*home) / ".config" / "oa" / "server.json";
    }
    throw std::runtime_error("there is no place to keep a login: set HOME or XDG_CONFIG_HOME");
}

void keep_login(const client::ServerAccess& access) {
    const fs::path file = login_file();
    const json::object login{{"url", access.url.text()},
                             {"token", access.token.reveal()},
                             {"ca", access.ca_file.string()}};
    fs::create_directories(file.parent_path());
    // Beside it first, so that there is a whole one whatever happens.
    const fs::path fresh = file.string() + '.' + std::to_string(::getpid());
    write_private_file(fresh, core::Secret(core::write_json(login)));
    fs::rename(fresh, file);
}

bool forget_login() {
    return fs::remove(login_file());
}

bool names_server(const ServerChoice& choice) {
    return choice.url || variable("OA_SERVER");
}

client::ServerAccess find_server(const ServerChoice& choice) {
    const std::optional<std::string> named = choice.url ? choice.url : variable("OA_SERVER");
    const std::optional<std::string> token = variable("OA_TOKEN");
    std::optional<client::ServerAccess> kept;
    if (!named || !token) {
        kept = kept_login();
    }
    if (!named && !kept) {
        throw std::invalid_argument(
            "no host is named: log in with oa login URL, or give --server URL or OA_SERVER");
    }
    client::ServerAccess access;
    access.url = named ? client::parse_server_url(*named) : kept->url;
    const bool is_kept = kept && kept->url.text() == access.url.text();
    if (token) {
        access.token = core::Secret(*token);
    } else if (is_kept) {
        access.token = std::move(kept->token);
    } else {
        throw std::invalid_argument("there is no token for " + access.url.text() +
                                    ": log in with oa login " + access.url.text() +
                                    ", or set OA_TOKEN");
    }
    if (choice.ca_file) {
        access.ca_file = *choice.ca_file;
    } else if (is_kept) {
        access.ca_file = kept->ca_file;
    }
    return access;
}

}  // namespace oa::host
