#include "settings.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/URI.h>

namespace oa::database {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view base = "/connection";

[[noreturn]] void refuse(std::string_view name, const std::string& message) {
    throw invalid_params(std::string(base) + (name.empty() ? "" : pointer_to(name)), message);
}

std::optional<Kind> kind_named(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, Kind>, 8> names{
        {{"sqlite", Kind::Sqlite},
         {"sqlite3", Kind::Sqlite},
         {"postgresql", Kind::Postgresql},
         {"postgres", Kind::Postgresql},
         {"pg", Kind::Postgresql},
         {"mysql", Kind::Mysql},
         {"mariadb", Kind::Mysql},
         {"odbc", Kind::Odbc}}};
    const auto* const found = std::find_if(names.begin(), names.end(),
                                           [&](const auto& known) { return known.first == name; });
    return found == names.end() ? std::nullopt : std::optional(found->second);
}

TlsMode tls_mode(const std::string& name, std::string_view where) {
    constexpr std::array<std::pair<std::string_view, TlsMode>, 5> names{
        {{"disable", TlsMode::Disable},
         {"prefer", TlsMode::Prefer},
         {"require", TlsMode::Require},
         {"verify-ca", TlsMode::VerifyCa},
         {"verify-full", TlsMode::VerifyFull}}};
    for (const auto& [known, mode] : names) {
        if (known == name) {
            return mode;
        }
    }
    refuse(where, "the TLS mode has to be disable, prefer, require, verify-ca or verify-full");
}

/// A member of the connection as a T; nothing where it is missing or null.
template <typename T>
std::optional<T> member(const Json& object, std::string_view name) {
    const Json* value = object.find(name);
    if (value == nullptr || value->is_null()) {
        return std::nullopt;
    }
    try {
        return value->as<T>();
    } catch (const JsonError& error) {
        refuse(name, std::string(name) + ": " + error.what());
    }
}

std::string text(const Json& object, std::string_view name, std::string fallback = {}) {
    auto value = member<std::string>(object, name);
    if (value && value->find('\0') != std::string::npos) {
        refuse(name, std::string(name) + " holds a NUL byte");
    }
    return value ? std::move(*value) : std::move(fallback);
}

/// What a parameter of a URL is called here; empty for one that is not known.
std::string_view url_option(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 12> names{
        {{"sslmode", "tls_mode"},
         {"ssl-mode", "tls_mode"},
         {"tls", "tls_mode"},
         {"sslrootcert", "ca_file"},
         {"ssl-ca", "ca_file"},
         {"sslcert", "cert_file"},
         {"ssl-cert", "cert_file"},
         {"sslkey", "key_file"},
         {"ssl-key", "key_file"},
         {"connect_timeout", "connect_timeout"},
         {"socket", "socket"},
         {"host", "socket"}}};
    for (const auto& [known, ours] : names) {
        if (known == name) {
            return ours;
        }
    }
    return {};
}

void apply_url_options(Settings& out, const Poco::URI& uri, bool& tls_told) {
    for (const auto& [name, value] : uri.getQueryParameters()) {
        const std::string_view option = url_option(name);
        if (option == "tls_mode") {
            out.tls.mode = tls_mode(value, "url");
            tls_told = true;
        } else if (option == "ca_file") {
            out.tls.ca_file = value;
        } else if (option == "cert_file") {
            out.tls.cert_file = value;
        } else if (option == "key_file") {
            out.tls.key_file = value;
        } else if (option == "socket") {
            out.socket = value;
        } else if (option == "connect_timeout") {
            const auto time = parse_duration(value);
            if (!time) {
                refuse("url", "connect_timeout in the URL is no duration");
            }
            out.connect_timeout = *time;
        } else {
            refuse("url",
                   "the URL has an option that is not known; those are sslmode, sslrootcert, "
                   "sslcert, sslkey, connect_timeout and socket");
        }
    }
}

/// scheme://user:password@host:port/database?options, or sqlite:path. The text is a secret: no
/// message quotes it.
void apply_url(Settings& out, const std::string& url, bool& tls_told) {
    const std::size_t colon = url.find(':');
    const auto kind = kind_named(url.substr(0, colon));
    if (colon == std::string::npos || !kind || *kind == Kind::Odbc) {
        refuse("url", "the URL has to begin with postgresql://, mysql://, mariadb:// or sqlite:");
    }
    out.kind = *kind;
    if (*kind == Kind::Sqlite) {  // sqlite:orders.db, sqlite:///var/lib/orders.db
        const std::string rest = url.substr(colon + 1);
        out.file = rest.starts_with("//") ? rest.substr(2) : rest;
        return;
    }
    try {
        const Poco::URI uri(url);
        const std::string& user = uri.getUserInfo();
        const std::size_t split = user.find(':');
        Poco::URI::decode(user.substr(0, split), out.user);
        if (split != std::string::npos) {
            Poco::URI::decode(user.substr(split + 1), out.password);
        }
        out.host = uri.getHost();
        out.port = uri.getPort();
        out.database = uri.getPath().empty() ? "" : uri.getPath().substr(1);
        apply_url_options(out, uri, tls_told);
    } catch (const Poco::Exception&) {
        refuse("url",
               "the URL is not well formed; special characters in names and passwords are "
               "written as %40");
    }
}

void apply_tls(Settings& out, const Json& tls, bool& tls_told) {
    if (const auto mode = member<std::string>(tls, "mode")) {
        out.tls.mode = tls_mode(*mode, "tls");
        tls_told = true;
    }
    out.tls.ca_file = text(tls, "ca_file", out.tls.ca_file);
    out.tls.cert_file = text(tls, "cert_file", out.tls.cert_file);
    out.tls.key_file = text(tls, "key_file", out.tls.key_file);
}

void apply_fields(Settings& out, const Json& fields, bool& tls_told) {
    out.file = text(fields, "file", out.file);
    out.create = member<bool>(fields, "create").value_or(out.create);
    out.dsn = text(fields, "dsn", out.dsn);
    out.host = text(fields, "host", out.host);
    out.socket = text(fields, "socket", out.socket);
    out.user = text(fields, "user", out.user);
    out.password = text(fields, "password", out.password);
    out.database = text(fields, "database", out.database);
    if (const auto port = member<std::int64_t>(fields, "port")) {
        if (*port < 1 || *port > 65535) {
            refuse("port", "port has to be from 1 to 65535");
        }
        out.port = static_cast<std::uint16_t>(*port);
    }
    out.connect_timeout =
        member<milliseconds>(fields, "connect_timeout").value_or(out.connect_timeout);
    out.busy_timeout = member<milliseconds>(fields, "busy_timeout").value_or(out.busy_timeout);
    if (const Json* tls = fields.find("tls"); tls != nullptr && !tls->is_null()) {
        apply_tls(out, *tls, tls_told);
    }
}

bool is_local(const Settings& settings) {
    return !settings.socket.empty() || settings.host.starts_with('/') ||
           settings.host == "localhost" || settings.host == "::1" ||
           (settings.host.starts_with("127.") &&
            settings.host.find_first_not_of("0123456789.") == std::string::npos);
}

/// The kind where it is not named.
Kind implied_kind(const Settings& settings) {
    if (!settings.dsn.empty()) {
        return Kind::Odbc;
    }
    if (!settings.file.empty()) {
        return Kind::Sqlite;
    }
    refuse("kind", "say which kind of database it is: sqlite, postgresql, mysql, mariadb or odbc");
}

void check(Settings& out, bool tls_told) {
    if (out.kind == Kind::Sqlite && out.file.empty()) {
        refuse("file", "file is missing: the path of the SQLite database");
    }
    if (out.kind == Kind::Odbc && out.dsn.empty()) {
        refuse("dsn",
               "dsn is missing: the name of a data source, or a connection string such as "
               "\"Driver=...;Server=...\"");
    }
    if (out.kind != Kind::Postgresql && out.kind != Kind::Mysql) {
        if (tls_told) {
            refuse("tls", "tls is for PostgreSQL and MySQL; an ODBC driver takes it in dsn");
        }
        return;
    }
    if (out.host.empty() && out.socket.empty()) {
        refuse("host", "host is missing: the name or address of the server");
    }
    // Within a machine there is nobody on the way.
    if (!tls_told && is_local(out)) {
        out.tls.mode = TlsMode::Prefer;
    }
}

}  // namespace

