#include "host/vault/answer_cache.hpp"

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <utility>

namespace oa::host::vault {
namespace {

constexpr std::size_t entries_max = 256;

}  // namespace

AnswerCache::AnswerCache(std::chrono::milliseconds keep, VaultTime time)
    : keep_(keep), time_(std::move(time)) {}

AnswerCache::Answer AnswerCache::get(const std::string& asked, const Ask& ask) {
    std::unique_lock lock(mutex_);
    forget_old();
    if (const auto found = entries_.find(asked); found != entries_.end()) {
        const EntryPtr entry = found->second;
        finished_.wait(lock, [&entry] { return entry->done; });
        if (!entry->answer) {
            throw std::runtime_error(entry->failure);
        }
        return entry->answer;
    }
    const auto entry = std::make_shared<Entry>();
    entries_.emplace(asked, entry);
    lock.unlock();
    try {
        Answer answer = std::make_shared<const std::optional<core::Secret>>(ask());
        lock.lock();
        entry->answer = std::move(answer);
    } catch (const std::exception& error) {
        lock.lock();
        entry->failure = error.what();
        finish(asked, entry);
        throw;
    }
    finish(asked, entry);
    return entry->answer;
}

void AnswerCache::finish(const std::string& asked, const EntryPtr& entry) {
    entry->done = true;
    entry->ends = time_.now() + keep_;
    if (!entry->answer || keep_.count() == 0) {
        entries_.erase(asked);
    }
    finished_.notify_all();
}

void AnswerCache::forget_old() {
    const TimePoint now = time_.now();
    std::erase_if(entries_, [now](const auto& entry) {
        return entry.second->done && now >= entry.second->ends;
    });
    if (entries_.size() >= entries_max) {
        std::erase_if(entries_, [](const auto& entry) { return entry.second->done; });
    }
}

}  // namespace oa::host::vault
