#include "host/cli/runs_reader.hpp"

#include <optional>
#include <stdexcept>
#include <vector>

namespace oa::host {

std::string run_id_of(const StoreReader& store, const std::string& given) {
    if (given == "last") {
        const RunPage page = store.list({.limit = 1});
        if (page.runs.empty()) {
            throw std::invalid_argument("there are no runs in the store");
        }
        return page.runs.front().id;
    }
    const std::vector<std::string> ids = store.resolve(given, 2);
    if (ids.empty()) {
        throw std::invalid_argument("there is no run whose id begins with '" + given +
                                    "'; oa runs list shows them");
    }
    if (ids.size() > 1 && ids.front() != given) {
        throw std::invalid_argument("the ids of several runs begin with '" + given + "', such as " +
                                    ids[0] + " and " + ids[1] + "; give more of it");
    }
    return ids.front();
}

RecordedRun RunsReader::whole(const RunSummary& run) {
    return read(run, [this](const std::string& id) { return store_.load(id); });
}

RecordedRun RunsReader::open(const RunSummary& run) {
    return read(run, [this](const std::string& id) {
        return open_runs().count(id) > 0 ? store_.load(id) : std::vector<core::JournalRecord>{};
    });
}

bool RunsReader::may_wait(const RunSummary& run) {
    const auto found = open_runs().find(run.id);
    return found != open_runs().end() && found->second;
}

// A run comes before those within it, whose waits are its own.
const std::map<std::string, bool>& RunsReader::open_runs() {
    if (open_runs_) {
        return *open_runs_;
    }
    std::map<std::string, bool>& waits = open_runs_.emplace();
    std::map<std::string, std::string> parents;
    for (const RunSummary& run : store_.open_runs()) {
        waits[run.id] = run.waits > 0;
        parents[run.id] = run.parent_run_id;
        if (run.waits == 0) {
            continue;
        }
        for (std::string id = run.parent_run_id; !id.empty();) {
            waits[id] = true;
            const auto above = parents.find(id);
            id = above == parents.end() ? std::string() : above->second;
        }
    }
    return waits;
}

RecordedRun RunsReader::read(const RunSummary& run, const LoadRecords& load) {
    std::shared_ptr<const core::Workflow>& workflow = workflows_[run.documents];
    if (!workflow) {
        const std::optional<std::string> bundle = store_.documents(run.documents);
        if (!bundle) {
            throw std::runtime_error("the workflow of the run " + run.id + " is not in the store");
        }
        workflow = load_bundle(*bundle, workbench_).workflow;
    }
    return recorded_run(*workflow, store_.load(run.id), load);
}

}  // namespace oa::host
