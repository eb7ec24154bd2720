// What a durable run costs over HTTP, with `?wait`, on the disk that has TMPDIR: the real program
// with its real plug-ins, and clients in this process, on the same cores. Beside it what answering
// costs by itself, and how long a start takes.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/wall_time.hpp"
#include "tests/bench/service_program.hpp"
#include "tests/support/web_socket_client.hpp"

namespace oa::host {
namespace {

using Clock = std::chrono::steady_clock;
using test::ask;

const std::string three = "/api/v1/workflows/three/runs?wait=60s";
const std::string forty = "/api/v1/workflows/forty/runs?wait=60s";

/// "2026-03-01T10:00:00.000Z"
double milliseconds_since(const std::string& text, std::chrono::system_clock::time_point now) {
    const auto time = core::parse_time(text);
    return time ? std::chrono::duration<double, std::milli>(now - *time).count() : 0;
}

void one_by_one(benchmark::State& state, const std::string& method, const std::string& target) {
    const test::ServiceProgram service("full");
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
    const test::ServiceProgram service(durability);
    const std::string request = service.request(method, target);
    Clock::duration all{};
    std::int64_t done = 0;
    for ([[maybe_unused]] auto iteration : state) {
        std::atomic<bool> is_fine{true};
        std::vector<std::thread> threads;
        threads.reserve(clients);
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

/// 200 clients that hear of all runs, of which there are as many as make about 1,000 events a
/// second. What it takes from the record to the client, in milliseconds, which is what the time of
/// an event has.
void many_listeners(benchmark::State& state) {
    constexpr int listeners = 200;
    constexpr double events_a_run = 8;
    const test::ServiceProgram service("full");
    std::mutex mutex;
    std::vector<double> delays;
    std::atomic<std::uint64_t> messages{0};
    std::atomic<bool> is_over{false};
    std::vector<std::thread> threads;
    threads.reserve(listeners);
    for (int i = 0; i < listeners; ++i) {
        test::RawClient raw(service.port());
        raw.send(service.request("GET", "/api/v1/events",
                                 "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                 "Sec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
        if (raw.answer().value_or(test::RawAnswer{}).status != 101) {
            state.SkipWithError("no handshake");
            return;
        }
        raw.send(test::frame(1, R"({"type": "subscribe", "id": "a"})"));
        threads.emplace_back([&, client = test::WebSocketClient(std::move(raw))]() mutable {
            std::vector<double> own;
            while (const auto frame = client.next()) {
                const auto now = std::chrono::system_clock::now();
                ++messages;
                const std::size_t at = frame->payload.find(R"("at":")");
                if (at != std::string::npos) {
                    own.push_back(milliseconds_since(frame->payload.substr(at + 6, 24), now));
                }
                if (is_over) {
                    break;
                }
            }
            const std::lock_guard lock(mutex);
            delays.insert(delays.end(), own.begin(), own.end());
        });
    }
    test::RawClient driver(service.port());
    const std::string start = service.request("POST", "/api/v1/workflows/three/runs");
    const std::uint64_t before = messages;
    const auto begun = Clock::now();
    double runs = 0;
    for ([[maybe_unused]] auto iteration : state) {
        std::this_thread::sleep_until(
            begun + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(runs * events_a_run / 1'000)));
        if (!ask(driver, start)) {
            state.SkipWithError("no answer");
            break;
        }
        ++runs;
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    state.counters["events_per_s"] = static_cast<double>(messages - before) / listeners / seconds;
    state.counters["resident_mib"] = service.resident_mib();
    is_over = true;
    ask(driver, start);  // wakes those who listen
    for (std::thread& thread : threads) {
        thread.join();
    }
    std::sort(delays.begin(), delays.end());
    if (!delays.empty()) {
        state.counters["p50_ms"] = delays[delays.size() / 2];
        state.counters["p99_ms"] = delays[delays.size() * 99 / 100];
    }
}

void starting(benchmark::State& state) {
    double milliseconds = 0;
    double mebibytes = 0;
    for ([[maybe_unused]] auto iteration : state) {
        const test::ServiceProgram service("full");
        milliseconds += service.start_ms();
        mebibytes += service.resident_mib();
    }
    const auto starts = static_cast<double>(state.iterations());
    state.counters["until_it_listens_ms"] = milliseconds / starts;
    state.counters["resident_mib"] = mebibytes / starts;
}

BENCHMARK(starting)->Name("start")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(one_by_one, live, "GET", "/livez")->Name("GET, one client")->UseRealTime();
BENCHMARK_CAPTURE(one_by_one, three, "POST", three)->Name("3 tasks, full")->UseRealTime();
BENCHMARK_CAPTURE(one_by_one, forty, "POST", forty)->Name("40 tasks, full")->UseRealTime();
BENCHMARK(many_listeners)
    ->Name("1,000 events a second to 200 WebSockets")
    ->MinTime(5)
    ->UseRealTime();
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
