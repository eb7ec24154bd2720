#include "host/service/run_ends.hpp"

#include <utility>
#include <vector>

namespace oa::host {

std::uint64_t RunEnds::wait(const std::string& run, Tell tell) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t number = next_++;
    tells_.emplace(run, std::pair{number, std::move(tell)});
    waiting_ = tells_.size();
    return number;
}

void RunEnds::drop(const std::string& run, std::uint64_t number) {
    Tell dropped;  // let go without the lock
    const std::lock_guard lock(mutex_);
    const auto [first, last] = tells_.equal_range(run);
    for (auto entry = first; entry != last; ++entry) {
        if (entry->second.first == number) {
            dropped = std::move(entry->second.second);
            tells_.erase(entry);
            break;
        }
    }
    waiting_ = tells_.size();
}

void RunEnds::kept(const std::string& run, const std::vector<core::JournalRecord>& records) {
    if (waiting_ == 0 || records.empty() ||
        !std::holds_alternative<core::RunEnded>(records.back().entry)) {
        return;
    }
    std::vector<Tell> told;
    {
        const std::lock_guard lock(mutex_);
        const auto [first, last] = tells_.equal_range(run);
        for (auto entry = first; entry != last; ++entry) {
            told.push_back(std::move(entry->second.second));
        }
        tells_.erase(first, last);
        waiting_ = tells_.size();
    }
    for (const Tell& tell : told) {
        tell();
    }
}

}  // namespace oa::host
