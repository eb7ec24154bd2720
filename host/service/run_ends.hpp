#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/port/journal.hpp"

namespace oa::host {

/// Tells who waits for a run that it has ended, once that is on record. Thread safe.
class RunEnds {
public:
    /// Called once by the thread that ended the run: it waits for nothing and throws nothing.
    using Tell = std::function<void()>;

    /// Whoever waits looks afterwards whether the run had ended before. The number is for drop().
    [[nodiscard]] std::uint64_t wait(const std::string& run, Tell tell);
    /// Not waited for any more; it may be being told right now.
    void drop(const std::string& run, std::uint64_t number);

    /// By the journal: records of a run that are kept now.
    void kept(const std::string& run, const std::vector<core::JournalRecord>& records);

private:
    std::atomic<std::size_t> waiting_{0};
    std::mutex mutex_;
    std::uint64_t next_ = 1;
    std::multimap<std::string, std::pair<std::uint64_t, Tell>> tells_;
};

}  // namespace oa::host
