#include "host/service/observed_journal.hpp"

#include <utility>

namespace oa::host {

void ObservedJournal::append(const std::string& run_id,
                             const core::JournalBatch& batch,
                             Done done) {
    if (batch.records.empty()) {
        journal_.append(run_id, batch, std::move(done));
        return;
    }
    // The batch stays as it is until `done`; nobody says that of the run's id.
    journal_.append(
        run_id, batch,
        [this, run_id, &batch, done = std::move(done)](const core::JournalFailure* failure) {
            if (failure == nullptr) {
                live_.kept(run_id, batch.records);
                ends_.kept(run_id, batch.records);
            }
            done(failure);
        });
}

}  // namespace oa::host
