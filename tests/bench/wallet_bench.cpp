// What a wallet costs: opening it, by far the most of which is what a guess of the password costs;
// saving it; reading a secret of one that is open.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <benchmark/benchmark.h>

#include "core/secret/secret.hpp"
#include "host/wallet/wallet_file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {
namespace {

constexpr int secrets = 100;

/// A line of /proc/self/status, in KiB.
double status_kib(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind(name, 0) == 0) {
            return std::stod(line.substr(name.size()));
        }
    }
    return 0;
}

/// The most memory that is used from here on, beyond what is used now.
class PeakMemory {
public:
    PeakMemory() {
        std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
        before_ = status_kib("VmRSS:");
    }
    [[nodiscard]] double mib() const { return (status_kib("VmHWM:") - before_) / 1024; }

private:
    double before_ = 0;
};

struct Scene {
    test::TemporaryFolder folder;
    WalletFile file = [this] {
        WalletSettings settings;
        settings.file = folder.path() / "wallet";
        return WalletFile(std::move(settings));
    }();
    WalletKey key;

    explicit Scene(WalletKey opens, const PasswordStrength& strength = {}) : key(std::move(opens)) {
        CreateWallet options;
        options.strength = strength;
        for (int i = 0; i < secrets; ++i) {
            WalletEntry entry;
            entry.value = core::Secret("the value of secret " + std::to_string(i));
            options.entries.emplace("secret" + std::to_string(i), std::move(entry));
        }
        file.create(key, options);
    }
};

void open_by_password(benchmark::State& state, const PasswordStrength& strength) {
    const Scene scene(WalletKey::of_password("correct horse battery staple"), strength);
    const PeakMemory peak;
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(scene.file.open(scene.key));
    }
    state.counters["peak_MiB"] = peak.mib();
}

void wallet_open_password_default(benchmark::State& state) {
    open_by_password(state, PasswordStrength::normal());
}
BENCHMARK(wallet_open_password_default)->Unit(benchmark::kMillisecond);

void wallet_open_password_strong(benchmark::State& state) {
    open_by_password(state, PasswordStrength::strong());
}
BENCHMARK(wallet_open_password_strong)->Unit(benchmark::kMillisecond);

void wallet_open_key_file(benchmark::State& state) {
    const Scene scene(WalletKey::of_key_file(std::string(32, 'k')));
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(scene.file.open(scene.key));
    }
}
BENCHMARK(wallet_open_key_file)->Unit(benchmark::kMicrosecond);

void wallet_save(benchmark::State& state) {
    const Scene scene(WalletKey::of_key_file(std::string(32, 'k')));
    int i = 0;
    for ([[maybe_unused]] auto iteration : state) {
        scene.file.modify(scene.key, [&](Wallet& open) {
            open.set("secret1", core::Secret("another value " + std::to_string(++i)));
        });
    }
}
BENCHMARK(wallet_save)->Unit(benchmark::kMillisecond);

void wallet_find(benchmark::State& state) {
    const Scene scene(WalletKey::of_key_file(std::string(32, 'k')));
    const Wallet open = scene.file.open(scene.key);
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(open.find("secret50"));
    }
}
BENCHMARK(wallet_find)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace oa::host

BENCHMARK_MAIN();
