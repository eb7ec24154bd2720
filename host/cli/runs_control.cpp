#include "host/cli/runs_control.hpp"

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <mutex>
#include <set>
#include <stdexcept>

#include <boost/json.hpp>
#include <pwd.h>
#include <unistd.h>

#include "core/json/json.hpp"
#include "host/cli/control_commands.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/run_control.hpp"
#include "host/cli/run_house.hpp"
#include "host/cli/run_view.hpp"
#include "host/cli/runs_reader.hpp"
#include "host/cli/secret_sources.hpp"
#include "host/cli/summary.hpp"
#include "host/control/control_client.hpp"
#include "host/engine/ulid.hpp"
#include "host/store/store_files.hpp"
#include "host/store/store_lock.hpp"
#include "host/wallet/process_memory.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

using Action = RunsOptions::Action;

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds look_again{20};

std::string user_name() {
    const passwd* const entry = ::getpwuid(::geteuid());
    return entry == nullptr ? std::to_string(::geteuid()) : std::string(entry->pw_name);
}

std::string error_in(const json::object& answer) {
    const json::value* error = answer.if_contains("error");
    return error == nullptr ? std::string() : std::string(error->as_string());
}

ExitStatus tell(const json::object& answer, bool as_json, std::ostream& out, std::ostream& err) {
    if (as_json) {
        out << core::write_json(answer, core::JsonStyle::Indented) << '\n';
    }
    if (const std::string error = error_in(answer); !error.empty()) {
        err << "oa: " << error << '\n';
        return ExitStatus::RunFailed;
    }
    if (!as_json) {
        out << answer.at("done").as_string().c_str() << '\n';
    }
    return ExitStatus::Ok;
}

// Asks the hosts of this user, of which one has the store.
std::optional<json::object> ask_hosts(const json::object& request, const Config& config) {
    for (const RunningHost& host : running_hosts(config.runtime_folder)) {
        try {
            json::object answer = ask_host(host, request, patience);
            if (error_in(answer).find("does not keep its runs there") == std::string::npos) {
                return answer;
            }
        } catch (const std::exception&) {
            continue;  // it is gone
        }
    }
    return std::nullopt;
}

/// Runs that this process works on, until they have ended or it is told to let go of them.
class Work {
public:
    Work(const RunsOptions& options, const Workbench& workbench, RunHouse& house, std::ostream& out)
        : options_(options), workbench_(workbench), house_(house), out_(out) {}

    /// Throws when a run cannot go on here; nothing has been done then.
    void choose(const std::vector<RunSummary>& open, const std::set<std::string>& ids) {
        std::set<std::string> all = ids;
        for (const RunSummary& run : open) {  // a run comes before those within it
            const OpenRun chosen{run.id, run.records, run.started.has_value(), run.parent_run_id};
            if (!run.parent_run_id.empty()) {
                if (all.count(run.parent_run_id) > 0) {
                    all.insert(run.id);
                    chosen_.push_back(chosen);
                }
                continue;
            }
            if (!ids.empty() && ids.count(run.id) == 0) {
                continue;
            }
            all.insert(run.id);
            ++expected_;
            try {
                const LoadedWorkflow& loaded = house_.load(run.documents);
                secrets_needed_.insert(secrets_needed_.end(), loaded.secrets.begin(),
                                       loaded.secrets.end());
            } catch (const std::exception& error) {
                throw std::runtime_error("the run " + run.id + " cannot go on: " + error.what());
            }
            chosen_.push_back(chosen);
        }
    }
    void need(const LoadedWorkflow& loaded) {
        secrets_needed_.insert(secrets_needed_.end(), loaded.secrets.begin(), loaded.secrets.end());
    }
    /// How many runs that are nobody's task.
    [[nodiscard]] std::size_t size() const { return expected_; }

    void start() {
        if (!secrets_needed_.empty()) {
            forbid_core_dumps();
            secrets_.emplace(options_.wallet, workbench_);
            secrets_->open_for(secrets_needed_);
        }
        house_.open(secrets_ ? &*secrets_ : nullptr);
        is_alone_ = expected_ == 1;
        house_.engine().recover(chosen_, house_.store()->last_host_died(),
                                [this](RunRequest& request) { furnish(request); });
    }
    void submit(RunRequest request) {
        ++expected_;
        is_alone_ = true;
        furnish(request);
        house_.engine().submit(std::move(request));
    }
    /// Until the run is there to be told something, or has ended.
    void wait_for(const std::string& id, bool for_approval) {
        std::unique_lock lock(mutex_);
        while (ended_ < expected_) {
            const std::shared_ptr<RunLoop> loop = house_.engine().find(id);
            if (loop && (!for_approval || settled_ || !loop->approvals().empty())) {
                return;
            }
            changed_.wait_for(lock, look_again);
        }
    }
    RunCommandResult follow() {
        const std::unique_ptr<ControlServer> control = open_control(workbench_, house_);
        std::atomic<int> interrupted{0};
        const InterruptGuard guard(1, [&](int signal) {
            interrupted = signal;
            const std::lock_guard lock(mutex_);
            changed_.notify_all();
        });
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return ended_ >= expected_ || interrupted != 0; });
        const bool all_ended = ended_ >= expected_;
        lock.unlock();
        if (!all_ended) {
            house_.engine().stop(workbench_.config.cancel_grace);
            std::cerr
                << "let go of the runs; they stay open, and oa runs recover goes on with them\n";
            return {static_cast<ExitStatus>(128 + interrupted)};
        }
        return {failed_ ? ExitStatus::RunFailed : ExitStatus::Ok};
    }

