#include "host/store/store_salvage.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "host/store/log_lines.hpp"
#include "host/store/run_documents.hpp"
#include "host/store/run_rows.hpp"
#include "host/store/run_schema.hpp"
#include "host/store/store_files.hpp"
#include "host/store/store_lock.hpp"
#include "host/store/store_restore.hpp"
#include "host/store/token_rows.hpp"
#include "host/store/workflow_versions.hpp"

namespace oa::host {
namespace {

constexpr std::uint32_t lines_at_once = 1000;

/// A run of the damaged store, as far as it can be read.
struct Candidate {
    std::string id;
    RunRow row;
    RunSummary summary;  // as the events tell it; where they are damaged, as the row does
    std::uint64_t sound = 0;
    std::string reason;  // why it is left; empty: it is copied
};

using Candidates = std::map<std::int64_t, Candidate>;  // by key: a run before those within it

/// What can be read of a damaged store.
class Finder {
public:
    Finder(SqliteDatabase& database, SalvageReport& report)
        : database_(database), report_(report) {}

    Candidates run() {
        // A damaged page ends each way of reading; the others may come around it.
        read_keys("SELECT key FROM runs NOT INDEXED ORDER BY key");
        read_keys("SELECT key FROM runs NOT INDEXED ORDER BY key DESC");
        read_keys("SELECT key FROM runs ORDER BY id");
        read_keys("SELECT key FROM runs ORDER BY id DESC");
        for (auto& [key, candidate] : found_) {
            look_at(key, candidate);
        }
        leave_families();
        return std::move(found_);
    }

private:
    void read_keys(SqlText sql) {
        try {
            SqliteStatement statement(database_, sql);
            while (statement.step()) {
                found_[statement.number(0)];
            }
        } catch (const StoreError& error) {
            report_.problems.emplace_back(error.what());
        }
    }

    void look_at(std::int64_t key, Candidate& candidate) {
        candidate.id = "number " + std::to_string(key);
        try {
            SqliteStatement statement(database_, "SELECT * FROM runs WHERE key = ?1");
            statement.bind(1, key);
            if (!statement.step()) {
                candidate.reason = "it is in an index alone";
                return;
            }
            candidate.id = statement.text(1);
            candidate.row = run_row_of(statement);
            candidate.summary = candidate.row.summary;
            RunTally tally;
            each_record(database_, candidate.row, [&](const StoredRecord& stored) {
                tally.add(stored.record);
                ++candidate.sound;
            });
            candidate.summary = tally.run();
            look_at_documents(candidate);
        } catch (const StoreError& error) {
            candidate.reason = error.what();
        }
    }

    void look_at_documents(Candidate& candidate) {
        const RunSummary& run = candidate.summary;
        if (!run.ended && !run.documents.empty() && !read_document(database_, run.documents)) {
            candidate.reason = "it cannot go on: its documents are not there, " + run.documents;
        }
    }

    /// From the innermost out, then from the outermost in.
    void leave_families() {
        std::map<std::string, Candidate*> by_id;
        for (auto& [key, candidate] : found_) {
            by_id[candidate.id] = &candidate;
        }
        const auto parent_of = [&](const Candidate& candidate) -> Candidate* {
            const auto parent = by_id.find(candidate.summary.parent_run_id);
            return parent == by_id.end() ? nullptr : parent->second;
        };
        std::for_each(found_.rbegin(), found_.rend(), [&](Candidates::value_type& entry) {
            const Candidate& candidate = entry.second;
            Candidate* parent = parent_of(candidate);
            if (!candidate.reason.empty() && parent != nullptr && parent->reason.empty() &&
                !parent->summary.ended) {
                parent->reason = "it cannot go on: run " + candidate.id + " within it is damaged";
            }
        });
        for (auto& [key, candidate] : found_) {
            const Candidate* parent = parent_of(candidate);
            const bool is_within = !candidate.summary.parent_run_id.empty();
            if (candidate.reason.empty() && is_within &&
                (parent == nullptr || !parent->reason.empty())) {
                candidate.reason =
                    "it is within run " + candidate.summary.parent_run_id + ", which is left";
            }
        }
    }

    SqliteDatabase& database_;
    SalvageReport& report_;
    Candidates found_;
};

/// Writes runs into a new store.
class Copier {
public:
    Copier(SqliteDatabase& from, SqliteDatabase& to, SalvageReport& report)
        : from_(from), to_(to), report_(report) {}

