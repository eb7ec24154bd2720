#include "mysql_open.hpp"

#include <algorithm>
#include <mutex>
#include <string>

#include <errmsg.h>
#include <mysqld_error.h>

namespace oa::database::mysql {

namespace {

constexpr const char* system_authorities = "/etc/ssl/certs";  // by hash: read as they are needed
/// Not those that show the password to the server.
constexpr const char* safe_ways_to_log_in =
    "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password";

bool is_verified(TlsMode mode) {
    return mode == TlsMode::VerifyCa || mode == TlsMode::VerifyFull;
}

void set(MYSQL* connection, mysql_option option, const void* value) {
    mysql_options(connection, option, value);
}

const char* or_null(const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
}

void set_tls(MYSQL* connection, const Tls& tls) {
    const my_bool yes = 1;
    const char* folder =
        is_verified(tls.mode) && tls.ca_file.empty() ? system_authorities : nullptr;
    // With authorities the library checks who has signed, and with the option below the name too.
    mysql_ssl_set(connection, or_null(tls.key_file), or_null(tls.cert_file), or_null(tls.ca_file),
                  folder, nullptr);
    if (tls.mode != TlsMode::Prefer) {
        set(connection, MYSQL_OPT_SSL_ENFORCE, &yes);
    }
    if (tls.mode == TlsMode::VerifyFull) {
        set(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
    }
}

Handle prepare(const Settings& settings, bool with_tls) {
    static std::once_flag once;  // the library's own start is not safe among threads
    std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
    Handle connection(mysql_init(nullptr));
    MYSQL* const raw = connection.get();
    const auto seconds = static_cast<unsigned int>(
        std::max<std::int64_t>(1, (settings.connect_timeout.count() + 999) / 1000));
    const unsigned int no_files = 0;  // a server could ask for any file of this machine
    const my_bool no = 0;
    const unsigned int tcp = MYSQL_PROTOCOL_TCP;
    set(raw, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    set(raw, MYSQL_OPT_LOCAL_INFILE, &no_files);
    set(raw, MYSQL_OPT_RECONNECT, &no);
    set(raw, MYSQL_REPORT_DATA_TRUNCATION, &no);
    set(raw, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_optionsv(raw, MARIADB_OPT_RESTRICTED_AUTH, safe_ways_to_log_in);
    if (settings.socket.empty()) {  // "localhost" would mean a socket
        set(raw, MYSQL_OPT_PROTOCOL, &tcp);
    }
    if (with_tls) {
        set_tls(raw, settings.tls);
    }
    // Times of the type TIMESTAMP come in the zone of the session.
    set(raw, MYSQL_INIT_COMMAND, "SET time_zone = '+00:00'");
    return connection;
}

bool open(MYSQL* connection, const Settings& settings) {
    return mysql_real_connect(connection, settings.socket.empty() ? settings.host.c_str() : nullptr,
                              settings.user.c_str(), settings.password.c_str(),
                              or_null(settings.database), settings.port, or_null(settings.socket),
                              settings.count_found ? CLIENT_FOUND_ROWS : 0) != nullptr;
}

[[noreturn]] void fail(MYSQL* connection, const Settings& settings) {
    const unsigned int code = mysql_errno(connection);
    Meaning meaning = meaning_of(code);
    if (code == CR_SERVER_LOST || code == CR_SERVER_GONE_ERROR) {
        meaning = {ErrorCode::Unavailable, Retry::Yes};
    }
    std::string message = "cannot connect to " + place_of(settings) + ": " +
                          without_password(mysql_error(connection), settings);
    if (code == CR_SSL_CONNECTION_ERROR && is_verified(settings.tls.mode)) {
        message +=
            "; a server without TLS needs the TLS mode disable, which sends everything in "
            "the clear";
    }
    throw fault(meaning, {.message = message,
                          .sqlstate = mysql_sqlstate(connection),
                          .native = static_cast<std::int64_t>(code)});
}

}  // namespace

Meaning meaning_of(unsigned int code) {
    switch (code) {
        case ER_DUP_ENTRY:
        case ER_DUP_ENTRY_WITH_KEY_NAME:
        case ER_DUP_KEY:
        case ER_TABLE_EXISTS_ERROR:
        case ER_DB_CREATE_EXISTS: return {ErrorCode::Conflict, Retry::No};
        case ER_LOCK_DEADLOCK: return {ErrorCode::Conflict, Retry::Yes};
        case ER_LOCK_WAIT_TIMEOUT:
        case ER_CON_COUNT_ERROR:
        case ER_TOO_MANY_USER_CONNECTIONS:
        case ER_USER_LIMIT_REACHED:
        case ER_SERVER_SHUTDOWN:
        case ER_CONNECTION_KILLED:
        case CR_CONNECTION_ERROR:
        case CR_CONN_HOST_ERROR:
        case CR_UNKNOWN_HOST:
        case CR_IPSOCK_ERROR: return {ErrorCode::Unavailable, Retry::Yes};
        case ER_ACCESS_DENIED_ERROR:
        case ER_ACCESS_DENIED_NO_PASSWORD_ERROR:
        case ER_HOST_NOT_PRIVILEGED:
        case CR_SSL_CONNECTION_ERROR:
        case CR_AUTH_PLUGIN_CANNOT_LOAD:
        case CR_AUTH_PLUGIN_ERR: return {ErrorCode::Unauthenticated, Retry::No};
        case ER_DBACCESS_DENIED_ERROR:
        case ER_TABLEACCESS_DENIED_ERROR:
        case ER_COLUMNACCESS_DENIED_ERROR:
        case ER_SPECIFIC_ACCESS_DENIED_ERROR:
        case ER_PROCACCESS_DENIED_ERROR: return {ErrorCode::Permission, Retry::No};
        case ER_NO_SUCH_TABLE:
        case ER_BAD_DB_ERROR:
        case ER_BAD_TABLE_ERROR:
        case ER_SP_DOES_NOT_EXIST: return {ErrorCode::NotFound, Retry::No};
        case ER_QUERY_INTERRUPTED:
        case ER_STATEMENT_TIMEOUT: return {ErrorCode::Deadline, Retry::No};
        case ER_DISK_FULL:
        case ER_RECORD_FILE_FULL:
        case ER_OUT_OF_RESOURCES:
        case ER_OUTOFMEMORY:
        case ER_NET_PACKET_TOO_LARGE: return {ErrorCode::Exhausted, Retry::No};
        case ER_UNSUPPORTED_PS:
        case ER_NOT_SUPPORTED_YET: return {ErrorCode::Unimplemented, Retry::No};
        case ER_BAD_NULL_ERROR:
        case ER_NO_DEFAULT_FOR_FIELD:
        case ER_CONSTRAINT_FAILED:
        case ER_NO_REFERENCED_ROW:
        case ER_NO_REFERENCED_ROW_2:
        case ER_ROW_IS_REFERENCED:
        case ER_ROW_IS_REFERENCED_2:
        case ER_OPTION_PREVENTS_STATEMENT:
        case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: return {ErrorCode::Precondition, Retry::No};
        case ER_TRUNCATED_WRONG_VALUE_FOR_FIELD:
        case ER_TRUNCATED_WRONG_VALUE: return {ErrorCode::InvalidParams, Retry::No};
        default: return {};
    }
}

Handle connect(const Settings& settings) {
    if (settings.tls.mode != TlsMode::Disable) {
        Handle connection = prepare(settings, true);
        if (open(connection.get(), settings)) {
            return connection;
        }
        if (settings.tls.mode != TlsMode::Prefer ||
            mysql_errno(connection.get()) != CR_SSL_CONNECTION_ERROR) {
            fail(connection.get(), settings);
        }
    }
    Handle connection = prepare(settings, false);
    if (!open(connection.get(), settings)) {
        fail(connection.get(), settings);
    }
    return connection;
}

}  // namespace oa::database::mysql
