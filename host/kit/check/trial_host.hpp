#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oa/plugin.h"

namespace oa::host {

/// What the host is like while it runs one call of a trial.
struct TrialConditions {
    std::string params = "{}";
    bool cancelled = false;          ///< before it starts
    std::int64_t remaining_ms = -1;  ///< -1: no limit
    bool memory = true;              ///< whether there is room for blobs
    bool room_for_result = true;     ///< otherwise every output is too large
    bool log = true;                 ///< whether anything is logged
};

/// What a call did.
struct TrialReply {
    std::int32_t status = OA_OK;  ///< that run() returned
    std::string output = "null";
    std::optional<std::int32_t> code;  ///< told by fail()
    std::string message;
    std::string pointer;
    bool refused_memory = false;  ///< it asked for a blob and was given none
    bool refused_result = false;

    /// The code that the host goes by.
    [[nodiscard]] std::int32_t outcome() const { return code && *code != OA_OK ? *code : status; }
};

/// A word for a status, as examples have it ("not_found"); nothing for one that the contract does
/// not know. OA_OK is "ok".
[[nodiscard]] std::optional<std::string_view> status_word(std::int32_t status);

/// A call in the trial host. Kept by the host for ever, so that a late use is noticed.
class TrialCall {
public:
    explicit TrialCall(TrialConditions conditions);

    /// Asks the function to stop, as the host does. Any thread.
    void cancel();

    [[nodiscard]] oa_call* handle() { return reinterpret_cast<oa_call*>(this); }

private:
    friend class TrialHost;
    friend struct TrialTable;

    const TrialConditions conditions_;
    oa_call_info info_{};
    mutable std::mutex mutex_;  // guards all below
    std::mutex callbacks_running_;
    bool over_ = false;
    bool cancelled_ = false;
    TrialReply reply_;
    std::uint64_t last_token_ = 0;
    struct Callback {
        void(OA_CALL* fn)(void*) = nullptr;
        void* user = nullptr;
    };
    std::map<std::uint64_t, Callback> callbacks_;
    std::vector<std::unique_ptr<char[]>> blobs_;
    struct Given {
        void(OA_CALL* release)(void*) = nullptr;
        void* user = nullptr;
    };
    std::vector<Given> given_;
};

/// A host for one plug-in under trial: it offers the extensions of a real one, checks how the
/// plug-in uses the contract, and does what a host may do at its worst. Thread safe.
class TrialHost {
public:
    TrialHost();
    TrialHost(const TrialHost&) = delete;
    TrialHost& operator=(const TrialHost&) = delete;

    [[nodiscard]] const oa_host* table() const;
    /// The table of a later minor version: larger, with bytes behind it that mean nothing here.
    [[nodiscard]] const oa_host* later_table() const;
    /// From now on there are no extensions.
    void withhold_extensions() { has_extensions_ = false; }

    [[nodiscard]] TrialCall& make_call(TrialConditions conditions);
    /// Runs a function to its end on this thread.
    TrialReply run(const oa_function& function, oa_instance* instance, TrialCall& call);
    TrialReply run(const oa_function& function, oa_instance* instance, TrialConditions conditions);
    /// The same, and forgets the call then: a late use of it is not noticed.
    TrialReply run_once(const oa_function& function,
                        oa_instance* instance,
                        TrialConditions conditions);

    /// How the plug-in broke the contract, each way once.
    [[nodiscard]] std::vector<std::string> violations() const;
    void add_violation(std::string what);

private:
    struct Table;
    struct FreeTable {
        void operator()(Table* table) const noexcept;
    };
    std::unique_ptr<Table, FreeTable> table_;
    std::atomic<bool> has_extensions_{true};
    mutable std::mutex mutex_;
    std::deque<std::unique_ptr<TrialCall>> calls_;
    std::set<std::string> violations_;

    friend struct TrialTable;
};

}  // namespace oa::host