private:
    void furnish(RunRequest& request) {
        if (is_alone_) {
            request.sink = make_run_sink(workbench_, options_.json);
        }
        request.on_settled = [this] {
            const std::lock_guard lock(mutex_);
            settled_ = true;
            changed_.notify_all();
        };
        request.on_end = [this](const core::RunReport& report, const json::object& /*variables*/) {
            const std::lock_guard lock(mutex_);
            ++ended_;
            failed_ = failed_ || report.status != core::RunStatus::Succeeded;
            if (options_.json) {
                out_ << core::write_json(to_json(report), core::JsonStyle::Indented) << '\n';
            } else {
                out_ << report.id << ": ";
                print_summary(report, inspect_terminal(STDOUT_FILENO), out_);
            }
            changed_.notify_all();
        };
    }

    const RunsOptions& options_;
    const Workbench& workbench_;
    RunHouse& house_;
    std::ostream& out_;
    std::vector<OpenRun> chosen_;
    std::vector<core::SecretUse> secrets_needed_;
    std::optional<SecretSources> secrets_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t expected_ = 0;
    std::size_t ended_ = 0;
    bool is_alone_ = false;
    bool settled_ = false;
    bool failed_ = false;
};

RunCommandResult work_here(const RunsOptions& options,
                           const Workbench& workbench,
                           RunHouse& house,
                           std::ostream& out,
                           std::ostream& err) {
    RunStore& store = *house.store();
    std::set<std::string> ids;
    for (const std::string& given : options.ids) {
        ids.insert(run_id_of(store, given));
    }
    Work work(options, workbench, house, out);
    if (options.action == Action::Retry) {
        const std::string& id = *ids.begin();
        work.need(house.load(store.find(id).value().documents));
        work.start();
        RunRequest again = house.engine().retry(id, make_ulid(house.clock().wall()),
                                                {.from = options.from, .all = options.all});
        again.trigger = "cli";
        work.submit(std::move(again));
        return work.follow();
    }
    work.choose(store.open_runs(), ids);
    for (const std::string& id : ids) {
        if (const RunSummary run = store.find(id).value(); run.ended) {
            throw std::invalid_argument("the run " + id + " has ended (" +
                                        std::string(core::to_string(run.status)) +
                                        "); oa runs retry does it again");
        }
    }
    if (work.size() == 0) {
        out << "no run is open\n";
        return {ExitStatus::Ok};
    }
    work.start();
    if (options.action == Action::Recover) {
        return work.follow();
    }
    const std::string& id = *ids.begin();
    work.wait_for(id, options.action == Action::Approve || options.action == Action::Reject);
    const json::object answer =
        answer_run_request(run_request(options, id, store.file().parent_path()), house);
    if (!error_in(answer).empty()) {
        house.engine().stop(workbench.config.cancel_grace);
    }
    if (const ExitStatus told = tell(answer, false, err, err); told != ExitStatus::Ok) {
        return {told};
    }
    err << "no host worked on it, so this process does until it ends; Ctrl-C lets go of it\n";
    return work.follow();
}

}  // namespace

RunCommandResult control_runs(const RunsOptions& given,
                              const Workbench& workbench,
                              std::ostream& out,
                              std::ostream& err) {
    RunsOptions options = given;
    if (options.by.empty()) {
        options.by = user_name();
    }
    if (options.reason.empty() && options.action == Action::Cancel) {
        options.reason = "cancelled by " + options.by;
    }
    if (options.reason.empty() && options.action == Action::Pause) {
        options.reason = "as " + options.by + " asked";
    }
    const RunStoreSettings settings =
        store_settings(options.data, options.durability, workbench.config);
    static_cast<void>(existing_store_file(settings.folder));  // opening it would make one
    try {
        auto house = std::make_unique<RunHouse>(workbench, settings);
        RunCommandResult result = work_here(options, workbench, *house, out, err);
        house->tidy_up();
        if (house->has_threads_left_behind()) {
            result.threads_left_behind = true;
            static_cast<void>(house.release());
        }
        return result;
    } catch (const StoreInUse& in_use) {
        if (options.action == Action::Recover) {
            throw;
        }
        const StoreReader store(settings.folder);
        const std::string id = run_id_of(store, options.ids.front());
        const auto answer = ask_hosts(run_request(options, id, settings.folder), workbench.config);
        if (!answer) {
            throw std::runtime_error(std::string(in_use.what()) +
                                     ", and that one cannot be reached in " +
                                     workbench.config.runtime_folder.string());
        }
        return {tell(*answer, options.json, out, err)};
    }
}

}  // namespace oa::host