Settings settings_of(Call& call) {
    const Json* connection = call.find_param("connection");
    if (connection == nullptr || !(connection->is_object() || connection->is_string())) {
        refuse("", "connection has to be an object or a URL");
    }
    Settings out;
    bool tls_told = false;
    bool kind_told = true;
    if (connection->is_string()) {
        apply_url(out, connection->as_string(), tls_told);
    } else {
        const std::string url = text(*connection, "url");
        if (!url.empty()) {
            apply_url(out, url, tls_told);
        }
        apply_fields(out, *connection, tls_told);
        const std::string name = text(*connection, "kind");
        const auto kind = kind_named(name);
        if (!name.empty() && !kind) {
            refuse("kind", "kind has to be sqlite, postgresql, mysql, mariadb or odbc");
        }
        kind_told = kind.has_value() || !url.empty();
        out.kind = kind.value_or(out.kind);
    }
    if (!kind_told) {
        out.kind = implied_kind(out);
    }
    check(out, tls_told);
    return out;
}

std::string place_of(const Settings& settings) {
    switch (settings.kind) {
        case Kind::Sqlite: return "the file '" + settings.file + "'";
        case Kind::Odbc: return "the ODBC data source";
        case Kind::Postgresql:
        case Kind::Mysql: break;
    }
    const bool postgresql = settings.kind == Kind::Postgresql;
    const std::string server = postgresql ? "the PostgreSQL server at " : "the MySQL server at ";
    if (!settings.socket.empty()) {
        return server + settings.socket;
    }
    const int port = settings.port != 0 ? settings.port : postgresql ? 5432 : 3306;
    return server + settings.host + ":" + std::to_string(port);
}

std::string without_password(std::string text, const Settings& settings) {
    std::string password = settings.password;
    if (settings.kind == Kind::Odbc) {  // PWD=...; in the connection string
        std::string upper = settings.dsn;
        std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        for (const std::string_view key : {"PWD=", "PASSWORD="}) {
            if (const std::size_t at = upper.find(key);
                password.empty() && at != std::string::npos) {
                const std::size_t begin = at + key.size();
                password = settings.dsn.substr(begin, settings.dsn.find(';', begin) - begin);
            }
        }
    }
    if (password.empty()) {
        return text;
    }
    for (std::size_t at = 0; (at = text.find(password, at)) != std::string::npos; at += 3) {
        text.replace(at, password.size(), "***");
    }
    return text;
}

}  // namespace oa::database
