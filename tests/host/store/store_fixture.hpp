#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/store/event_codec.hpp"
#include "host/store/run_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {

inline core::WallTime at_second(std::int64_t second) {
    return core::WallTime(std::chrono::seconds(1'800'000'000 + second));
}

inline core::JournalEntry created(const std::string& run_id, const std::string& parent = {}) {
    core::RunCreated entry;
    entry.run_id = run_id;
    entry.workflow = "nightly";
    entry.inputs["day"] = "monday";
    entry.parent_run_id = parent;
    return entry;
}

inline core::JournalEntry event(core::RunEvent happened,
                                std::shared_ptr<const boost::json::value> output = nullptr) {
    return core::MachineEvent{std::move(happened), std::move(output)};
}

inline core::JournalEntry output_of(core::ExecutionIndex execution, boost::json::value output) {
    return event(core::AttemptSucceeded{execution, 1},
                 std::make_shared<const boost::json::value>(std::move(output)));
}

inline core::JournalEntry ended(core::RunStatus status = core::RunStatus::Succeeded) {
    core::RunEnded entry;
    entry.status = status;
    return entry;
}

/// What a run with one task that succeeds has.
inline std::vector<core::JournalEntry> whole_run(const std::string& run_id,
                                                 const std::string& parent = {}) {
    return {created(run_id, parent), event(core::RunStarted{}), core::AttemptStarted{0, 0, 1, {}},
            output_of(0, {{"answer", 42}}), ended()};
}

/// Appends a batch and waits for the answer.
inline std::optional<core::JournalFailure> answer_to(core::Journal& store,
                                                     const std::string& run_id,
                                                     const core::JournalBatch& batch) {
    std::promise<std::optional<core::JournalFailure>> answer;
    store.append(run_id, batch, [&](const core::JournalFailure* failure) {
        answer.set_value(failure == nullptr ? std::nullopt : std::optional(*failure));
    });
    return answer.get_future().get();
}

/// A store did not take what was appended.
class Refused : public StoreError {
public:
    explicit Refused(const core::JournalFailure& failure)
        : StoreError(failure.message), is_passing(failure.is_passing) {}
    bool is_passing;
};

inline void append_batch(core::Journal& store,
                         const std::string& run_id,
                         const core::JournalBatch& batch) {
    if (const auto failure = answer_to(store, run_id, batch)) {
        throw Refused(*failure);
    }
}

inline void append_one(core::Journal& store,
                       const std::string& run_id,
                       core::JournalRecord record) {
    core::JournalBatch batch;
    batch.records.push_back(std::move(record));
    append_batch(store, run_id, batch);
}

/// Appends entries one by one, the first of them with the number `first`, each a second later.
inline void append_all(core::Journal& store,
                       const std::string& run_id,
                       const std::vector<core::JournalEntry>& entries,
                       std::uint64_t first = 1) {
    for (std::uint64_t i = 0; i < entries.size(); ++i) {
        const std::uint64_t number = first + i;
        append_one(store, run_id,
                   {number, at_second(static_cast<std::int64_t>(number)), entries[i]});
    }
}

inline std::vector<std::string> as_bytes(const std::vector<core::JournalRecord>& records) {
    std::vector<std::string> bytes;
    bytes.reserve(records.size());
    for (const core::JournalRecord& record : records) {
        bytes.push_back(std::to_string(record.number) + " at " + core::format_time(record.at) +
                        ": " + encode_entry(record.entry));
    }
    return bytes;
}

template <typename Error>
std::string message_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was thrown";
}

/// Runs `work` in a process of its own, which must have no threads now; gives how it ended.
inline int in_a_child(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        int code = 99;
        try {
            code = work();
        } catch (...) {
            code = 98;
        }
        ::_exit(code);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// For tests whose files no real disk has to see: they come into memory, unless TMPDIR is set.
inline void keep_files_in_memory() {
    if (std::filesystem::is_directory("/dev/shm")) {
        ::setenv("TMPDIR", "/dev/shm", 0);
    }
}

struct StoreFixture : testing::Test {
    test::TemporaryFolder folder;

    [[nodiscard]] RunStoreSettings settings(Durability durability = Durability::None) const {
        RunStoreSettings made;
        made.folder = folder.path() / "store";
        made.durability = durability;
        return made;
    }
    [[nodiscard]] std::filesystem::path file() const { return folder.path() / "store" / "runs.db"; }
};

}  // namespace oa::host
