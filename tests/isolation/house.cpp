#include "tests/isolation/house.hpp"

#include <atomic>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace oa::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto grace = 300ms;
constexpr auto term_grace = 200ms;
constexpr std::uint64_t mib = 1U << 20U;

/// Listens for the time at which a function says that it will die.
class StampObserver final : public core::CallObserver {
public:
    void log(const core::Invocation& /*invocation*/,
             core::TaskLogLevel /*level*/,
             std::string_view message,
             std::string_view /*fields*/) override {
        constexpr std::string_view start = "dies at ";
        std::int64_t value = 0;
        if (message.starts_with(start)) {
            message.remove_prefix(start.size());
            std::from_chars(message.data(), message.data() + message.size(), value);
            stamp_ = value;
        }
    }
    void progress(const core::Invocation& /*invocation*/,
                  double /*fraction*/,
                  std::string_view /*message*/) override {}
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return level >= core::TaskLogLevel::Info;
    }
    [[nodiscard]] std::optional<steady_clock::time_point> death() const {
        return stamp_ == 0 ? std::nullopt
                           : std::optional(
                                 steady_clock::time_point(std::chrono::nanoseconds(stamp_.load())));
    }

private:
    std::atomic<std::int64_t> stamp_{0};
};

/// Does with a call what the engine does when its time is over.
class Patience {
public:
    Patience(std::shared_ptr<core::CallControl> call, steady_clock::time_point deadline)
        : thread_([this, call = std::move(call), deadline] {
              if (!wait_until(deadline)) {
                  call->cancel();
                  if (!wait_until(deadline + grace)) {
                      call->abandon();
                  }
              }
          }) {}
    ~Patience() {
        {
            const std::lock_guard lock(mutex_);
            done_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    Patience(const Patience&) = delete;
    Patience& operator=(const Patience&) = delete;

private:
    bool wait_until(steady_clock::time_point time) {
        std::unique_lock lock(mutex_);
        return changed_.wait_until(lock, time, [&] { return done_; });
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    std::thread thread_;
};

host::PluginPlace place(const std::filesystem::path& file) {
    return {file, "test"};
}

host::isolation::SupervisorSettings for_supervisor(
    const host::isolation::IsolationSettings& settings) {
    return {.worker_program = settings.worker_program,
            .temporary_folder = settings.temporary_folder,
            .term_grace = settings.term_grace,
            .log = nullptr};
}

host::isolation::IsolationSettings with_folder(host::isolation::IsolationSettings settings,
                                               const TemporaryFolder& folder) {
    settings.temporary_folder = folder.path();
    return settings;
}

}  // namespace

std::filesystem::path hostile_library(std::string_view name) {
    return std::filesystem::path(OA_FIXTURE_DIR) / "hostile" / (std::string(name) + ".so");
}

host::PluginRegistry& modules() {
    const std::filesystem::path fixtures(OA_FIXTURE_DIR);
    static auto& registry = *new host::PluginRegistry(
        {{place(hostile_library("hostile")), place(hostile_library("hostile_allowed")),
          place(hostile_library("hostile_alone")), place(hostile_library("hostile_allowed_alone")),
          place(fixtures / "isolated/isolated.so"), place(fixtures / "calls/calls.so")},
         host::TrustPolicy::Ignore});
    return registry;
}

host::isolation::IsolationSettings test_settings() {
    host::isolation::IsolationSettings out;
    out.worker_program = OA_WORKER_PROGRAM;
    out.limits = {.memory_bytes = 512 * mib,
                  .cpu_seconds = 30,
                  .open_files = 64,
                  .processes = 64,
                  .file_bytes = 8 * mib};
    out.pool.workers_max = 4;
    out.pool.threads = 2;
    out.pool.start_max = 5s;
    out.pool.stop_max = 500ms;
    out.term_grace = term_grace;
    out.quarantine.crashes = 1'000'000;
    // The healthy module in the host's process.
    out.modules["calls"].mode = core::Isolation::InProcess;
    return out;
}

host::isolation::IsolationSettings settings_for(const Fault& fault) {
    auto out = test_settings();
    out.limits.cpu_seconds = static_cast<std::uint64_t>(fault.cpu_seconds);
    return out;
}

std::chrono::milliseconds time_for(const Fault& fault) {
    return fault.cancel_after_ms == 0 ? std::chrono::milliseconds(10s)
                                      : std::chrono::milliseconds(fault.cancel_after_ms);
}

House::House(host::isolation::IsolationSettings given, const TemporaryFolder& folder)
    : settings(with_folder(std::move(given), folder)),
      quarantine({}, clock, settings.quarantine),
      supervisor(for_supervisor(settings)),
      isolated(settings, supervisor, quarantine, nullptr),
      invoker(settings, in_process, isolated, quarantine) {}

House::Call House::call(const host::PluginRegistry& registry,
                        std::string_view module,
                        std::string_view function,
                        std::string params,
                        std::chrono::milliseconds time) {
    StampObserver observer;
    auto invocation = std::make_shared<core::Invocation>();
    invocation->function = registry.find(module, function);
    if (invocation->function == nullptr) {
        throw std::runtime_error("no function " + std::string(module) + "." +
                                 std::string(function));
    }
    const auto started = steady_clock::now();
    invocation->run_id = "run-1";
    invocation->task = "the_task";
    invocation->params = std::make_shared<const std::string>(std::move(params));
    invocation->deadline = started + time;
    const auto deadline = *invocation->deadline;
    auto control = invoker.prepare(std::move(invocation), observer);
    Call out;
    {
        const Patience patience(control, deadline);
        out.outcome = invoker.invoke(*control);
    }
    const auto ended = steady_clock::now();
    out.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
        ended - (ended > deadline ? deadline : started));
    if (const auto death = observer.death()) {
        out.detection = std::chrono::duration_cast<std::chrono::microseconds>(ended - *death);
    }
    return out;
}

bool House::is_well(std::string_view module, std::string_view function) {
    return !call(modules(), module, function).outcome.failure;
}

}  // namespace oa::test
