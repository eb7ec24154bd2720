#pragma once

#include <memory>
#include <string>
#include <vector>

#include "oa/json.hpp"
#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// A certificate of an authority of its own, made for localhost and not for 127.0.0.1.
struct Certificates {
    explicit Certificates(const std::string& folder);

    std::string ca;        ///< PEM files
    std::string other_ca;  ///< which has signed nothing
    std::string certificate;
    std::string key;
};

/// A PostgreSQL server of the test program's own, with TLS, the users admin (password "top secret",
/// may do everything) and guest (password "guest"), and the database shop. One for the program: it
/// is started when it is first asked for, and stops with the program.
class PostgresqlServer {
public:
    static PostgresqlServer& shared();
    PostgresqlServer();
    PostgresqlServer(const PostgresqlServer&) = delete;
    PostgresqlServer& operator=(const PostgresqlServer&) = delete;
    ~PostgresqlServer();

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] const Certificates& certificates() const { return *certificates_; }
    /// The connection of admin, as a parameter.
    [[nodiscard]] Json connection() const;
    /// Programs of the server, such as psql.
    [[nodiscard]] static std::string program(const std::string& name);

private:
    TemporaryFolder folder_;
    std::unique_ptr<Certificates> certificates_;
    std::unique_ptr<ServerProcess> process_;
    int port_ = 0;
};

/// A MariaDB server in the same way.
class MariadbServer {
public:
    static MariadbServer& shared();
    MariadbServer();
    MariadbServer(const MariadbServer&) = delete;
    MariadbServer& operator=(const MariadbServer&) = delete;
    ~MariadbServer();

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string socket() const { return folder_.at("mysqld.sock"); }
    [[nodiscard]] const Certificates& certificates() const { return *certificates_; }
    [[nodiscard]] Json connection() const;

private:
    TemporaryFolder folder_;
    std::unique_ptr<Certificates> certificates_;
    std::unique_ptr<ServerProcess> process_;
    int port_ = 0;
};

/// ODBC with SQLite's driver, described in a folder of the test program's own. To be made before
/// the driver manager is used at all.
class OdbcSetup {
public:
    static OdbcSetup& shared();
    OdbcSetup();
    /// For a database file; the driver reads results step by step.
    [[nodiscard]] static Json connection(const std::string& file);

private:
    TemporaryFolder folder_;
};

/// Throws std::runtime_error that names the Debian package of a program that is missing.
void require_program(const std::string& path, const std::string& package);

}  // namespace oa::test
