#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "kind.hpp"
#include "oa/plugin.hpp"

namespace oa::database {

enum class TlsMode : std::uint8_t {
    Disable,    ///< never
    Prefer,     ///< where the server has it; nothing is checked
    Require,    ///< always; nothing is checked
    VerifyCa,   ///< the certificate is signed by an authority that is trusted
    VerifyFull  ///< and it is made for this host
};

struct Tls {
    TlsMode mode = TlsMode::VerifyFull;
    std::string ca_file;  ///< the system's where it is empty
    std::string cert_file;
    std::string key_file;
};

/// Where a database is and who asks.
struct Settings {
    Kind kind = Kind::Sqlite;
    std::string file;    ///< SQLite
    bool create = true;  ///< SQLite: make a file that is missing
    std::string dsn;     ///< ODBC: a whole connection string
    std::string host;
    std::uint16_t port = 0;
    std::string socket;  ///< MySQL: a file; PostgreSQL: the folder that it is in
    std::string user;
    std::string password;
    std::string database;
    Tls tls;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds busy_timeout{5'000};
    /// MySQL: an UPDATE counts the rows that it finds, as other databases do, and not those that it
    /// changes. It must not for a bulk insert, where it would hide which rows are new.
    bool count_found = true;
};

/// The parameter `connection`: an object, or a URL. Throws INVALID_PARAMS; never with a part of a
/// password in the message.
[[nodiscard]] Settings settings_of(Call& call);

/// "the PostgreSQL server at db.example.com:5432", "the file 'orders.db'": for messages.
[[nodiscard]] std::string place_of(const Settings& settings);

/// `text` without the password.
[[nodiscard]] std::string without_password(std::string text, const Settings& settings);

}  // namespace oa::database
