// What a durable run costs over HTTP, with `?wait`, on the disk that has TMPDIR: the real program
// with its real plug-ins, and clients in this process, on the same cores. Beside it what answering
// costs by itself, and how long a start takes.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "tests/support/raw_client.hpp"
#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

using Clock = std::chrono::steady_clock;

std::string chain(int tasks) {
    std::string text = "tasks:\n";
    for (int task = 0; task < tasks; ++task) {
        text += "  - name: t" + std::to_string(task) + "\n    utils.noop: {}\n";
    }
    return text;
}

/// The program as a service.
class Service {
public:
    explicit Service(const std::string& durability) {
        folder_.write("workflows/three.yaml", chain(3));
        folder_.write("workflows/forty.yaml", chain(40));
        const auto begun = Clock::now();
        program_ = std::make_unique<test::Subprocess>(
            std::vector<std::string>{OA_PROGRAM, "serve", "--data", folder_.at("data"),
                                     "--workflows", folder_.at("workflows"), "--port", "0",
                                     "--durability", durability, "--log-level", "warn"});
        const std::string mark = "listening on http://127.0.0.1:";
        if (!program_->wait_for(mark)) {
            throw std::runtime_error(program_->said());
        }
        start_ = Clock::now() - begun;
        const std::string said = program_->said();
        port_ = std::stoi(said.substr(said.find(mark) + mark.size()));
        std::ifstream(folder_.at("data/admin-token")) >> token_;
    }

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] double start_ms() const {
        return std::chrono::duration<double, std::milli>(start_).count();
    }
    [[nodiscard]] double resident_mib() const {
        std::ifstream status("/proc/" + std::to_string(program_->pid()) + "/statm");
        double pages = 0;
        status >> pages >> pages;
        return pages * 4 / 1024;
    }
    [[nodiscard]] std::string request(const std::string& method, const std::string& target) const {
        return method + " " + target + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port_) +
               "\r\nAuthorization: Bearer " + token_ + "\r\n\r\n";
    }

private:
    test::TemporaryFolder folder_;
    std::unique_ptr<test::Subprocess> program_;
    Clock::duration start_{};
    int port_ = 0;
    std::string token_;
};

bool ask(test::RawClient& client, const std::string& request) {
    if (!client.send(request)) {
        return false;
    }
    const auto answer = client.answer();
    return answer && answer->status == 200;
}

void one_by_one(benchmark::State& state, const std::string& method, const std::string& target) {
    const Service service("full");
    test::RawClient client(service.port());
    const std::string request = service.request(method, target);
    std::vector<double> times;
    for ([[maybe_unused]] auto iteration : state) {
        const auto begun = Clock::now();
        if (!ask(client, request)) {
            state.SkipWithError("no answer");
            break;
        }
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
    }
    if (!times.empty()) {
        std::sort(times.begin(), times.end());
        state.counters["p50_us"] = times[times.size() / 2];
        state.counters["p99_us"] = times[times.size() * 99 / 100];
    }
}

void together(benchmark::State& state,
              const std::string& durability,
              const std::string& method,
              const std::string& target) {
    constexpr int clients = 50;
    constexpr int each = 100;
    const Service service(durability);
    const std::string request = service.request(method, target);
    Clock::duration all{};
    std::int64_t done = 0;
    for ([[maybe_unused]] auto iteration : state) {
        std::atomic<bool> is_fine{true};
        std::vector<std::thread> threads;
        const auto begun = Clock::now();
        for (int client = 0; client < clients; ++client) {
            threads.emplace_back([&] {
                test::RawClient connection(service.port());
                for (int i = 0; i < each && is_fine; ++i) {
                    is_fine = is_fine && ask(connection, request);
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        all += Clock::now() - begun;
        done += std::int64_t{clients} * each;
        if (!is_fine) {
            state.SkipWithError("no answer");
            break;
        }
    }
    state.counters["per_s"] =
        static_cast<double>(done) / std::chrono::duration<double>(all).count();
    state.counters["resident_mib"] = service.resident_mib();
}

void starting(benchmark::State& state) {
    double milliseconds = 0;
    double mebibytes = 0;
    for ([[maybe_unused]] auto iteration : state) {
        const Service service("full");
        milliseconds += service.start_ms();
        mebibytes += service.resident_mib();
    }
    const auto starts = static_cast<double>(state.iterations());
    state.counters["until_it_listens_ms"] = milliseconds / starts;
    state.counters["resident_mib"] = mebibytes / starts;
}

const std::string three = "/api/v1/workflows/three/runs?wait=60s";
const std::string forty = "/api/v1/workflows/forty/runs?wait=60s";

BENCHMARK(starting)->Name("start")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(one_by_one, live, "GET", "/livez")->Name("GET, one client")->UseRealTime();
BENCHMARK_CAPTURE(one_by_one, three, "POST", three)->Name("3 tasks, full")->UseRealTime();
BENCHMARK_CAPTURE(one_by_one, forty, "POST", forty)->Name("40 tasks, full")->UseRealTime();
BENCHMARK_CAPTURE(together, live, "none", "GET", "/livez")
    ->Name("GET, 50 clients")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(together, full, "full", "POST", three)
    ->Name("3 tasks, full, 50 clients")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(together, none, "none", "POST", three)
    ->Name("3 tasks, none, 50 clients")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace oa::host

BENCHMARK_MAIN();
