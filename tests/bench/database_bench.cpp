// 100,000 rows into PostgreSQL and out of it, by the module and by `psql \copy`, in turns and with
// the same server: the median of each, and how many times as long the module takes. Both connect
// anew each time; psql starts as well, which takes it some 15 ms.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/plugins/database/servers.hpp"
#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {
namespace {

constexpr int rows = 100'000;
constexpr int rounds = 7;

using Work = std::function<void()>;

double seconds(const Work& work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void compare(const char* what, const Work& before, const Work& module, const Work& psql) {
    std::vector<double> ours;
    std::vector<double> theirs;
    for (int i = 0; i < rounds; ++i) {
        before();
        ours.push_back(seconds(module));
        before();
        theirs.push_back(seconds(psql));
    }
    std::nth_element(ours.begin(), ours.begin() + rounds / 2, ours.end());
    std::nth_element(theirs.begin(), theirs.begin() + rounds / 2, theirs.end());
    const double one = ours[rounds / 2];
    const double other = theirs[rounds / 2];
    std::printf("%-28s %7.1f ms (%4.0f k rows/s)   psql \\copy %7.1f ms   ratio %.2f\n", what,
                one * 1e3, rows / one / 1e3, other * 1e3, one / other);
}

class Bench {
public:
    Bench() {
        ::setenv("PGPASSWORD", "top secret", 1);
        call("execute", {{"sql",
                          "CREATE TABLE t (id int PRIMARY KEY, name text, price numeric, at "
                          "timestamptz)"}});
        std::ofstream csv(file_);
        csv << "id,name,price,at\n";
        for (int i = 0; i < rows; ++i) {
            const std::string number = std::to_string(i);
            csv << number << ",name of " << number << ',' << i % 1000
                << ".25,2024-05-01T12:00:00Z\n";
            list_.push_back({{"id", i},
                             {"name", "name of " + number},
                             {"price", std::to_string(i % 1000) + ".25"},
                             {"at", "2024-05-01T12:00:00Z"}});
        }
    }
    void run() {
        const Work empty = [this] { call("execute", {{"sql", "TRUNCATE t"}}); };
        const Work copy_in = [this] { psql("\\copy t FROM '" + file_ + "' (FORMAT csv, HEADER)"); };
        compare(
            "insert from a CSV file", empty,
            [this] {
                call("insert", {{"table", "t"}, {"path", file_}});
            },
            copy_in);
        compare(
            "insert from the parameters", empty,
            [this] {
                call("insert", {{"table", "t"}, {"rows", list_}});
            },
            copy_in);
        empty();
        copy_in();
        const Work nothing = [] {};
        const Work copy_out = [this] {
            psql("\\copy (SELECT * FROM t) TO '" + out_ + "' (FORMAT csv, HEADER)");
        };
        compare(
            "export to a CSV file", nothing,
            [this] {
                call("export", {{"sql", "SELECT * FROM t"}, {"path", out_}});
            },
            copy_out);
        compare(
            "export to JSON lines", nothing,
            [this] {
                call("export", {{"sql", "SELECT * FROM t"}, {"path", out_}, {"format", "jsonl"}});
            },
            copy_out);
    }

private:
    void call(const char* function, Json params) {
        params["connection"] = server_.connection();
        const Reply reply = module_.run(function, params);
        if (reply.status != OA_OK) {
            throw std::runtime_error(reply.message);
        }
    }
    void psql(const std::string& command) {
        must_run({PostgresqlServer::program("psql"), "-qX", "-h", "127.0.0.1", "-p",
                  std::to_string(server_.port()), "-U", "admin", "-d", "shop", "-c", command});
    }

    PostgresqlServer server_;
    PluginHarness module_{OA_PLUGIN_FILE};
    TemporaryFolder folder_;
    std::string file_ = folder_.at("in.csv");
    std::string out_ = folder_.at("out.csv");
    Json list_ = Json::array();
};

}  // namespace
}  // namespace oa::test

int main() {
    oa::test::Bench().run();
    return 0;
}
