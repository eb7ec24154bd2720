#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/journal.hpp"
#include "host/store/group_commit.hpp"
#include "host/store/log_lines.hpp"
#include "host/store/run_documents.hpp"
#include "host/store/run_summary.hpp"
#include "host/store/run_writer.hpp"
#include "host/store/sqlite_database.hpp"
#include "host/store/store_lock.hpp"
#include "host/store/store_reader.hpp"

namespace oa::host {

struct RunStoreSettings {
    std::filesystem::path folder;  ///< of the store alone; on a local disk
    Durability durability = Durability::Full;
    std::chrono::milliseconds busy_timeout{5000};
    std::uint64_t log_bytes_max = 16U << 20U;  ///< of what a run says; the rest is dropped
};

/// How long runs that have ended are kept. One goes when either says so.
struct Retention {
    std::optional<std::chrono::seconds> age_max = {};  ///< since their end
    std::optional<std::uint64_t> count_max = {};       ///< the newest of them
    /// How long a document stays that no run is made from, since its name was given out last.
    std::chrono::seconds document_grace = std::chrono::hours(1);
};

/// The writing half of a store, which is there before anybody reads.
struct StoreWriting {
    explicit StoreWriting(const RunStoreSettings& settings);

    StoreLock lock;
    SqliteDatabase writing;
    RunWriter writer;
};

/// The history of runs in a SQLite file, `runs.db` in a folder, for one host at a time. Thread
/// safe. All of it throws StoreError.
class RunStore final : private StoreWriting, public StoreReader, public core::Journal {
public:
    /// Opens the store, or makes one; brings an older one up to date. Throws StoreInUse,
    /// StoreTooNew.
    explicit RunStore(const RunStoreSettings& settings);
    RunStore(const RunStore&) = delete;
    RunStore& operator=(const RunStore&) = delete;
    /// What waits is written, and that this host went in good order. Not from within a `done`.
    ~RunStore() override;

    /// Whether the host that had the store before went without closing it.
    [[nodiscard]] bool last_host_died() const noexcept { return last_host_died_; }

    /// When `done` is told that a batch is kept, it is as durable as the settings say, and so is
    /// all that was kept before. A batch that does not follow its run's last record is refused by
    /// itself; after a failure that is not passing, but for such a one, all are until the store is
    /// opened again, and then the batch may be there. `done` throws nothing and waits for nothing.
    void append(const std::string& run_id, const core::JournalBatch& batch, Done done) override;
    [[nodiscard]] bool keeps_lines() const override { return true; }

    /// Keeps the documents that runs are made from, as one text, as durably as the settings say;
    /// gives the name for RunCreated, which tells equal texts by itself. Not from within a `done`.
    [[nodiscard]] std::string keep_documents(std::string_view text);

    /// Keeps documents, by the name that keep_documents() gave, as the newest version of a
    /// workflow; gives its number. Nothing is added when the newest one has the same. `by` is for
    /// people. Throws StoreError when the documents are not there. Not from within a `done`.
    std::uint64_t keep_version(const std::string& name,
                               const std::string& documents,
                               const std::string& by,
                               core::WallTime now);
    /// Adds a version that says so; nothing and false when there is no such workflow. The older
    /// ones stay. Not from within a `done`.
    bool remove_workflow(const std::string& name, const std::string& by, core::WallTime now);

    // None of these from within a `done`.
    /// Throws StoreError when there is one with this id already.
    void keep_token(const StoredToken& token);
    void note_tokens_used(std::span<const TokenUse> uses);
    /// False: there is no such token, or it was revoked before.
    bool revoke_token(const std::string& id, core::WallTime now);
    /// Removes those that were revoked, or ended, before that time, and overwrites where they were;
    /// gives how many.
    std::size_t forget_tokens(core::WallTime ended_before);

    /// Removes runs that have ended, each with the runs within it; gives how many of those that are
    /// nobody's task. The file keeps its size, and uses the room again.
    std::size_t remove_old(const Retention& retention, core::WallTime now);

    /// Removes a run that has ended, with the runs within it. False: there is no such run, it has
    /// not ended, or it is the task of another. Not from within a `done`.
    bool remove_run(const std::string& run_id);

    /// Writes something that changes nothing. Throws StoreError where nothing can be written.
    void try_writing();

    [[nodiscard]] WriterStatistics statistics() const { return commit_.statistics(); }
    [[nodiscard]] const std::filesystem::path& file() const { return writing.file(); }

private:
    /// Work in a transaction with no one beside it.
    void change(const std::function<void(SqliteDatabase& database)>& work);

    DocumentNames document_names_;
    bool last_host_died_ = false;
    GroupCommit commit_;  // the first to go: it writes what waits
};

}  // namespace oa::host
