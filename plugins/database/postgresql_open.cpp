#include "postgresql_open.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <string>
#include <vector>

#include <poll.h>

#include "fault.hpp"

namespace oa::database::postgresql {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";

const char* mode_name(TlsMode mode) {
    switch (mode) {
        case TlsMode::Disable: return "disable";
        case TlsMode::Prefer: return "prefer";
        case TlsMode::Require: return "require";
        case TlsMode::VerifyCa: return "verify-ca";
        case TlsMode::VerifyFull: break;
    }
    return "verify-full";
}

/// Names and values of the options; what is empty is left to the library.
class Options {
public:
    void add(const char* name, std::string value) {
        if (!value.empty()) {
            names_.push_back(name);
            values_.push_back(std::move(value));
        }
    }
    [[nodiscard]] Handle start() const {
        std::vector<const char*> names = names_;
        std::vector<const char*> values;
        for (const std::string& value : values_) {
            values.push_back(value.c_str());
        }
        names.push_back(nullptr);
        values.push_back(nullptr);
        return Handle(PQconnectStartParams(names.data(), values.data(), 0));
    }

private:
    std::vector<const char*> names_;
    std::vector<std::string> values_;
};

Options options_of(const Settings& settings) {
    const bool checked =
        settings.tls.mode == TlsMode::VerifyCa || settings.tls.mode == TlsMode::VerifyFull;
    Options out;
    out.add("host", settings.socket.empty() ? settings.host : settings.socket);
    out.add("port", settings.port == 0 ? "" : std::to_string(settings.port));
    out.add("user", settings.user);
    out.add("password", settings.password);
    out.add("dbname", settings.database);
    out.add("sslmode", mode_name(settings.tls.mode));
    out.add("sslrootcert", !settings.tls.ca_file.empty() ? settings.tls.ca_file
                           : checked                     ? system_authorities
                                                         : "");
    out.add("sslcert", settings.tls.cert_file);
    out.add("sslkey", settings.tls.key_file);
    out.add("client_encoding", "UTF8");
    out.add("application_name", "open-automator");
    out.add("gssencmode", "disable");
    // The passwords of whoever runs the host are not for workflows.
    out.add("passfile", "/nonexistent");
    return out;
}

/// Waits for the socket as the library asks for; false when the time is over.
bool wait_for(PGconn* connection,
              PostgresPollingStatusType wanted,
              steady_clock::time_point deadline) {
    pollfd socket{PQsocket(connection),
                  static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    return left > 0 &&
           ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000))) != 0;
}

/// The SQLSTATE of "FATAL:  28P01: ...", which only the text of an error has while connecting.
std::string sqlstate_in(const std::string& message) {
    for (std::size_t at = message.find(":  "); at != std::string::npos;
         at = message.find(":  ", at + 1)) {
        std::string state = message.substr(at + 3, 5);
        const bool fits = state.size() == 5 && message.substr(at + 8, 2) == ": " &&
                          std::all_of(state.begin(), state.end(), [](char c) {
                              return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
                          });
        if (fits) {
            return state;
        }
    }
    return {};
}

/// What went wrong before there was a server that could tell.
Meaning meaning_of_text(const std::string& message) {
    const auto has = [&](const char* part) { return message.find(part) != std::string::npos; };
    if (has("root certificate file") && has("does not exist")) {
        return {ErrorCode::NotFound, Retry::No};
    }
    if (has("certificate") || has("SSL error") || has("no password supplied")) {
        return {ErrorCode::Unauthenticated, Retry::No};
    }
    if (has("does not support SSL")) {
        return {ErrorCode::Precondition, Retry::No};
    }
    return {ErrorCode::Unavailable, Retry::Yes};
}

/// One line, without where in the server's source it comes from.
std::string readable(std::string message, const std::string& sqlstate) {
    if (const std::size_t location = message.find("\nLOCATION:"); location != std::string::npos) {
        message.resize(location);
    }
    if (const std::size_t at = message.find(sqlstate + ": ");
        !sqlstate.empty() && at != std::string::npos) {
        message.erase(at, sqlstate.size() + 2);
    }
    while (!message.empty() && std::isspace(static_cast<unsigned char>(message.back())) != 0) {
        message.pop_back();
    }
    for (std::size_t at = 0; (at = message.find_first_of("\n\t", at)) != std::string::npos;) {
        const std::size_t end = message.find_first_not_of("\n\t ", at);
        message.replace(at, end - at, " ");
    }
    return message;
}

[[noreturn]] void fail(PGconn* connection, const Settings& settings) {
    const std::string text = PQerrorMessage(connection);
    Report report;
    report.sqlstate = sqlstate_in(text);
    Meaning meaning =
        report.sqlstate.empty() ? meaning_of_text(text) : meaning_of_sqlstate(report.sqlstate);
    report.message = "cannot connect to " + place_of(settings) + ": " +
                     without_password(readable(text, report.sqlstate), settings);
    if (meaning.code == ErrorCode::Precondition && report.sqlstate.empty()) {
        report.message += "; to send everything in the clear, set the TLS mode to disable";
    }
    throw fault(meaning, report);
}

void run(PGconn* connection, const char* sql, const Settings& settings) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection, sql), PQclear);
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
        fail(connection, settings);
    }
}

bool is_set(PGconn* connection, const char* name, std::string_view value) {
    const char* const now = PQparameterStatus(connection, name);
    return now != nullptr && std::string_view(now).starts_with(value);
}

}  // namespace

Handle connect(const Settings& settings) {
    Handle connection = options_of(settings).start();
    if (!connection || PQstatus(connection.get()) == CONNECTION_BAD) {
        fail(connection.get(), settings);
    }
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
    const auto deadline = steady_clock::now() + settings.connect_timeout;
    PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
    while (wanted == PGRES_POLLING_WRITING || wanted == PGRES_POLLING_READING) {
        if (!wait_for(connection.get(), wanted, deadline)) {
            throw fault({ErrorCode::Unavailable, Retry::Yes},
                        {.message = place_of(settings) + " does not answer in time"});
        }
        wanted = PQconnectPoll(connection.get());
    }
    if (wanted != PGRES_POLLING_OK) {
        fail(connection.get(), settings);
    }
    PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
    if (!is_set(connection.get(), "DateStyle", "ISO")) {
        run(connection.get(), "SET datestyle = ISO", settings);
    }
    if (!is_set(connection.get(), "standard_conforming_strings", "on")) {
        run(connection.get(), "SET standard_conforming_strings = on", settings);
    }
    return connection;
}

}  // namespace oa::database::postgresql
