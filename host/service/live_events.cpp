#include "host/service/live_events.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/json/json.hpp"
#include "host/engine/ulid.hpp"

namespace oa::host {

LiveEvents::LiveEvents(Sources sources, Limits limits)
    : sources_(std::move(sources)),
      limits_(limits),
      epoch_(make_ulid(std::chrono::system_clock::now())) {
    thread_ = std::thread([this] { work(); });
}

LiveEvents::~LiveEvents() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        wake_.notify_one();
    }
    thread_.join();
}

LiveEvents::Subscription::~Subscription() {
    const std::lock_guard lock(events_.telling_);
    events_.ears_.erase(id_);
    events_.last_left_ = std::chrono::steady_clock::now();
}

std::unique_ptr<LiveEvents::Subscription> LiveEvents::listen(LiveFilter filter,
                                                             Listener listener,
                                                             std::optional<std::uint64_t> after) {
    const std::lock_guard lock(telling_);
    is_wanted_ = true;
    if (after) {
        const std::uint64_t oldest = kept_.empty() ? sequence_ + 1 : kept_.front().sequence;
        if (*after + 1 < oldest || *after > sequence_) {
            listener(nullptr);
        } else {
            for (const LiveEvent& event : kept_) {
                if (event.sequence > *after && filter.takes(event)) {
                    listener(&event);
                }
            }
        }
    }
    const std::uint64_t id = next_ear_++;
    ears_.emplace(id, Ear{std::move(filter), std::move(listener)});
    return std::unique_ptr<Subscription>(new Subscription(*this, id));
}

std::uint64_t LiveEvents::sequence() const {
    const std::lock_guard lock(telling_);
    return sequence_;
}

void LiveEvents::kept(const std::string& run, const std::vector<core::JournalRecord>& records) {
    if (!is_wanted_ || records.empty()) {
        return;
    }
    const std::lock_guard lock(mutex_);
    if (queue_.size() + records.size() > limits_.waiting) {
        queue_.clear();
        has_overflown_ = true;
    }
    for (const core::JournalRecord& record : records) {
        queue_.push_back({run, record});
    }
    wake_.notify_one();
}

// ----- the thread -----

void LiveEvents::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return is_stopping_ || has_overflown_ || !queue_.empty(); });
        if (is_stopping_) {
            return;
        }
        const bool has_overflown = std::exchange(has_overflown_, false);
        std::deque<Waiting> batch;
        batch.swap(queue_);
        lock.unlock();
        {
            const std::lock_guard telling(telling_);
            if (has_overflown) {
                tell_gap();
            }
            for (Waiting& waiting : batch) {
                feed(waiting);
            }
            if (!is_wanted()) {
                is_wanted_ = false;
                stories_.clear();  // what comes meanwhile is not heard of
                kept_.clear();
                kept_bytes_ = 0;
            }
        }
        lock.lock();
    }
}

bool LiveEvents::is_wanted() const {
    return !ears_.empty() || std::chrono::steady_clock::now() - last_left_ < limits_.patience;
}

void LiveEvents::feed(Waiting& waiting) {
    std::vector<RunEventText> events;
    RunStory* const story = story_of(waiting);
    if (story == nullptr || waiting.record.number <= story->number()) {
        return;  // it came into the story with those before it
    }
    story->add(waiting.record, events);
    const bool ends = story->has_ended();
    tell(events, ends);
    if (ends) {
        stories_.erase(waiting.run);
    }
}

/// Null: nothing can be told of the run.
RunStory* LiveEvents::story_of(const Waiting& waiting) {
    const auto known = stories_.find(waiting.run);
    if (known != stories_.end() && known->second &&
        known->second->number() + 1 >= waiting.record.number) {
        return known->second.get();
    }
    if (known != stories_.end() && !known->second) {
        if (std::holds_alternative<core::RunEnded>(waiting.record.entry)) {
            stories_.erase(known);
        }
        return nullptr;
    }
    std::unique_ptr<RunStory>& story = stories_[waiting.run];
    try {
        std::vector<core::JournalRecord> records;
        if (waiting.record.number == 1) {
            records.push_back(waiting.record);
        } else {
            records = sources_.records(waiting.run);
        }
        if (records.empty()) {
            return nullptr;
        }
        story = std::make_unique<RunStory>(sources_.workflow(waiting.run, records.front()),
                                           waiting.run);
        std::vector<RunEventText> before;
        for (const core::JournalRecord& record : records) {
            if (record.number < waiting.record.number) {
                story->add(record, before);
            }
        }
    } catch (const std::exception&) {
        story.reset();  // asked once a run
    }
    return story.get();
}

void LiveEvents::tell(std::vector<RunEventText>& events, bool ends_run) {
    for (std::size_t i = 0; i < events.size(); ++i) {
        const RunEventText& text = events[i];
        const bool is_last = i + 1 == events.size();
        LiveEvent event{.sequence = ++sequence_,
                        .run = std::string(text.at("run").as_string()),
                        .workflow = std::string(text.at("workflow").as_string()),
                        .number = text.at("number").to_number<std::uint64_t>(),
                        .is_last_of_record = is_last,
                        .ends_run = ends_run && is_last,
                        .text = std::make_shared<const std::string>(core::write_json(text))};
        for (const auto& [id, ear] : ears_) {
            if (ear.filter.takes(event)) {
                ear.listener(&event);
            }
        }
        kept_bytes_ += event.text->size();
        kept_.push_back(std::move(event));
        while (kept_.size() > limits_.kept || kept_bytes_ > limits_.kept_bytes) {
            kept_bytes_ -= kept_.front().text->size();
            kept_.pop_front();
        }
    }
}

void LiveEvents::tell_gap() {
    stories_.clear();
    kept_.clear();
    kept_bytes_ = 0;
    ++sequence_;  // so that whoever comes back after the last event learns of the gap
    for (const auto& [id, ear] : ears_) {
        ear.listener(nullptr);
    }
}

}  // namespace oa::host
