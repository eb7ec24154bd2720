#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "host/cli/workbench.hpp"
#include "host/engine/recorded_report.hpp"
#include "host/store/store_reader.hpp"

namespace oa::host {

/// The id that a person means by the beginning of it, or by "last". Throws std::invalid_argument,
/// which tells what there is.
[[nodiscard]] std::string run_id_of(const StoreReader& store, const std::string& given);

/// Finds out how runs of a store stand. Reads each workflow once.
class RunsReader {
public:
    /// Borrows both.
    RunsReader(const StoreReader& store, const Workbench& workbench)
        : store_(store), workbench_(workbench) {}

    /// With all runs within it. Throws std::runtime_error: the records or the workflow cannot be
    /// read.
    [[nodiscard]] RecordedRun whole(const RunSummary& run);

    /// Of a run that has not ended: without runs within it that have.
    [[nodiscard]] RecordedRun open(const RunSummary& run);
    /// Whether a run or one within it may wait for something: false is certain.
    [[nodiscard]] bool may_wait(const RunSummary& run);

private:
    /// Of the runs that are open: whether something in them waits.
    [[nodiscard]] const std::map<std::string, bool>& open_runs();
    [[nodiscard]] RecordedRun read(const RunSummary& run, const LoadRecords& load);

    const StoreReader& store_;
    const Workbench& workbench_;
    std::map<std::string, std::shared_ptr<const core::Workflow>> workflows_;
    std::optional<std::map<std::string, bool>> open_runs_;
};

}  // namespace oa::host
