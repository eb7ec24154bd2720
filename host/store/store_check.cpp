#include "host/store/store_check.hpp"

#include <functional>

#include "host/store/run_documents.hpp"
#include "host/store/run_rows.hpp"
#include "host/store/run_summary.hpp"
#include "host/store/token_rows.hpp"
#include "host/store/workflow_versions.hpp"

namespace oa::host {
namespace {

class Check {
public:
    explicit Check(SqliteDatabase& database) : database_(database) {}

    StoreCheckReport run() {
        note_failure([&] { look_at_pages(); });
        note_failure([&] { look_at_references(); });
        note_failure([&] { look_at_documents(); });
        note_failure(
            [&] { each_workflow_version(database_, [](const WorkflowVersion& /*readable*/) {}); });
        note_failure([&] { each_token(database_, [](const StoredToken& /*readable*/) {}); });
        std::vector<RunRow> rows;
        note_failure([&] { rows = read_run_rows(database_); });
        for (const RunRow& row : rows) {
            ++report_.runs;
            note_failure([&] { look_at_run(row); });
        }
        return std::move(report_);
    }

private:
    void note_failure(const std::function<void()>& part) {
        try {
            part();
        } catch (const StoreError& error) {
            note(error.what());
        }
    }
    void note(std::string problem) { report_.problems.push_back(std::move(problem)); }
    void note(const RunRow& row, const std::string& problem) {
        note(database_.file().string() + ": run " + row.summary.id + ": " + problem);
    }

    void look_at_pages() {
        SqliteStatement statement(database_, "PRAGMA integrity_check");
        while (statement.step()) {
            const std::string found = statement.written(0);
            if (found != "ok") {
                note(database_.file().string() + ": " + found);
            }
        }
    }

    void look_at_references() {
        SqliteStatement statement(database_, "PRAGMA foreign_key_check");
        if (statement.step()) {
            note(database_.file().string() + ": the table `" + statement.written(0) +
                 (statement.written(2) == "documents" ? "` has rows of documents that there are not"
                                                      : "` has rows of a run that there is not"));
        }
    }

    void look_at_documents() {
        SqliteStatement statement(database_, "SELECT name FROM documents ORDER BY name");
        while (statement.step()) {
            const std::string name(statement.text(0));
            note_failure([&] { static_cast<void>(read_document(database_, name)); });
        }
    }

    void look_at_run(const RunRow& row) {
        RunTally tally;
        each_record(database_, row, [&](const StoredRecord& stored) {
            tally.add(stored.record);
            ++report_.records;
        });
        if (tally.run() != row.summary) {
            note(row, "the table `runs` does not say what its records do");
        }
        if (!row.summary.ended && !row.summary.documents.empty() &&
            !has_document(database_, row.summary.documents)) {
            note(row, "it cannot go on: the store does not have its documents, " +
                          row.summary.documents);
        }
        if (read_waits(database_, row.key).size() != row.summary.waits) {
            note(row, "the table `waits` does not say what its records do");
        }
        const auto executions = read_executions(database_, row.key);
        if (tally.executions() != executions) {
            note(row, "the table `executions` does not say what its records do");
        }
    }

    SqliteDatabase& database_;
    StoreCheckReport report_;
};

}  // namespace

StoreCheckReport check_store(SqliteDatabase& database) {
    try {
        const SqliteSnapshot snapshot(database);
        return Check(database).run();
    } catch (const StoreError& error) {
        StoreCheckReport report;
        report.problems.emplace_back(error.what());
        return report;
    }
}

}  // namespace oa::host
