#include "host/cli/run_house.hpp"

#include <cstdlib>
#include <random>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

#include "host/cli/control_commands.hpp"
#include "host/cli/run_control.hpp"
#include "host/cli/run_view.hpp"
#include "host/cli/terminal.hpp"

namespace oa::host {

namespace {

/// Threads for tasks: as many as any document may run at one time.
constexpr std::size_t worker_threads_max = 1'000;
/// Workflows that are at hand. What is needed of more is read again.
constexpr std::size_t documents_at_hand_max = 500;
/// Threads on which runs go on when the store has answered.
constexpr std::size_t continuation_threads_max = 4;

BlobStoreConfig blob_limits(const BlobConfig& config) {
    BlobStoreConfig out;
    out.memory_bytes_max = std::uint64_t{config.memory_mib} << 20U;
    out.run_bytes_max = std::uint64_t{config.run_mib} << 20U;
    out.spill_folder = config.folder.value_or(out.spill_folder);
    return out;
}

std::optional<std::string> environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

RunStoreSettings store_settings(const std::optional<std::string>& data,
                                const std::optional<std::string>& durability,
                                const Config& config) {
    RunStoreSettings settings;
    settings.folder = data ? std::filesystem::path(*data) : config.data_folder;
    const std::string word = durability.value_or(config.durability);
    const std::optional<Durability> found = parse_durability(word);
    if (!found) {
        throw std::invalid_argument("--durability: '" + word + "' is not full, normal or none");
    }
    settings.durability = *found;
    settings.log_bytes_max = std::uint64_t{config.max_log_mib} << 20U;
    return settings;
}

core::RunSettings run_settings(const Config& config) {
    core::RunSettings settings;
    settings.max_parallel = config.max_parallel.value_or(settings.max_parallel);
    settings.cancel_grace = config.cancel_grace;
    settings.output_bytes_max = std::size_t{config.max_output_kib} << 10U;
    settings.attempt_timeout = config.task_timeout;
    settings.seed = std::random_device{}();
    return settings;
}

std::shared_ptr<core::EventSink> make_run_sink(const Workbench& workbench, bool as_json) {
    const Terminal terminal = inspect_terminal(STDERR_FILENO);
    const bool live = terminal.is_terminal && terminal.columns >= 40 && !as_json &&
                      workbench.config.log_format == LogFormat::Text &&
                      workbench.config.log_level >= LogLevel::Info;
    return make_view_sink(live ? make_live_view(terminal, workbench.config.log_level)
                               : make_plain_view(*workbench.logger));
}

std::unique_ptr<ControlServer> open_control(const Workbench& workbench, RunHouse& house) {
    try {
        return std::make_unique<ControlServer>(
            workbench.config.runtime_folder,
            [plugins = make_control_handler(workbench.stack->plugins(), *workbench.logger),
             &house](const boost::json::object& request) {
                const boost::json::value* command = request.if_contains("command");
                return command != nullptr && *command == "runs" ? answer_run_request(request, house)
                                                                : plugins(request);
            });
    } catch (const std::exception& error) {
        workbench.logger->write(
            LogLevel::Debug,
            std::string("no other process can tell this one anything: ") + error.what());
        return nullptr;
    }
}

RunHouse::RunHouse(const Workbench& workbench, std::optional<RunStoreSettings> store)
    : workbench_(workbench),
      blobs_(blob_limits(workbench.config.blobs)),
      pool_(worker_threads_max),
      continuations_(continuation_threads_max) {
    if (store) {
        store_.emplace(std::move(*store));
    }
}

std::string RunHouse::keep(const LoadedWorkflow& loaded) {
    return store_ ? store_->keep_documents(loaded.bundle) : std::string();
}

std::shared_ptr<const LoadedWorkflow> RunHouse::load(const std::string& documents) {
    {
        const std::lock_guard lock(loading_);
        const auto known = documents_.find(documents);
        if (known != documents_.end()) {
            return known->second;
        }
    }
    const std::optional<std::string> bundle = store_ ? store_->documents(documents) : std::nullopt;
    if (!bundle) {
        throw std::runtime_error("its workflow is not in the store");
    }
    auto loaded = std::make_shared<const LoadedWorkflow>(load_bundle(*bundle, workbench_));
    const std::lock_guard lock(loading_);
    if (documents_.size() >= documents_at_hand_max) {
        documents_.clear();
    }
    return documents_.emplace(documents, std::move(loaded)).first->second;
}

void RunHouse::tidy_up() {
    if (!store_) {
        return;
    }
    const RetentionConfig& kept = workbench_.config.retention;
    Retention retention;
    if (kept.age) {
        retention.age_max = std::chrono::duration_cast<std::chrono::seconds>(*kept.age);
    }
    if (kept.count) {
        retention.count_max = *kept.count;
    }
    try {
        static_cast<void>(store_->remove_old(retention, clock_.wall()));
    } catch (const StoreError& error) {
        workbench_.logger->write(LogLevel::Warn,
                                 std::string("old runs stay in the store: ") + error.what());
    }
}

void RunHouse::open(const core::SecretSource* secrets, core::Journal* journal) {
    if (journal == nullptr) {
        journal = store_ ? static_cast<core::Journal*>(&*store_) : &forgetful_;
    }
    engine_ = std::make_unique<Engine>(
        RunServices{.invoker = workbench_.stack->invoker(),
                    .journal = *journal,
                    .sink = quiet_,
                    .clock = clock_,
                    .pool = pool_,
                    .timers = timers_,
                    .environment = environment,
                    .blobs = &blobs_,
                    .secrets = secrets,
                    .secret_environment = &workbench_.config.secret_environment,
                    .masker = workbench_.masker,
                    .continuations = &continuations_,
                    .history = store()},
        Engine::Settings{
            .queue = {.max_runs = workbench_.config.max_runs,
                      .max_waiting = workbench_.config.max_queued_runs},
            .load = [this](const std::string& documents) { return load(documents)->workflow; }});
}

}  // namespace oa::host
