#include "host/api/open_answers.hpp"

#include <algorithm>
#include <utility>

namespace oa::host {

namespace {
constexpr std::chrono::milliseconds every{250};
}

OpenAnswers::OpenAnswers() : thread_([this] { work(); }) {}

OpenAnswers::~OpenAnswers() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        wake_.notify_one();
    }
    thread_.join();
    for (const std::shared_ptr<OpenAnswer>& answer : answers_) {
        answer->close();
    }
}

void OpenAnswers::add(std::shared_ptr<OpenAnswer> answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
    wake_.notify_one();
}

void OpenAnswers::work() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
        if (answers_.empty()) {
            wake_.wait(lock, [this] { return is_stopping_ || !answers_.empty(); });
            continue;
        }
        const std::vector<std::shared_ptr<OpenAnswer>> now_open = answers_;
        lock.unlock();
        std::vector<std::shared_ptr<OpenAnswer>> ended;  // let go without the lock
        const auto now = std::chrono::steady_clock::now();
        for (const std::shared_ptr<OpenAnswer>& answer : now_open) {
            if (!answer->tick(now)) {
                ended.push_back(answer);
            }
        }
        lock.lock();
        for (const std::shared_ptr<OpenAnswer>& answer : ended) {
            answers_.erase(std::find(answers_.begin(), answers_.end(), answer));
        }
        wake_.wait_for(lock, every, [this] { return is_stopping_; });
    }
}

}  // namespace oa::host
