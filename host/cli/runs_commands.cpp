#include "host/cli/runs_commands.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "core/run/report.hpp"
#include "host/cli/run_house.hpp"
#include "host/cli/runs_control.hpp"
#include "host/cli/runs_logs.hpp"
#include "host/cli/runs_reader.hpp"
#include "host/cli/runs_show.hpp"
#include "host/cli/runs_table.hpp"
#include "host/cli/terminal.hpp"
#include "host/store/store_lock.hpp"

namespace oa::host {

namespace {

core::RunStatus status_named(const std::string& word) {
    const std::optional<core::RunStatus> status = core::run_status_from(word);
    if (!status) {
        throw std::invalid_argument("'" + word + "' is no status of a run");
    }
    return *status;
}

ListedRun listed(RunSummary run, RunsReader& reader) {
    ListedRun found{.summary = std::move(run), .recorded = {}};
    if (found.summary.status != core::RunStatus::Running || !reader.may_wait(found.summary)) {
        return found;
    }
    try {
        found.recorded = reader.open(found.summary);
        found.waits = !waits_in(found.recorded).empty();
    } catch (const std::exception&) {
        found.waits = true;  // the other runs are to be seen; oa runs show says why
        found.is_unknown = true;
    }
    return found;
}

bool is_open(const ListedRun& run) {
    return run.summary.status <= core::RunStatus::Running;
}

ExitStatus list(const RunsOptions& options,
                const Workbench& workbench,
                const StoreReader& store,
                std::ostream& out,
                std::ostream& notes) {
    RunQuery query;
    query.workflow = options.workflow;
    query.limit = options.limit;
    if (options.status) {
        query.statuses = {status_named(*options.status)};
    }
    RunPage page = store.list(query);
    RunsReader reader(store, workbench);
    std::vector<ListedRun> runs;
    for (RunSummary& run : page.runs) {
        runs.push_back(listed(std::move(run), reader));
    }
    if (options.json) {
        print_json(runs, out);
        return ExitStatus::Ok;
    }
    if (runs.empty()) {
        const bool is_all = !options.workflow && !options.status;
        out << (is_all ? "there are no runs in the store\n" : "there are no such runs\n");
        return ExitStatus::Ok;
    }
    print_table(runs, inspect_terminal(STDOUT_FILENO), out);
    if (page.next) {
        notes << "there are more; --limit N shows them\n";
    }
    if (std::any_of(runs.begin(), runs.end(), is_open) &&
        is_store_in_use(store.folder()) == false) {
        notes << "no host works on those that have not ended; oa runs recover goes on with them\n";
    }
    return ExitStatus::Ok;
}

ExitStatus look(const RunsOptions& options,
                const Workbench& workbench,
                std::ostream& out,
                std::ostream& notes) {
    const StoreReader store(store_settings(options.data, std::nullopt, workbench.config).folder);
    switch (options.action) {
        case RunsOptions::Action::List: return list(options, workbench, store, out, notes);
        case RunsOptions::Action::Show: show_run(options, workbench, store, out); break;
        default: return print_logs(options, store, out, notes);
    }
    return ExitStatus::Ok;
}

}  // namespace

RunCommandResult runs(const RunsOptions& options,
                      const Workbench& workbench,
                      std::ostream& out,
                      std::ostream& err) {
    try {
        if (options.action <= RunsOptions::Action::Logs) {
            return {look(options, workbench, out, err)};
        }
        return control_runs(options, workbench, out, err);
    } catch (const std::invalid_argument& error) {
        err << "oa: " << printable(error.what()) << '\n';
        return {ExitStatus::Usage};
    } catch (const StoreMissing& error) {
        err << "oa: " << printable(error.what()) << '\n';
        return {ExitStatus::Usage};
    } catch (const std::exception& error) {
        err << "oa: " << printable(error.what()) << '\n';
        return {ExitStatus::PluginTrouble};
    }
}

}  // namespace oa::host
