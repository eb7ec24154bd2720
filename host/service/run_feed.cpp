#include "host/service/run_feed.hpp"

#include <limits>
#include <utility>

#include "core/json/json.hpp"

namespace oa::host {

RunEventPage events_of(const RunService& runs,
                       const std::string& run,
                       std::uint64_t after,
                       std::size_t records_max) {
    const std::vector<core::JournalRecord> records = runs.store().load(run);
    const auto* created =
        records.empty() ? nullptr : std::get_if<core::RunCreated>(&records.front().entry);
    if (created == nullptr) {
        static_cast<void>(runs.get(run));  // says that there is none
        return {};
    }
    RunStory story(runs.workflow_of(*created), run);
    RunEventPage page;
    std::vector<RunEventText> texts;
    std::size_t taken = 0;
    for (const core::JournalRecord& record : records) {
        texts.clear();
        story.add(record, texts);
        if (record.number <= after) {
            continue;
        }
        if (taken == records_max) {
            page.next = record.number - 1;
            break;
        }
        ++taken;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            page.events.push_back(
                {.run = run,
                 .workflow = created->workflow,
                 .number = record.number,
                 .is_last_of_record = i + 1 == texts.size(),
                 .ends_run = story.has_ended() && i + 1 == texts.size(),
                 .text = std::make_shared<const std::string>(core::write_json(texts[i]))});
        }
    }
    page.has_ended = story.has_ended();
    return page;
}

RunFeed::RunFeed(LiveEvents& live,
                 const RunService& runs,
                 const std::string& run,
                 std::uint64_t after,
                 LiveEvents::Listener listener)
    : listener_(std::move(listener)), number_(after) {
    subscription_ = live.listen({.run = run}, [this](const LiveEvent* event) { hear(event); });
    const RunEventPage page = events_of(runs, run, after, std::numeric_limits<std::size_t>::max());
    const std::lock_guard lock(mutex_);
    for (const LiveEvent& event : page.events) {
        number_ = event.number;
        listener_(&event);
    }
    is_caught_up_ = true;
    if (has_gap_) {
        listener_(nullptr);
        return;
    }
    const std::uint64_t from_store = number_;
    for (const LiveEvent& event : waiting_) {
        if (event.number > from_store) {
            listener_(&event);
        }
    }
    waiting_.clear();
    number_ = from_store;
}

void RunFeed::hear(const LiveEvent* event) {
    const std::lock_guard lock(mutex_);
    if (!is_caught_up_) {
        if (event == nullptr) {
            has_gap_ = true;
        } else {
            waiting_.push_back(*event);
        }
    } else if (event == nullptr || event->number > number_) {
        listener_(event);
    }
}

}  // namespace oa::host
