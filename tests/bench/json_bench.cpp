// What json.query costs against the program jq, in the same run and with the same queries:
//     oa_json_bench [MiB of the files, 100 when nothing is said] [rounds, 3]

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

struct Query {
    const char* what;
    const char* file;
    const char* query;
};

constexpr Query queries[] = {
    {"lines: select a few", "lines.json", "select(.id % 1000 == 0) | {id, user: .user.name}"},
    {"one list: select a few", "list.json", "[.[] | select(.id % 1000 == 0) | .user.name]"},
    {"one list: add up", "list.json", "map(.total) | add"},
    {"lines: each one small", "lines.json", "select(.id < 10000) | .id"},
};

/// Orders, as a service would list them.
void write_files(const TemporaryFolder& folder, std::size_t bytes) {
    std::string lines;
    std::uint32_t state = 1;
    for (std::uint32_t id = 0; lines.size() < bytes; ++id) {
        state = state * 1'664'525U + 1'013'904'223U;
        lines += R"({"id":)" + std::to_string(id) + R"(,"user":{"name":"user )" +
                 std::to_string(state % 5000U) + R"(","mail":"u)" + std::to_string(state % 977U) +
                 R"(@example.com"},"total":)" + std::to_string(state % 100'000U) +
                 R"(.25,"tags":["a","b","red"],"note":"line with a \"quote\" and é"})" + "\n";
    }
    folder.write("lines.json", lines);
    std::replace(lines.begin(), lines.end() - 1, '\n', ',');
    folder.write("list.json", "[" + lines + "]");
}

double seconds_of(const std::function<void()>& work) {
    const auto started = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void compare(PluginHarness& json, const TemporaryFolder& folder, const Query& query, int rounds) {
    std::vector<double> ours;
    std::vector<double> theirs;
    oa::Json results;
    std::string lines;
    for (int i = 0; i < rounds; ++i) {
        ours.push_back(seconds_of([&] {
            const Reply reply = json.run("query", {{"file", folder.at(query.file)},
                                                   {"query", query.query},
                                                   {"max_results", 100'000}});
            if (reply.status != OA_OK) {
                throw std::runtime_error(reply.message);
            }
            results = reply.json["results"];
        }));
        theirs.push_back(seconds_of([&] {
            const ProcessResult result =
                run_program({"/usr/bin/jq", "-c", query.query, folder.at(query.file)});
            if (result.exit_status != 0) {
                throw std::runtime_error("jq: " + result.err);
            }
            lines = result.out;
        }));
    }
    std::string same;
    for (const oa::Json& result : results.as_array()) {
        same += result.dump() + "\n";
    }
    const double our = median(ours);
    const double their = median(theirs);
    std::printf("%-26s json.query %6.2f s, jq %6.2f s: ratio %.2f%s\n", query.what, our, their,
                our / their, same == lines ? "" : "  THE RESULTS DIFFER");
}

}  // namespace
}  // namespace oa::test

int main(int argc, char** argv) {
    const int mebibytes = argc > 1 ? std::atoi(argv[1]) : 100;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
    if (mebibytes <= 0 || rounds <= 0) {
        std::fprintf(stderr, "usage: %s [MiB] [rounds]\n", argv[0]);
        return 2;
    }
    const oa::test::TemporaryFolder folder;
    oa::test::write_files(folder, static_cast<std::size_t>(mebibytes) << 20U);
    std::printf("files of %d MiB, median of %d rounds\n", mebibytes, rounds);
    oa::test::PluginHarness json{OA_PLUGIN_FILE};
    for (const oa::test::Query& query : oa::test::queries) {
        oa::test::compare(json, folder, query, rounds);
    }
    return 0;
}
