// What a download and an upload cost, each against curl, with a real nginx in the same run:
//     oa_http_client_bench [MiB, 1024 when nothing is said] [rounds]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {
namespace {

double seconds_of(const std::function<void()>& work) {
    const auto started = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

class HttpClientBench {
public:
    HttpClientBench(std::size_t mebibytes, int rounds) : mebibytes_(mebibytes), rounds_(rounds) {
        const std::string piece(std::size_t{1} << 20U, 'x');
        std::FILE* const file = std::fopen(server_.file("huge.bin").c_str(), "wb");
        for (std::size_t i = 0; i < mebibytes; ++i) {
            std::fwrite(piece.data(), 1, piece.size(), file);
        }
        std::fclose(file);
        std::printf("%zu MiB, median of %d rounds, seconds\n", mebibytes, rounds);
    }

    void run() {
        const std::string plain = server_.http("/huge.bin");
        const std::string secure = server_.tls("/huge.bin");
        // curl leaves the file in the page cache; a download is on the disk when it ends.
        compare("download, http", download(plain), curl("-o theirs " + plain));
        compare("the same on the disk", download(plain), curl("-o theirs " + plain, "sync theirs"));
        compare("download, https", download(secure), curl("-o theirs " + secure));
        compare("with sha256", download(secure, {{"checksum", "sha256"}}),
                curl("-o theirs " + secure, "sha256sum theirs"));
        const std::string file = server_.file("huge.bin");
        compare("upload, http", upload(server_.http("/taken")),
                curl("-o /dev/null -T " + file + " " + server_.http("/taken")));
        compare("upload, https", upload(server_.tls("/taken")),
                curl("-o /dev/null -T " + file + " " + server_.tls("/taken")));
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        std::printf("most memory of this process: %.1f MiB\n",
                    static_cast<double>(used.ru_maxrss) / 1024);
    }

private:
    void must(const char* function, Json params) {
        params["ca_file"] = server_.authority();
        const Reply reply = http_.run(function, params);
        if (reply.status != OA_OK) {
            std::fprintf(stderr, "%s: %s\n", function, reply.message.c_str());
            std::exit(1);
        }
    }
    std::function<void()> download(const std::string& url, Json params = Json::object()) {
        params["url"] = url;
        params["path"] = folder_.at("ours");
        return [this, params] { must("download", params); };
    }
    std::function<void()> upload(const std::string& url) {
        return [this, url] { must("upload", {{"url", url}, {"path", server_.file("huge.bin")}}); };
    }
    std::function<void()> curl(const std::string& arguments, const std::string& then = "true") {
        const std::string line = "cd " + folder_.at("") + " && curl -sS --fail --cacert " +
                                 server_.authority() + " " + arguments + " && " + then +
                                 " > /dev/null";
        return [line] {
            if (std::system(line.c_str()) != 0) {
                std::fprintf(stderr, "failed: %s\n", line.c_str());
                std::exit(1);
            }
        };
    }

    void compare(const char* what,
                 const std::function<void()>& ours,
                 const std::function<void()>& theirs) {
        std::vector<double> our_times;
        std::vector<double> their_times;
        for (int i = 0; i < rounds_; ++i) {
            // What is dirty of the round before would be written in this one.
            static_cast<void>(std::system("sync"));
            std::filesystem::remove(folder_ / "ours");
            our_times.push_back(seconds_of(ours));
            static_cast<void>(std::system("sync"));
            std::filesystem::remove(folder_ / "theirs");
            their_times.push_back(seconds_of(theirs));
        }
        const double our_time = median(our_times);
        const double their_time = median(their_times);
        std::printf("%-22s %7.3f, curl %7.3f, ratio %5.2f, %6.0f MiB/s\n", what, our_time,
                    their_time, our_time / their_time, static_cast<double>(mebibytes_) / our_time);
    }

    HttpServer server_;
    TemporaryFolder folder_;
    PluginHarness http_{OA_PLUGIN_FILE};
    std::size_t mebibytes_;
    int rounds_;
};

}  // namespace
}  // namespace oa::test

int main(int argc, char** argv) {
    const auto argument = [&](int index, int fallback) {
        return argc > index ? std::max(1, std::atoi(argv[index])) : fallback;
    };
    oa::test::HttpClientBench(static_cast<std::size_t>(argument(1, 1024)), argument(2, 3)).run();
}