    /// What stands beside the runs.
    void copy_versions_and_tokens() {
        SqliteTransaction transaction(to_);
        tolerate([&] {
            each_workflow_version(from_, [&](const WorkflowVersion& version) {
                tolerate([&] { copy_version(version); });
            });
        });
        tolerate([&] {
            each_token(from_, [&](const StoredToken& token) {
                insert_token(to_, token);
                ++report_.tokens;
            });
        });
        transaction.commit();
    }

    void copy(const Candidate& candidate) {
        SqliteTransaction transaction(to_);
        const std::int64_t run = insert_run(to_, candidate.summary);
        RunTally tally;
        each_record(from_, candidate.row, [&](const StoredRecord& stored) {
            tally.add(stored.record);
            insert_event(to_, run, stored.row);
        });
        // What the events add up to, whatever the damaged tables say.
        update_run(to_, {.key = run, .summary = tally.run(), .head = candidate.row.head});
        for (const auto& [index, execution] : tally.executions()) {
            write_execution(to_, run, index, execution);
        }
        for (const core::ExecutionIndex execution : tally.waits()) {
            insert_wait(to_, run, execution);
        }
        tolerate([&] { copy_lines(candidate.row.key, run); });
        tolerate([&] { copy_documents(candidate.summary.documents); });
        transaction.commit();
        ++report_.runs;
        report_.records += candidate.summary.records;
    }

private:
    /// What is damaged; the copy itself must be written.
    void tolerate(const std::function<void()>& part) {
        try {
            part();
        } catch (const StoreDamaged& damage) {
            report_.problems.emplace_back(damage.what());
        } catch (const SqliteError& error) {
            if (!error.is_damage()) {
                throw;
            }
            report_.problems.emplace_back(error.what());
        }
    }

    void copy_version(const WorkflowVersion& version) {
        copy_documents(version.documents);
        if (version.is_removal() || has_document(to_, version.documents)) {
            insert_workflow_version(to_, version);
            ++report_.versions;
        } else {
            report_.problems.push_back(from_.file().string() + ": workflow " + version.name +
                                       ": version " + std::to_string(version.version) +
                                       " is left, because its documents are");
        }
    }

    void copy_lines(std::int64_t from, std::int64_t to) {
        LogState state;
        std::uint64_t after = 0;
        std::uint32_t count = 0;
        do {
            count = 0;
            each_line(from_, from, after, lines_at_once, [&](const StoredLine& stored) {
                write_lines(to_, to, state, {&stored.line, 1}, UINT64_MAX);
                ++report_.lines;
                ++count;
                after = stored.sequence;
            });
        } while (count == lines_at_once);
    }

    void copy_documents(const std::string& name) {
        if (name.empty() || !documents_.insert(name).second) {
            return;
        }
        if (const std::optional<std::string> text = read_document(from_, name)) {
            insert_document(to_, name, *text);
        } else {
            report_.problems.push_back(from_.file().string() + ": document " + name +
                                       " is not there");
        }
    }

    SqliteDatabase& from_;
    SqliteDatabase& to_;
    SalvageReport& report_;
    std::set<std::string> documents_;
};

}  // namespace

SalvageReport salvage_store(SqliteDatabase& damaged, const std::filesystem::path& folder) {
    demand_empty_folder(folder);
    const SqliteSnapshot snapshot(damaged);
    SalvageReport report;
    const Candidates candidates = Finder(damaged, report).run();
    if (candidates.empty() && !report.problems.empty()) {
        throw StoreError("nothing can be salvaged: " + report.problems.front());
    }
    const StoreLock lock(folder);
    SqliteDatabase::Settings settings;
    settings.file = store_file(folder);
    SqliteDatabase fresh(settings);
    bring_up_to_date(fresh);
    Copier copier(damaged, fresh, report);
    for (const auto& [key, candidate] : candidates) {
        if (candidate.reason.empty()) {
            copier.copy(candidate);
        } else {
            report.left.push_back(
                {candidate.id, candidate.sound, candidate.row.summary.records, candidate.reason});
        }
    }
    if (has_versions_and_tokens(damaged)) {
        copier.copy_versions_and_tokens();
    }
    return report;
}

}  // namespace oa::host
