#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/wall_time.hpp"
#include "host/store/sqlite_database.hpp"

// The workflows that are kept in a store, with all that they have been. Apart from the runs: a run
// names its documents itself. All of it throws SqliteError.
namespace oa::host {

struct WorkflowVersion {
    std::string name;
    std::uint64_t version = 0;  ///< of that name, from 1
    std::string documents;      ///< as the store names them; empty: it says that it was removed
    core::WallTime created;
    std::string made_by;  ///< for people

    [[nodiscard]] bool is_removal() const { return documents.empty(); }
    friend bool operator==(const WorkflowVersion&, const WorkflowVersion&) = default;
};

[[nodiscard]] std::optional<WorkflowVersion> newest_workflow_version(SqliteDatabase& database,
                                                                     const std::string& name);
/// The newest first; `limit` of those before version `before`, where one is given.
[[nodiscard]] std::vector<WorkflowVersion> list_workflow_versions(
    SqliteDatabase& database,
    const std::string& name,
    std::uint32_t limit,
    std::optional<std::uint64_t> before);
/// The newest version of each that has not been removed, by name.
[[nodiscard]] std::vector<WorkflowVersion> list_workflows(SqliteDatabase& database);
/// All of them, by name and number.
void each_workflow_version(SqliteDatabase& database,
                           const std::function<void(const WorkflowVersion& version)>& use);

void insert_workflow_version(SqliteDatabase& database, const WorkflowVersion& version);

}  // namespace oa::host
