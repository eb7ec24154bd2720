#include "host/engine/deaths.hpp"

#include <set>

namespace oa::host {

std::uint32_t deaths_of(const std::vector<core::JournalRecord>& records, bool last_host_died) {
    std::uint32_t deaths = 0;  // before the last host
    std::set<core::ExecutionIndex> in_flight;
    for (const core::JournalRecord& record : records) {
        if (const auto* resumed = std::get_if<core::RunResumed>(&record.entry)) {
            deaths = resumed->deaths;
        } else if (const auto* started = std::get_if<core::AttemptStarted>(&record.entry)) {
            in_flight.insert(started->execution);
        } else if (const auto* taken = std::get_if<core::MachineEvent>(&record.entry)) {
            if (const auto* success = std::get_if<core::AttemptSucceeded>(&taken->event)) {
                in_flight.erase(success->execution);
                deaths = 0;
            } else if (const auto* failed = std::get_if<core::AttemptFailed>(&taken->event)) {
                in_flight.erase(failed->execution);
                deaths = 0;
            }
        }
    }
    const auto* last =
        records.empty() ? nullptr : std::get_if<core::RunResumed>(&records.back().entry);
    const bool was_taken_up = last != nullptr && !last->is_settled;
    if (!last_host_died) {
        return deaths;
    }
    return was_taken_up || !in_flight.empty() ? deaths + 1 : 0;
}

}  // namespace oa::host
