#pragma once

#include <string>

#include "tests/plugins/database/database_fixture.hpp"
#include "tests/plugins/database/servers.hpp"

namespace oa::test {

/// A schema of its own for each test.
struct PostgresqlFixture : DatabaseFixture {
    PostgresqlServer& server = PostgresqlServer::shared();

    PostgresqlFixture() {
        connection = server.connection();
        execute("DROP SCHEMA IF EXISTS public CASCADE");
        execute("CREATE SCHEMA public");
    }
    /// How many other connections run this very moment something with that text in it.
    [[nodiscard]] bool is_running(const std::string& text) {
        const Reply reply = database.run(
            "query", {{"connection", server.connection()},
                      {"sql",
                       "SELECT count(*)::int FROM pg_stat_activity WHERE state = 'active' AND "
                       "pid <> pg_backend_pid() AND query LIKE ?"},
                      {"params", Json::array({"%" + text + "%"})},
                      {"row_format", "arrays"}});
        return reply.status == OA_OK && reply.json["rows"] != Json::array({Json::array({0})});
    }
};

}  // namespace oa::test
