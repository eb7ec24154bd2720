#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/run/run_queue.hpp"

namespace oa::test {

/// "start a", "refuse a: skipped", "cancel a: superseded by run b"
inline std::string to_text(const core::QueueDecision& decision) {
    if (const auto* start = std::get_if<core::StartRun>(&decision)) {
        return "start " + start->id;
    }
    if (const auto* refusal = std::get_if<core::RefuseRun>(&decision)) {
        return "refuse " + refusal->id + ": " + refusal->failure.code;
    }
    const auto& cancel = std::get<core::CancelRun>(decision);
    return "cancel " + cancel.id + ": " + cancel.reason;
}

/// A queue whose events give their decisions as text.
class TextQueue {
public:
    using Texts = std::vector<std::string>;

    explicit TextQueue(const core::QueueSettings& settings = {}) : queue_(settings) {}

    Texts enqueue(core::RunTicket ticket) {
        return texts([&](auto& decisions) { queue_.enqueue(std::move(ticket), decisions); });
    }
    Texts restore(std::vector<core::RecoveredRun> runs) {
        return texts([&](auto& decisions) { queue_.restore(std::move(runs), decisions); });
    }
    Texts ended(const std::string& id) {
        return texts([&](auto& decisions) { queue_.ended(id, decisions); });
    }
    Texts trusted(const std::string& id) {
        return texts([&](auto& decisions) { queue_.trusted(id, decisions); });
    }
    Texts release() {
        return texts([&](auto& decisions) { queue_.release(decisions); });
    }
    core::RunQueue& queue() { return queue_; }

private:
    template <typename Event>
    Texts texts(const Event& event) {
        core::RunQueue::Decisions decisions;
        event(decisions);
        Texts texts;
        texts.reserve(decisions.size());
        for (const core::QueueDecision& decision : decisions) {
            texts.push_back(to_text(decision));
        }
        return texts;
    }

    core::RunQueue queue_;
};

}  // namespace oa::test
