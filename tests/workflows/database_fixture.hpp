#pragma once

#include <string>
#include <vector>

#include "oa/json.hpp"
#include "tests/plugins/database/servers.hpp"
#include "tests/workflows/workflow_fixture.hpp"

namespace oa::test {

/// The servers of the test program, asked as their own clients do.
struct DatabaseWorkflowTest : WorkflowTest {
    DatabaseWorkflowTest() { secrets({{"db_password", "top secret"}}); }

    /// What a statement gives: a line for each row, columns apart by '|'.
    std::string postgresql(const std::string& sql) {
        return asked({PostgresqlServer::program("psql"), "-qAtX", "-v", "ON_ERROR_STOP=1", "-h",
                      "127.0.0.1", "-p", std::to_string(PostgresqlServer::shared().port()), "-U",
                      "admin", "-d", "shop", "-c", sql},
                     {{"PGPASSWORD", "top secret"}});
    }
    std::string mariadb(const std::string& sql) {
        return asked({"/usr/bin/mariadb", "--no-defaults", "-N", "-B", "--user=root",
                      "--socket=" + MariadbServer::shared().socket(), "shop", "-e", sql},
                     {});
    }

private:
    static std::string asked(const std::vector<std::string>& command,
                             const std::map<std::string, std::string>& variables) {
        const ProcessResult result = run_program(command, {.environment = variables});
        EXPECT_EQ(result.exit_status, 0) << result.err;
        return result.out;
    }
};

}  // namespace oa::test
