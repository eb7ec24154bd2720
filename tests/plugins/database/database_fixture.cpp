#include "tests/plugins/database/database_fixture.hpp"

namespace oa::test {

void DatabaseFixture::expect_nothing_left_of_rows(const char* what) {
    execute("CREATE TABLE t (n INTEGER)");
    expect_nothing_left(what, OA_PLUGIN_FILE, [&](PluginHarness& plugin, int i) {
        plugin.run("execute", {{"connection", connection},
                               {"sql", "INSERT INTO t VALUES (?)"},
                               {"params", Json::array({i})}});
        plugin.run("query",
                   {{"connection", connection},
                    {"sql", i % 2 == 0 ? "SELECT * FROM nowhere" : "SELECT n FROM t LIMIT 5"}});
    });
    EXPECT_EQ(value("SELECT count(*) FROM t"), Json(1200));
}

}  // namespace oa::test
