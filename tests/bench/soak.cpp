// A service at half of what it can do, for as long as one likes: does it grow? Prints a line now
// and then, and in the end by how much memory, descriptors, threads and data have grown per hour.
//
//     oa_soak [MINUTES [RUNS_A_SECOND]]     30 minutes, and half of what the first seconds show

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/service_program.hpp"

namespace oa::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int clients = 16;
// Fewer runs stay than are done in a minute, so that the store reaches its size early.
constexpr const char* config = "retention: {count: 5000}\n";

/// So many turns a second, for all threads together.
class Pace {
public:
    explicit Pace(double per_second) : gap_(1.0 / per_second), next_(Clock::now()) {}

    void turn() {
        Clock::time_point at;
        {
            const std::lock_guard lock(mutex_);
            next_ = std::max(next_ + std::chrono::duration_cast<Clock::duration>(gap_),
                             Clock::now() - std::chrono::seconds(1));
            at = next_;
        }
        std::this_thread::sleep_until(at);
    }

private:
    const std::chrono::duration<double> gap_;
    std::mutex mutex_;
    Clock::time_point next_;
};

struct Load {
    std::atomic<bool> is_over{false};
    std::atomic<std::uint64_t> runs{0};
    std::atomic<std::uint64_t> failures{0};
};

constexpr std::size_t requests_of_a_connection = 10'000;  // the host ends one after 100,000

/// Mostly runs; now and then what a page asks for, and a connection of its own.
void work(const ServiceProgram& service, Load& load, Pace* pace) {
    const std::string start = service.request("POST", "/api/v1/workflows/three/runs?wait=60s");
    const std::array<std::string, 4> looks{
        service.request("GET", "/api/v1/runs?limit=20"), service.request("GET", "/api/v1/stats"),
        service.request("GET", "/api/v1/workflows"), service.request("GET", "/api/v1/plugins")};
    std::optional<RawClient> client(std::in_place, service.port());
    for (std::size_t turn = 0; !load.is_over; ++turn) {
        if (pace != nullptr) {
            pace->turn();
        }
        if (turn % requests_of_a_connection == requests_of_a_connection - 1) {
            client.emplace(service.port());
        }
        if (turn % 50 == 49) {
            RawClient other(service.port());
            load.failures += ask(other, looks[turn / 50 % looks.size()]) ? 0 : 1;
        }
        load.failures += ask(*client, start) ? 0 : 1;
        ++load.runs;
    }
}

void run(const ServiceProgram& service,
         Load& load,
         Pace* pace,
         const std::function<void()>& meanwhile) {
    std::vector<std::thread> threads;
    threads.reserve(clients);
    for (int i = 0; i < clients; ++i) {
        threads.emplace_back([&] { work(service, load, pace); });
    }
    meanwhile();
    load.is_over = true;
    for (std::thread& thread : threads) {
        thread.join();
    }
}

struct Sample {
    double hours = 0;
    double resident_mib = 0;
    double descriptors = 0;
    double threads = 0;
    double data_mib = 0;
};

/// Least squares, a change an hour.
double slope(const std::vector<Sample>& samples, double Sample::*what) {
    double hours = 0;
    double mean = 0;
    for (const Sample& sample : samples) {
        hours += sample.hours / static_cast<double>(samples.size());
        mean += sample.*what / static_cast<double>(samples.size());
    }
    double above = 0;
    double below = 0;
    for (const Sample& sample : samples) {
        above += (sample.hours - hours) * (sample.*what - mean);
        below += (sample.hours - hours) * (sample.hours - hours);
    }
    return below > 0 ? above / below : 0;
}

double rate_of(const ServiceProgram& service) {
    Load load;
    constexpr std::chrono::seconds time{5};
    run(service, load, nullptr, [&] { std::this_thread::sleep_for(time); });
    return static_cast<double>(load.runs) / static_cast<double>(time.count());
}

int soak(double minutes, double per_second) {
    const ServiceProgram service("full", config);
    const double most = rate_of(service);
    const double rate = per_second > 0 ? per_second : most / 2;
    std::printf("%.0f runs a second at most with %d clients; %.0f for %.0f minutes\n", most,
                clients, rate, minutes);
    Pace pace(rate);
    Load load;
    std::vector<Sample> samples;
    const auto begun = Clock::now();
    run(service, load, &pace, [&] {
        const auto end = begun + std::chrono::duration<double, std::ratio<60>>(minutes);
        for (int count = 0; Clock::now() < end; ++count) {
            std::this_thread::sleep_for(std::chrono::seconds(10));
            const double hours =
                std::chrono::duration<double, std::ratio<3600>>(Clock::now() - begun).count();
            const Sample sample{hours, service.resident_mib(),
                                static_cast<double>(service.descriptors()),
                                static_cast<double>(service.threads()), service.data_mib()};
            samples.push_back(sample);
            if (count % 6 == 0) {
                std::printf(
                    "%5.1f min  %9llu runs  %llu failures  %6.1f MiB  %4.0f descriptors  "
                    "%3.0f threads  %7.1f MiB of data\n",
                    hours * 60, static_cast<unsigned long long>(load.runs),
                    static_cast<unsigned long long>(load.failures), sample.resident_mib,
                    sample.descriptors, sample.threads, sample.data_mib);
                std::fflush(stdout);
            }
        }
    });
    // Caches and the store fill in the beginning.
    samples.erase(samples.begin(),
                  samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 3));
    std::printf(
        "an hour, over the last two thirds: %+.2f MiB resident, %+.1f descriptors, %+.1f "
        "threads, %+.1f MiB of data; %llu failures in %llu runs\n",
        slope(samples, &Sample::resident_mib), slope(samples, &Sample::descriptors),
        slope(samples, &Sample::threads), slope(samples, &Sample::data_mib),
        static_cast<unsigned long long>(load.failures), static_cast<unsigned long long>(load.runs));
    return load.failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace oa::test

int main(int argc, char** argv) {
    try {
        return oa::test::soak(argc > 1 ? std::atof(argv[1]) : 30,
                              argc > 2 ? std::atof(argv[2]) : 0);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "oa_soak: %s\n", error.what());
        return 2;
    }
}
