#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace oa::host {

/// An answer that stays open: events, a log that is followed, a WebSocket.
class OpenAnswer {
public:
    virtual ~OpenAnswer() = default;

    /// From time to time, by one thread. False: it has ended, and is let go of.
    [[nodiscard]] virtual bool tick(std::chrono::steady_clock::time_point now) = 0;
    /// The host stops, or whoever asked may not any more.
    virtual void close() = 0;

protected:
    OpenAnswer() = default;
    OpenAnswer(const OpenAnswer&) = default;
    OpenAnswer& operator=(const OpenAnswer&) = default;
};

/// Keeps them, lets them look after themselves four times a second, and lets go of those that have
/// ended. Thread safe.
class OpenAnswers {
public:
    OpenAnswers();
    /// Closes all.
    ~OpenAnswers();
    OpenAnswers(const OpenAnswers&) = delete;
    OpenAnswers& operator=(const OpenAnswers&) = delete;

    void add(std::shared_ptr<OpenAnswer> answer);

private:
    void work();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::shared_ptr<OpenAnswer>> answers_;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace oa::host
