// What archives, searches and checksums cost, each against the tool that people would use
// otherwise, in the same run:
//     oa_files_bench [files, 10000 when nothing is said] [rounds]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

double seconds_of(const std::function<void()>& work) {
    const auto started = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

class FilesBench {
public:
    FilesBench(int files, int rounds) : rounds_(rounds) {
        // Texts of 1 to 8 KiB, as in a tree of sources.
        std::uint32_t state = 1;
        for (int i = 0; i < files; ++i) {
            std::string text;
            while (text.size() < 1024U + state % 7168U) {
                state = state * 1'664'525U + 1'013'904'223U;
                text += "line " + std::to_string(state % 1000U) + " of some text\n";
            }
            bytes_ += text.size();
            folder_.write("tree/d" + std::to_string(i % 100) + "/f" + std::to_string(i), text);
        }
        std::printf("%d files, %.1f MiB, median of %d rounds\n", files,
                    static_cast<double>(bytes_) / (1024 * 1024), rounds);
    }

    void run() {
        const std::string tree = folder_.at("tree");
        compare("zip", "zip -qr", call("zip", {{"path", folder_.at("our.zip")}, {"source", tree}}),
                shell("rm -f their.zip && zip -qr their.zip tree"));
        compare("unzip", "unzip -q",
                call("unzip", {{"path", folder_.at("our.zip")},
                               {"destination", folder_.at("ours")},
                               {"existing", "replace"}}),
                shell("rm -rf theirs && unzip -q their.zip -d theirs"));
        compare("tar.gz", "tar -czf",
                call("tar", {{"path", folder_.at("our.tar.gz")}, {"source", tree}}),
                shell("tar -czf their.tar.gz tree"));
        compare("untar", "tar -xzf",
                call("untar", {{"path", folder_.at("our.tar.gz")},
                               {"destination", folder_.at("ours")},
                               {"existing", "replace"}}),
                shell("rm -rf theirs && mkdir theirs && tar -xzf their.tar.gz -C theirs"));
        compare("find by name", "find", call("find", {{"path", tree}, {"patterns", "f*7"}}),
                shell("find tree -name 'f*7' -printf '%p %s %T@\\n' | sort > found"));
        folder_.write("big", std::string(std::size_t{256} << 20U, 'x'));
        compare("sha256 of 256 MiB", "sha256sum", call("checksum", {{"path", folder_.at("big")}}),
                shell("sha256sum big"));
        std::printf("sizes: zip %ju and %ju bytes, tar.gz %ju and %ju\n",
                    std::filesystem::file_size(folder_ / "our.zip"),
                    std::filesystem::file_size(folder_ / "their.zip"),
                    std::filesystem::file_size(folder_ / "our.tar.gz"),
                    std::filesystem::file_size(folder_ / "their.tar.gz"));
    }

private:
    std::function<void()> call(const char* function, const oa::Json& params) {
        return [this, function, params] {
            const Reply reply = files_.run(function, params);
            if (reply.status != OA_OK) {
                throw std::runtime_error(reply.message);
            }
        };
    }
    std::function<void()> shell(const std::string& command) {
        return [this, command] {
            const auto result =
                run_program({"/bin/sh", "-c", command}, {.folder = folder_.path().string()});
            if (result.exit_status != 0) {
                throw std::runtime_error(command + ": " + result.err);
            }
        };
    }

    /// Runs both, one after the other, as often as said, and compares the medians.
    void compare(const char* what,
                 const char* other,
                 const std::function<void()>& ours,
                 const std::function<void()>& theirs) const {
        std::vector<double> our_times;
        std::vector<double> their_times;
        for (int i = 0; i < rounds_; ++i) {
            our_times.push_back(seconds_of(ours));
            their_times.push_back(seconds_of(theirs));
        }
        std::sort(our_times.begin(), our_times.end());
        std::sort(their_times.begin(), their_times.end());
        const double our_time = our_times[our_times.size() / 2];
        const double their_time = their_times[their_times.size() / 2];
        std::printf("%-20s %7.3f s, %-10s %7.3f s, ratio %.2f\n", what, our_time, other, their_time,
                    our_time / their_time);
        std::fflush(stdout);
    }

    TemporaryFolder folder_;
    PluginHarness files_{OA_PLUGIN_FILE};
    int rounds_;
    std::size_t bytes_ = 0;
};

}  // namespace
}  // namespace oa::test

int main(int count, char** arguments) {
    const int files = count > 1 ? std::atoi(arguments[1]) : 10'000;
    const int rounds = count > 2 ? std::atoi(arguments[2]) : 5;
    try {
        oa::test::FilesBench(files, rounds).run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s (Debian packages zip, unzip, tar)\n", error.what());
        return 1;
    }
    return 0;
}
