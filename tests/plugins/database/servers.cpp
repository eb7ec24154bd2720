#include "tests/plugins/database/servers.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oa::test {

namespace {

using Command = std::vector<std::string>;
using std::chrono::steady_clock;

constexpr const char* postgresql_folder = "/usr/lib/postgresql/15/bin/";

bool is_root() {
    return ::geteuid() == 0;
}

/// A program that ends with the one that started it, whatever happens to that.
Command bound_to_us(const Command& command) {
    Command out{"setpriv", "--pdeathsig=TERM"};
    out.insert(out.end(), command.begin(), command.end());
    return out;
}

/// PostgreSQL does not run as root.
Command as_postgres(const Command& command) {
    if (!is_root()) {
        return command;
    }
    Command out{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"};
    out.insert(out.end(), command.begin(), command.end());
    return out;
}

/// What a program says to people is left out.
Command quiet(const Command& command) {
    Command out{"sh", "-c", "exec \"$0\" \"$@\" > /dev/null"};
    out.insert(out.end(), command.begin(), command.end());
    return out;
}

void give_to(const char* user, const std::string& path) {
    const passwd* const known = is_root() ? ::getpwnam(user) : nullptr;
    if (known == nullptr) {
        return;
    }
    if (::chown(path.c_str(), known->pw_uid, known->pw_gid) != 0) {
        throw std::runtime_error("cannot give " + path + " to " + user);
    }
}

void wait_until(const char* what, ServerProcess& server, const Command& probe) {
    const auto end = steady_clock::now() + std::chrono::seconds(60);
    while (steady_clock::now() < end && !server.ended()) {
        try {
            must_run(probe);
            return;
        } catch (const std::runtime_error&) {
            ::poll(nullptr, 0, 20);
        }
    }
    throw std::runtime_error(std::string(what) + " did not start");
}

void write_file(const std::string& path, const std::string& content) {
    std::ofstream(path) << content;
}

}  // namespace

void require_program(const std::string& path, const std::string& package) {
    if (::access(path.c_str(), X_OK) != 0) {
        throw std::runtime_error(path + " is missing: install the Debian package " + package);
    }
}

Certificates::Certificates(const std::string& folder)
    : ca(folder + "/ca.pem"),
      other_ca(folder + "/other.pem"),
      certificate(folder + "/server.pem"),
      key(folder + "/server.key") {
    require_program("/usr/bin/openssl", "openssl");
    const std::string request = folder + "/server.csr";
    const std::string extensions = folder + "/extensions";
    for (const std::string& name : {ca, other_ca}) {
        must_run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                  "-nodes", "-days", "2", "-subj", "/CN=authority", "-keyout", name + ".key",
                  "-out", name});
    }
    write_file(extensions, "subjectAltName=DNS:localhost\n");
    must_run({"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
              "-subj", "/CN=localhost", "-keyout", key, "-out", request});
    must_run({"openssl", "x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca + ".key",
              "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate});
    ::chmod(key.c_str(), 0600);
}

// ---- PostgreSQL

std::string PostgresqlServer::program(const std::string& name) {
    require_program(postgresql_folder + name, "postgresql-15");
    return postgresql_folder + name;
}

PostgresqlServer& PostgresqlServer::shared() {
    static PostgresqlServer server;
    return server;
}

PostgresqlServer::PostgresqlServer() : port_(free_port()) {
    const std::string data = folder_.at("data");
    ::chmod(folder_.path().c_str(), 0755);
    certificates_ = std::make_unique<Certificates>(folder_.path().string());
    give_to("postgres", certificates_->key);
    std::filesystem::create_directory(data);
    ::chmod(data.c_str(), 0700);
    give_to("postgres", data);
    must_run(quiet(as_postgres({program("initdb"), "-D", data, "-A", "trust", "-U", "admin",
                                "--no-locale", "-E", "UTF8", "--no-sync"})));
    write_file(data + "/pg_hba.conf",
               "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
    process_ =
        std::make_unique<ServerProcess>(as_postgres({program("postgres"),
                                                     "-D",
                                                     data,
                                                     "-p",
                                                     std::to_string(port_),
                                                     "-c",
                                                     "listen_addresses=127.0.0.1",
                                                     "-c",
                                                     "unix_socket_directories=" + data,
                                                     "-c",
                                                     "fsync=off",
                                                     "-c",
                                                     "ssl=on",
                                                     "-c",
                                                     "ssl_cert_file=" + certificates_->certificate,
                                                     "-c",
                                                     "ssl_key_file=" + certificates_->key,
                                                     "-c",
                                                     "logging_collector=off",
                                                     "-c",
                                                     "log_min_messages=panic",
                                                     "-c",
                                                     "datestyle=SQL, DMY",
                                                     "-c",
                                                     "deadlock_timeout=100ms"}));
    const auto sql = [&](const char* database, const char* text) {
        return quiet(
            as_postgres({program("psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-h", data, "-p",
                         std::to_string(port_), "-U", "admin", "-d", database, "-c", text}));
    };
    wait_until("PostgreSQL", *process_, sql("postgres", "SELECT 1"));
    must_run(sql("postgres", "ALTER USER admin PASSWORD 'top secret'"));
    must_run(sql("postgres", "CREATE USER guest PASSWORD 'guest'"));
    must_run(sql("postgres", "CREATE DATABASE shop"));
}

PostgresqlServer::~PostgresqlServer() {
    process_->stop(SIGINT);
}

Json PostgresqlServer::connection() const {
    return {{"kind", "postgresql"}, {"host", "127.0.0.1"},      {"port", port_},
            {"user", "admin"},      {"password", "top secret"}, {"database", "shop"}};
}

// ---- MariaDB

MariadbServer& MariadbServer::shared() {
    static MariadbServer server;
    return server;
}

MariadbServer::MariadbServer() : port_(free_port()) {
    require_program("/usr/sbin/mariadbd", "mariadb-server");
    require_program("/usr/bin/mariadb-install-db", "mariadb-server");
    const std::string data = folder_.at("data");
    certificates_ = std::make_unique<Certificates>(folder_.path().string());
    Command install{"mariadb-install-db", "--no-defaults", "--datadir=" + data,
                    "--auth-root-authentication-method=normal", "--skip-test-db"};
    Command start{"/usr/sbin/mariadbd",
                  "--no-defaults",
                  "--datadir=" + data,
                  "--socket=" + socket(),
                  "--port=" + std::to_string(port_),
                  "--bind-address=127.0.0.1",
                  "--pid-file=" + folder_.at("pid"),
                  "--log-error=" + folder_.at("log"),
                  "--ssl-cert=" + certificates_->certificate,
                  "--ssl-key=" + certificates_->key,
                  "--innodb-flush-log-at-trx-commit=0",
                  "--innodb-lock-wait-timeout=1",
                  "--default-time-zone=+02:00"};
    if (is_root()) {
        install.emplace_back("--user=root");
        start.emplace_back("--user=root");
    }
    must_run(quiet(install));
    process_ = std::make_unique<ServerProcess>(bound_to_us(start));
    const auto sql = [&](const std::string& text) {
        return quiet(
            {"mariadb", "--no-defaults", "--user=root", "--socket=" + socket(), "-e", text});
    };
    wait_until("MariaDB", *process_, sql("SELECT 1"));
    must_run(
        sql("CREATE DATABASE shop; CREATE USER admin@'%' IDENTIFIED BY 'top secret';"
            "GRANT ALL ON *.* TO admin@'%'; CREATE USER guest@'%' IDENTIFIED BY 'guest';"
            "GRANT SELECT ON shop.* TO guest@'%'"));
}

MariadbServer::~MariadbServer() {
    process_->stop(SIGTERM);
}

Json MariadbServer::connection() const {
    return {{"kind", "mariadb"}, {"host", "127.0.0.1"},      {"port", port_},
            {"user", "admin"},   {"password", "top secret"}, {"database", "shop"}};
}

// ---- ODBC

OdbcSetup& OdbcSetup::shared() {
    static OdbcSetup setup;
    return setup;
}

OdbcSetup::OdbcSetup() {
    const std::string driver = "/usr/lib/x86_64-linux-gnu/odbc/libsqlite3odbc.so";
    if (::access(driver.c_str(), R_OK) != 0) {
        throw std::runtime_error(driver + " is missing: install the Debian package libsqliteodbc");
    }
    folder_.write("odbcinst.ini", "[SQLite3]\nDriver=" + driver + "\nThreading=0\n");
    folder_.write("odbc.ini", "");
    ::setenv("ODBCSYSINI", folder_.path().c_str(), 1);
    ::setenv("ODBCINI", folder_.at("odbc.ini").c_str(), 1);
}

Json OdbcSetup::connection(const std::string& file) {
    return {{"kind", "odbc"},
            {"dsn", "Driver=SQLite3;Database=" + file + ";StepAPI=1;Timeout=2000;FKSupport=1"}};
}

}  // namespace oa::test
