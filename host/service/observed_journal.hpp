#pragma once

#include <string>

#include "host/service/live_events.hpp"
#include "host/service/run_ends.hpp"

namespace oa::host {

/// A journal that tells others what it has taken: who listens to events, and who waits for the end
/// of a run.
class ObservedJournal final : public core::Journal {
public:
    /// All are borrowed.
    ObservedJournal(core::Journal& journal, LiveEvents& live, RunEnds& ends)
        : journal_(journal), live_(live), ends_(ends) {}

    void append(const std::string& run_id, const core::JournalBatch& batch, Done done) override;
    [[nodiscard]] bool keeps_lines() const override { return journal_.keeps_lines(); }

private:
    core::Journal& journal_;
    LiveEvents& live_;
    RunEnds& ends_;
};

}  // namespace oa::host
