#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/secret/secret.hpp"
#include "host/vault/vault_time.hpp"

namespace oa::host::vault {

/// Keeps answers for a while, and lets those who want the same thing at the same time ask once.
/// What has become too old is forgotten, and its memory overwritten, when the next one asks. Thread
/// safe.
class AnswerCache {
public:
    /// Never null; a secret that is not there is an answer, too.
    using Answer = std::shared_ptr<const std::optional<core::Secret>>;
    using Ask = std::function<std::optional<core::Secret>()>;

    /// `keep` 0: answers go to those who waited for them and to nobody else.
    AnswerCache(std::chrono::milliseconds keep, VaultTime time);

    /// Calls `ask` on this thread, unless there is an answer or somebody else is getting it. What
    /// that throws reaches all who wait, as std::runtime_error, and is not kept.
    [[nodiscard]] Answer get(const std::string& asked, const Ask& ask);

private:
    struct Entry {
        bool done = false;
        Answer answer;
        std::string failure;  ///< when there is no answer
        TimePoint ends;
    };
    using EntryPtr = std::shared_ptr<Entry>;

    void forget_old();
    void finish(const std::string& asked, const EntryPtr& entry);

    const std::chrono::milliseconds keep_;
    const VaultTime time_;
    std::mutex mutex_;
    std::condition_variable finished_;
    std::map<std::string, EntryPtr> entries_;
};

}  // namespace oa::host::vault
