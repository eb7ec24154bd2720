#include "host/store/workflow_versions.hpp"

#include <limits>
#include <utility>

#include "host/store/run_rows.hpp"

namespace oa::host {
namespace {

/// From a statement whose columns are those of `workflow_versions`, in their order.
WorkflowVersion version_of(const SqliteStatement& statement) {
    WorkflowVersion version;
    version.name = statement.text(0);
    version.version = static_cast<std::uint64_t>(statement.number(1));
    version.documents = perhaps_text(statement, 2);
    version.created = to_time(statement.number(3));
    version.made_by = statement.text(4);
    return version;
}

std::vector<WorkflowVersion> versions_from(SqliteStatement& statement) {
    std::vector<WorkflowVersion> versions;
    while (statement.step()) {
        versions.push_back(version_of(statement));
    }
    return versions;
}

}  // namespace

std::optional<WorkflowVersion> newest_workflow_version(SqliteDatabase& database,
                                                       const std::string& name) {
    std::vector<WorkflowVersion> newest = list_workflow_versions(database, name, 1, std::nullopt);
    if (newest.empty()) {
        return std::nullopt;
    }
    return std::move(newest.front());
}

std::vector<WorkflowVersion> list_workflow_versions(SqliteDatabase& database,
                                                    const std::string& name,
                                                    std::uint32_t limit,
                                                    std::optional<std::uint64_t> before) {
    constexpr auto all = std::numeric_limits<std::int64_t>::max();
    SqliteStatement statement(database,
                              "SELECT * FROM workflow_versions WHERE name = ?1 AND version < ?2 "
                              "ORDER BY version DESC LIMIT ?3");
    statement.bind(1, std::string_view(name))
        .bind(2, before && std::in_range<std::int64_t>(*before) ? static_cast<std::int64_t>(*before)
                                                                : all)
        .bind(3, std::int64_t{limit});
    return versions_from(statement);
}

std::vector<WorkflowVersion> list_workflows(SqliteDatabase& database) {
    SqliteStatement statement(
        database,
        "SELECT * FROM workflow_versions AS one WHERE documents IS NOT NULL AND version = "
        "(SELECT max(version) FROM workflow_versions WHERE name = one.name) ORDER BY name");
    return versions_from(statement);
}

void each_workflow_version(SqliteDatabase& database,
                           const std::function<void(const WorkflowVersion& version)>& use) {
    SqliteStatement statement(database, "SELECT * FROM workflow_versions ORDER BY name, version");
    while (statement.step()) {
        use(version_of(statement));
    }
}

void insert_workflow_version(SqliteDatabase& database, const WorkflowVersion& version) {
    const std::optional<std::string> documents =
        version.documents.empty() ? std::nullopt : std::optional(version.documents);
    SqliteStatement(database,
                    "INSERT INTO workflow_versions (name, version, documents, created, made_by) "
                    "VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(1, std::string_view(version.name))
        .bind(2, static_cast<std::int64_t>(version.version))
        .bind(3, documents)
        .bind(4, to_column(version.created))
        .bind(5, std::string_view(version.made_by))
        .run();
}

}  // namespace oa::host
