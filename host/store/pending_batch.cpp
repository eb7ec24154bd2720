#include "host/store/pending_batch.hpp"

#include "host/store/event_codec.hpp"

namespace oa::host {
namespace {

PendingBatch::Encoded encode(const std::string& run_id, const core::JournalRecord& record) {
    PendingBatch::Encoded encoded;
    try {
        encoded.bytes = encode_entry(record.entry);
    } catch (const EventError& error) {
        throw EventError("run " + run_id + ": record " + std::to_string(record.number) + ' ' +
                         error.what());
    }
    encoded.content = hash_of(encoded.bytes);
    return encoded;
}

}  // namespace

PendingBatch make_pending(const std::string& run_id, const core::JournalBatch& batch) {
    PendingBatch pending;
    pending.run_id = run_id;
    pending.records = batch.records;
    pending.encoded.reserve(batch.records.size());
    for (const core::JournalRecord& record : batch.records) {
        pending.encoded.push_back(encode(run_id, record));
        pending.bytes += pending.encoded.back().bytes.size();
    }
    if (batch.records.empty()) {
        pending.own_lines = batch.lines;
        pending.lines = pending.own_lines;
    } else {
        pending.lines = batch.lines;
    }
    for (const core::LogLine& line : pending.lines) {
        pending.bytes += sizeof line + line.task.size() + line.message.size() + line.fields.size();
    }
    return pending;
}

}  // namespace oa::host
