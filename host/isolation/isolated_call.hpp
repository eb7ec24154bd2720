#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/port/task_invoker.hpp"
#include "host/blob/blob_references.hpp"
#include "host/plugin/loaded_module.hpp"

namespace oa::host::isolation {

class IsolatedCall;

/// Where a call is at the moment: it waits for a worker, or is in one. Any thread.
class CallPlace {
public:
    virtual ~CallPlace() = default;
    virtual void call_cancelled(IsolatedCall& call) = 0;
    virtual void call_abandoned(IsolatedCall& call) = 0;

protected:
    CallPlace() = default;
    CallPlace(const CallPlace&) = default;
    CallPlace& operator=(const CallPlace&) = default;
};

/// One call of a function in a worker process. Thread safe.
class IsolatedCall final : public core::CallControl,
                           public std::enable_shared_from_this<IsolatedCall> {
public:
    IsolatedCall(std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer);

    void cancel() override;
    void abandon() override;

    [[nodiscard]] const LoadedFunction& function() const { return function_; }
    [[nodiscard]] const core::Invocation& invocation() const { return *invocation_; }
    [[nodiscard]] bool cancelled() const { return cancelled_.load(); }
    [[nodiscard]] bool abandoned() const { return abandoned_.load(); }
    /// Makes the blobs that the parameters name inputs of the call. Once, before it is sent. Why it
    /// cannot run, or nothing.
    [[nodiscard]] std::optional<core::Failure> take_inputs();
    /// With blobs as the function names them; may be null. After take_inputs().
    [[nodiscard]] const std::shared_ptr<const std::string>& params() const { return given_.text; }
    /// The input blobs, in the order of their indices.
    [[nodiscard]] std::span<const std::shared_ptr<const Blob>> blobs() const {
        return given_.inputs;
    }
    /// The lowest level that somebody wants to hear.
    [[nodiscard]] std::int32_t log_level() const;

    /// From now on `place` is told of cancellation and abandonment; nullptr: nobody. Whoever enters
    /// asks cancelled() afterwards.
    void move_to(std::shared_ptr<CallPlace> place);

    /// Told to the observer, unless the call has ended or is abandoned.
    void log(core::TaskLogLevel level, std::string_view message, std::string_view fields);
    void progress(double fraction, std::string_view message);
    /// Nothing reaches the observer any more when it returns.
    void close();

private:
    template <typename Tell>
    void observe(const Tell& tell);

    const std::shared_ptr<const core::Invocation> invocation_;
    core::CallObserver& observer_;
    const LoadedFunction& function_;
    BlobParams given_;
    std::atomic<bool> cancelled_{false};
    std::atomic<bool> abandoned_{false};

    std::mutex mutex_;
    std::condition_variable quiet_;
    std::shared_ptr<CallPlace> place_;
    unsigned observing_ = 0;
    bool closed_ = false;
};

}  // namespace oa::host::isolation
