#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/port/journal.hpp"
#include "host/engine/engine.hpp"
#include "tests/simulation/context.hpp"
#include "tests/simulation/plan.hpp"
#include "tests/simulation/run_audit.hpp"
#include "tests/simulation/witness.hpp"

namespace oa::test {

/// What is on disk: it outlives every host, and keeps a batch as a whole. All that it keeps is
/// audited.
class Store final : public core::RunHistory {
public:
    Store(Context& context, const Plan& plan, const Witness& witness)
        : context_(context), plan_(plan), witness_(witness) {}

    void keep(const std::string& run_id, const core::JournalBatch& batch);

    [[nodiscard]] std::vector<core::JournalRecord> load(const std::string& run_id) const override;
    [[nodiscard]] const core::Workflow& workflow(std::string_view name) const;
    /// Of what is kept of a run; null: there is no such run.
    [[nodiscard]] const RunAudit* audit(const std::string& run_id) const;
    [[nodiscard]] std::uint64_t last_record(const std::string& run_id) const;
    [[nodiscard]] std::vector<std::string> runs() const;
    /// Whether all of them have ended.
    [[nodiscard]] bool has_no_open_runs() const { return ended_ == created_.size(); }
    /// How many attempts have ended in a run, and in those within it.
    [[nodiscard]] std::uint64_t progress(const std::string& run_id) const;
    /// A host has died: who may have been at fault is noted.
    void note_death();
    /// A host has ended in good order.
    void note_stop();
    /// To approvals of a run, and of the runs within it.
    [[nodiscard]] std::uint64_t answers(const std::string& run_id) const;
    /// Those that have not ended, in the order of their creation.
    [[nodiscard]] std::vector<host::OpenRun> open_runs() const;

private:
    struct Run {
        std::vector<core::JournalRecord> records;
        std::unique_ptr<RunAudit> audit;
    };

    Context& context_;
    const Plan& plan_;
    const Witness& witness_;
    std::map<std::string, Run, std::less<>> runs_;
    std::vector<std::string> created_;  // in this order
    std::size_t ended_ = 0;
};

/// The store as one host reaches it: it checks how it is used, and answers as the faults of the
/// plan have it. Once `stop` has been called nothing is kept any more.
class StoreAccess final : public core::Journal {
public:
    /// `crash` is called where the host dies: at an append, or because the store has failed.
    StoreAccess(Context& context,
                Store& store,
                Faults& faults,
                bool keeps_lines,
                std::function<void()> crash);

    void append(const std::string& run_id, const core::JournalBatch& batch, Done done) override;
    [[nodiscard]] bool keeps_lines() const override { return keeps_lines_; }

    /// It has failed for good, or one run of it, until it is opened again.
    [[nodiscard]] bool is_broken() const { return broken_ || partly_broken_; }
    /// Whether it has refused anything for the moment.
    [[nodiscard]] bool has_refused() const { return full_until_ != host::Timers::Time{}; }
    /// From here on nothing is answered later, and nothing fails. False: something is under way.
    [[nodiscard]] bool answer_at_once();
    void stop();
    /// Lets all that still wait for an answer go, and refuses from here on.
    void refuse_all();

private:
    struct Waiting {
        const core::JournalBatch* batch = nullptr;
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        Done done;
    };
    enum class Fate { Kept, Refused, Broken, BrokenYetKept, BrokenAlone, CrashBefore, CrashAfter };

    [[nodiscard]] Fate draw();
    void check(const std::string& run_id, const core::JournalBatch& batch);
    void keep_or_not(const std::string& run_id, Fate fate);
    void call_back(const std::string& run_id, Fate fate);

    Context& context_;
    Store& store_;
    Faults& faults_;
    const bool keeps_lines_;
    std::function<void()> crash_;
    TimersOf events_;
    std::map<std::string, Waiting> waiting_;
    std::uint32_t appends_ = 0;
    std::optional<std::uint32_t> crash_at_;  // the append at which the host dies
    host::Timers::Time full_until_{};
    bool broken_ = false;
    bool partly_broken_ = false;
    bool at_once_ = false;
    bool stopped_ = false;
    bool refusing_ = false;
};

}  // namespace oa::test
