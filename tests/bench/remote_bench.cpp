// What starting programs and moving files costs, each against the tool that people would use
// otherwise, in the same run:
//     oa_remote_bench [MiB to transfer, 1024 when nothing is said] [rounds]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "tests/plugins/ssh/ssh_server.hpp"
#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

double seconds_of(const std::function<void()>& work) {
    const auto started = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

void require(const Reply& reply) {
    if (reply.status != OA_OK) {
        throw std::runtime_error(reply.message);
    }
}

/// Runs both, one after the other, as often as said, and compares the medians.
void compare(const char* what,
             const char* other,
             int rounds,
             const std::function<void()>& ours,
             const std::function<void()>& theirs) {
    std::vector<double> our_times;
    std::vector<double> their_times;
    for (int i = 0; i < rounds; ++i) {
        our_times.push_back(seconds_of(ours));
        their_times.push_back(seconds_of(theirs));
    }
    std::sort(our_times.begin(), our_times.end());
    std::sort(their_times.begin(), their_times.end());
    const double our_time = our_times[our_times.size() / 2];
    const double their_time = their_times[their_times.size() / 2];
    std::printf("%-34s %7.3f s, %s %7.3f s, ratio %.2f\n", what, our_time, other, their_time,
                our_time / their_time);
    std::fflush(stdout);
}

void measure_starts(int rounds) {
    PluginHarness system{OA_SYSTEM_FILE};
    const oa::Json command{{"command", oa::Json::array({"/bin/true"})}};
    compare(
        "1000 program starts", "sh loop", rounds,
        [&] {
            for (int i = 0; i < 1000; ++i) {
                require(system.run("run", command));
            }
        },
        [] {
            must_run({"sh", "-c", "i=0; while [ $i -lt 1000 ]; do /bin/true; i=$((i+1)); done"});
        });
}

void measure_transfers(std::size_t mebibytes, int rounds) {
    // In memory where there is room, so that the disk does not count.
    if (std::filesystem::is_directory("/dev/shm")) {
        ::setenv("TMPDIR", "/dev/shm", 1);
    }
    const TemporaryFolder folder;
    const SshServer server;
    make_key(folder.at("key"), "ed25519");
    server.authorize(folder.read("key.pub"));
    const std::string known =
        folder.write("known", server.known_name() + " " + server.public_key());
    {
        std::ofstream file(folder.at("from"), std::ios::binary);
        const std::string piece(std::size_t{1} << 20U, 'x');
        for (std::size_t i = 0; i < mebibytes; ++i) {
            file << piece;
        }
    }
    PluginHarness ssh{OA_SSH_FILE};
    const auto params = [&](const std::string& local, const std::string& remote) {
        return oa::Json{{"host", server.host()},  {"port", server.port()},
                        {"user", current_user()}, {"private_key_file", folder.at("key")},
                        {"known_hosts", known},   {"local", local},
                        {"remote", remote}};
    };
    const auto sftp = [&](const std::string& command) {
        const std::string batch = folder.write("batch", command + "\n");
        must_run({"sftp", "-q", "-b", batch, "-i", folder.at("key"), "-P",
                  std::to_string(server.port()), "-o", "UserKnownHostsFile=" + known,
                  current_user() + "@" + server.host()});
    };
    oa::Json command = params("", "");
    command = {{"host", command["host"]}, {"port", command["port"]},
               {"user", command["user"]}, {"private_key_file", command["private_key_file"]},
               {"known_hosts", known},    {"command", "true"}};
    compare(
        "20 remote commands", "ssh    ", rounds,
        [&] {
            for (int i = 0; i < 20; ++i) {
                require(ssh.run("run", command));
            }
        },
        [&] {
            for (int i = 0; i < 20; ++i) {
                must_run({"ssh", "-i", folder.at("key"), "-p", std::to_string(server.port()), "-o",
                          "UserKnownHostsFile=" + known, "-F", "none",
                          current_user() + "@" + server.host(), "true"});
            }
        });
    const std::string size = std::to_string(mebibytes) + " MiB ";
    compare((size + "upload").c_str(), "sftp   ", rounds,
            [&] { require(ssh.run("upload", params(folder.at("from"), folder.at("to")))); },
            [&] { sftp("put " + folder.at("from") + " " + folder.at("to")); });
    compare((size + "download").c_str(), "sftp   ", rounds,
            [&] { require(ssh.run("download", params(folder.at("to"), folder.at("from")))); },
            [&] { sftp("get " + folder.at("from") + " " + folder.at("to")); });
}

}  // namespace
}  // namespace oa::test

int main(int count, char** arguments) {
    try {
        const std::size_t mebibytes = count > 1 ? std::stoul(arguments[1]) : 1024;
        const int rounds = count > 2 ? std::max(1, std::stoi(arguments[2])) : 3;
        oa::test::measure_starts(rounds);
        oa::test::measure_transfers(mebibytes, rounds);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "oa_remote_bench: %s\n", error.what());
        return 1;
    }
    return 0;
}
