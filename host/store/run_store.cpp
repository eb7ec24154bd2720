#include "host/store/run_store.hpp"

#include <algorithm>
#include <utility>

#include "host/crash/crash_point.hpp"
#include "host/store/run_rows.hpp"
#include "host/store/run_schema.hpp"
#include "host/store/store_files.hpp"

namespace oa::host {
namespace {

constexpr std::int64_t removed_at_once = 100;

SqliteDatabase& up_to_date(SqliteDatabase& database) {
    bring_up_to_date(database);
    return database;
}

std::int64_t now() {
    return to_column(std::chrono::system_clock::now());
}

/// Notes that a host has opened the store; whether the one before never closed it.
bool begin_life(SqliteDatabase& database) {
    SqliteTransaction transaction(database);
    bool died = false;
    {
        SqliteStatement last(database,
                             "SELECT closed IS NULL FROM hosts ORDER BY number DESC LIMIT 1");
        died = last.step() && last.number(0) != 0;
    }
    SqliteStatement(database,
                    "DELETE FROM hosts WHERE number <= (SELECT max(number) FROM hosts) - 100")
        .run();
    SqliteStatement(database, "INSERT INTO hosts (opened) VALUES (?1)").bind(1, now()).run();
    transaction.commit();
    return died;
}

void end_life(SqliteDatabase& database) {
    SqliteTransaction transaction(database);
    SqliteStatement(database,
                    "UPDATE hosts SET closed = ?1 WHERE number = (SELECT max(number) FROM hosts)")
        .bind(1, now())
        .run();
    transaction.commit();
}

/// Where in the order of their ends the runs begin that stay.
struct FirstToStay {
    std::int64_t not_before = INT64_MIN;  ///< all that ended earlier go
    std::int64_t ended = INT64_MIN;       ///< this one goes with all before it
    std::int64_t key = INT64_MIN;
};

FirstToStay first_to_stay(SqliteDatabase& database, std::int64_t ended_before, std::int64_t keep) {
    FirstToStay out{.not_before = ended_before};
    SqliteStatement newest_to_go(database,
                                 "SELECT ended, key FROM runs WHERE ended IS NOT NULL AND "
                                 "parent IS NULL ORDER BY ended DESC, key DESC LIMIT 1 OFFSET ?1");
    newest_to_go.bind(1, keep);
    if (newest_to_go.step()) {
        out.ended = newest_to_go.number(0);
        out.key = newest_to_go.number(1);
    }
    return out;
}

/// Removes some of the oldest runs; gives how many. Looks at no more than these, however many there
/// are: everybody who writes waits meanwhile.
std::int64_t remove_some(SqliteDatabase& database, const FirstToStay& stay) {
    SqliteTransaction transaction(database);
    std::int64_t removed = 0;
    database.execute("CREATE TEMP TABLE IF NOT EXISTS doomed (id TEXT PRIMARY KEY) STRICT");
    SqliteStatement(database, "DELETE FROM doomed").run();
    const std::int64_t newest =
        std::max(stay.ended, stay.not_before == INT64_MIN ? INT64_MIN : stay.not_before - 1);
    SqliteStatement(database,
                    "INSERT INTO doomed SELECT id FROM runs "
                    "WHERE ended IS NOT NULL AND ended <= ?1 AND parent IS NULL "
                    "AND (ended < ?2 OR (ended, key) <= (?3, ?4)) "
                    "ORDER BY ended, key LIMIT ?5")
        .bind(1, newest)
        .bind(2, stay.not_before)
        .bind(3, stay.ended)
        .bind(4, stay.key)
        .bind(5, removed_at_once)
        .run();
    {
        SqliteStatement count(database, "SELECT count(*) FROM doomed");
        removed = count.step() ? count.number(0) : 0;
    }
    SqliteStatement(database,
                    "WITH RECURSIVE within (id) AS (SELECT id FROM doomed UNION "
                    "SELECT runs.id FROM runs JOIN within ON runs.parent = within.id) "
                    "DELETE FROM runs WHERE id IN (SELECT id FROM within)")
        .run();
    transaction.commit();
    return removed;
}

}  // namespace

StoreWriting::StoreWriting(const RunStoreSettings& settings)
    : lock(settings.folder),
      writing({.file = store_file(settings.folder),
               .access = SqliteDatabase::Access::ReadWrite,
               .durability = settings.durability,
               .busy_timeout = settings.busy_timeout}),
      writer(up_to_date(writing), settings.log_bytes_max) {}

RunStore::RunStore(const RunStoreSettings& settings)
    : StoreWriting(settings),
      StoreReader(settings.folder, settings.busy_timeout),
      last_host_died_(begin_life(writing)),
      commit_(StoreWriting::writer) {}

RunStore::~RunStore() {
    try {
        commit_.alone(end_life);
    } catch (const StoreError&) {
        return;  // it looks as if this host had died, and that is what it comes to
    }
}

void RunStore::append(const std::string& run_id, const core::JournalBatch& batch, Done done) {
    commit_.append(run_id, batch, std::move(done));
}

std::string RunStore::keep_documents(std::string_view text) {
    std::string name = document_name(text);
    if (!document_names_.give_out(name)) {
        change([&](SqliteDatabase& database) { insert_document(database, name, text); });
        document_names_.note_kept(name);
    }
    return name;
}

std::size_t RunStore::remove_old(const Retention& retention, core::WallTime now) {
    const std::int64_t ended_before =
        retention.age_max ? to_column(now - *retention.age_max) : INT64_MIN;
    const std::int64_t keep =
        retention.count_max ? static_cast<std::int64_t>(*retention.count_max) : INT64_MAX;
    std::size_t removed = 0;
    std::int64_t some = 0;
    FirstToStay stay;
    commit_.alone(
        [&](SqliteDatabase& database) { stay = first_to_stay(database, ended_before, keep); });
    do {
        crash_point("retention.before_removal");
        commit_.alone([&](SqliteDatabase& database) { some = remove_some(database, stay); });
        crash_point("retention.removed");
        removed += static_cast<std::size_t>(some);
    } while (some == removed_at_once);
    change([&](SqliteDatabase& database) {
        document_names_.remove_unused(database, retention.document_grace);
    });
    crash_point("retention.documents_removed");
    return removed;
}

bool RunStore::remove_run(const std::string& run_id) {
    bool is_removed = false;
    change([&](SqliteDatabase& database) {
        SqliteStatement(database,
                        "WITH RECURSIVE within (id) AS (SELECT id FROM runs WHERE id = ?1 AND "
                        "parent IS NULL AND ended IS NOT NULL UNION "
                        "SELECT runs.id FROM runs JOIN within ON runs.parent = within.id) "
                        "DELETE FROM runs WHERE id IN (SELECT id FROM within)")
            .bind(1, std::string_view(run_id))
            .run();
        SqliteStatement count(database, "SELECT changes()");
        is_removed = count.step() && count.number(0) > 0;
    });
    return is_removed;
}

void RunStore::try_writing() {
    change([](SqliteDatabase& database) {
        SqliteStatement(database,
                        "UPDATE hosts SET opened = opened "
                        "WHERE number = (SELECT max(number) FROM hosts)")
            .run();
    });
}

// ----- workflows -----

std::uint64_t RunStore::keep_version(const std::string& name,
                                     const std::string& documents,
                                     const std::string& by,
                                     core::WallTime now) {
    std::uint64_t number = 0;
    change([&](SqliteDatabase& database) {
        if (!has_document(database, documents)) {
            throw StoreError("workflow " + name + ": the store does not have its documents, " +
                             documents);
        }
        const std::optional<WorkflowVersion> newest = newest_workflow_version(database, name);
        number = newest ? newest->version : 0;
        if (!newest || newest->documents != documents) {
            ++number;
            insert_workflow_version(database, {name, number, documents, now, by});
        }
    });
    return number;
}

bool RunStore::remove_workflow(const std::string& name, const std::string& by, core::WallTime now) {
    bool was_there = false;
    change([&](SqliteDatabase& database) {
        const std::optional<WorkflowVersion> newest = newest_workflow_version(database, name);
        was_there = newest && !newest->is_removal();
        if (was_there) {
            insert_workflow_version(database, {name, newest->version + 1, {}, now, by});
        }
    });
    return was_there;
}

// ----- tokens -----

void RunStore::keep_token(const StoredToken& token) {
    change([&](SqliteDatabase& database) { insert_token(database, token); });
}

void RunStore::note_tokens_used(std::span<const TokenUse> uses) {
    if (!uses.empty()) {
        change([&](SqliteDatabase& database) { note_token_uses(database, uses); });
    }
}

bool RunStore::revoke_token(const std::string& id, core::WallTime now) {
    bool was_there = false;
    change([&](SqliteDatabase& database) { was_there = revoke_token_row(database, id, now); });
    return was_there;
}

std::size_t RunStore::forget_tokens(core::WallTime ended_before) {
    std::size_t removed = 0;
    change(
        [&](SqliteDatabase& database) { removed = remove_ended_tokens(database, ended_before); });
    return removed;
}

void RunStore::change(const std::function<void(SqliteDatabase& database)>& work) {
    commit_.alone([&](SqliteDatabase& database) {
        SqliteTransaction transaction(database);
        work(database);
        transaction.commit();
    });
}

}  // namespace oa::host
