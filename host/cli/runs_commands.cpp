#include "host/cli/runs_commands.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <unistd.h>

#include "core/json/json.hpp"
#include "core/run/report.hpp"
#include "host/cli/run_house.hpp"
#include "host/cli/runs_control.hpp"
#include "host/cli/runs_logs.hpp"
#include "host/cli/runs_reader.hpp"
#include "host/cli/runs_show.hpp"
#include "host/cli/runs_text.hpp"
#include "host/cli/terminal.hpp"
#include "host/store/store_lock.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

core::RunStatus status_named(const std::string& word) {
    const std::optional<core::RunStatus> status = core::run_status_from(word);
    if (!status) {
        throw std::invalid_argument("'" + word + "' is no status of a run");
    }
    return *status;
}

/// A run with what it waits for.
struct ListedRun {
    RunSummary summary;
    RecordedRun recorded;  ///< read where the run may wait alone
    bool waits = false;
    bool is_unknown = false;  ///< it cannot be read what it waits for
};

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

json::object to_json(const ListedRun& run) {
    json::object object = to_json(run.summary);
    object["state"] = state_of(run.summary, run.waits);
    object["waits"] = run.is_unknown ? json::value() : json::value(to_json(waits_in(run.recorded)));
    return object;
}

/// Approvals come first: somebody has to do something about them.
std::string waits_text(const ListedRun& run) {
    std::vector<PlacedWait> waits = waits_in(run.recorded);
    if (waits.empty()) {
        return {};
    }
    const auto first = std::find_if(waits.begin(), waits.end(), [](const PlacedWait& placed) {
        return placed.wait->plan.kind == core::Wait::Kind::Approval;
    });
    const PlacedWait& shown = first == waits.end() ? waits.front() : *first;
    return what_for(*shown.wait) +
           (waits.size() > 1 ? " (and " + std::to_string(waits.size() - 1) + " more)" : "");
}

/// The last column is left out where it is empty, and cut to fit a terminal.
void print_table(const std::vector<ListedRun>& runs, const Terminal& terminal, std::ostream& out) {
    constexpr std::size_t columns = 6;
    using Row = std::array<std::string, columns>;
    std::vector<Row> rows{{"RUN", "WORKFLOW", "STATUS", "CREATED (UTC)", "TOOK", "WAITS FOR"}};
    bool any_waits = false;
    for (const ListedRun& run : runs) {
        rows.push_back({run.summary.id, printable(run.summary.workflow),
                        state_of(run.summary, run.waits), time_text(run.summary.created),
                        duration_text(run.summary), waits_text(run)});
        any_waits = any_waits || !rows.back().back().empty();
    }
    std::array<std::size_t, columns> widths{};
    for (const Row& row : rows) {
        for (std::size_t column = 0; column < columns; ++column) {
            widths.at(column) = std::max(widths.at(column), columns_of(row.at(column)));
        }
    }
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < (any_waits ? columns : columns - 1); ++column) {
            line += row.at(column);
            line.append(widths.at(column) - columns_of(row.at(column)) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << (terminal.is_terminal ? fit(line, terminal.columns) : line) << '\n';
    }
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
        json::array all;
        for (const ListedRun& run : runs) {
            all.push_back(to_json(run));
        }
        out << core::write_json(all, core::JsonStyle::Indented) << '\n';
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
