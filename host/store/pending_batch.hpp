#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/port/journal.hpp"
#include "host/store/chain_hash.hpp"

namespace oa::host {

/// A batch on its way into the file. Records and lines are borrowed until `done` is called, but for
/// a batch without records, which keeps its lines itself.
struct PendingBatch {
    struct Encoded {
        std::string bytes;
        ChainHash content{};
    };

    std::string run_id;
    std::span<const core::JournalRecord> records;
    std::vector<Encoded> encoded;  ///< as many
    std::span<const core::LogLine> lines;
    std::vector<core::LogLine> own_lines;
    core::Journal::Done done;
    std::size_t bytes = 0;                        ///< about what it takes in the file
    std::optional<core::JournalFailure> failure;  ///< why it is not kept; nothing: it is

    [[nodiscard]] bool has_records() const { return !records.empty(); }
};

/// Batches that are written together, in order. A list, so that they move without memory.
using BatchGroup = std::list<PendingBatch>;

/// Throws EventError for a record that could not be read back.
[[nodiscard]] PendingBatch make_pending(const std::string& run_id, const core::JournalBatch& batch);

}  // namespace oa::host
