#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/port/task_invoker.hpp"
#include "host/blob/call_blobs.hpp"
#include "host/plugin/call_slots.hpp"
#include "host/plugin/failure.hpp"
#include "host/plugin/loaded_module.hpp"

namespace oa::host {

struct CallLimits {
    std::size_t output_bytes_max = 1U << 20U;
    std::size_t blob_bytes_max = 256U << 20U;  ///< of all blobs of one call
};

/// One call of a function: what the plug-in reaches through its oa_call. The members below "for the
/// host table" are used only under the slot's mutex, through a LockedCall.
class CallContext final : public core::CallControl,
                          public std::enable_shared_from_this<CallContext> {
public:
    /// `limits` and `observer` outlive the call. `blobs` are the call's, as its parameters name
    /// them; without, they are those of the invocation's run, see take_inputs().
    CallContext(std::shared_ptr<const core::Invocation> invocation,
                core::CallObserver& observer,
                const CallLimits& limits,
                std::shared_ptr<CallBlobs> blobs = nullptr);
    ~CallContext() override;
    CallContext(const CallContext&) = delete;
    CallContext& operator=(const CallContext&) = delete;

    void cancel() override;
    void abandon() override;

    [[nodiscard]] const LoadedFunction& function() const { return function_; }
    [[nodiscard]] const core::Invocation& invocation() const { return *invocation_; }
    [[nodiscard]] oa_call* handle() const { return to_handle(slot_, generation_); }
    [[nodiscard]] bool cancelled() const { return slot_.state.load() != generation_ << 1U; }

    /// Makes the blobs that the parameters name inputs of the call. Once, before the function runs,
    /// unless the call was given its blobs. Why it cannot run, or nothing.
    [[nodiscard]] std::optional<core::Failure> take_inputs();
    /// Ends the call: from here on its oa_call does nothing. Waits for callbacks that are still
    /// running. Returns the outcome of a run() that returned `status`.
    [[nodiscard]] core::Outcome finish(std::int32_t status);
    /// Ends a call whose function did not run, or threw.
    [[nodiscard]] core::Outcome finish_failed(core::Failure failure);

    // ---- For the host table ----
    [[nodiscard]] const oa_call_info& info() const { return info_; }
    [[nodiscard]] std::string_view params() const;
    [[nodiscard]] core::CallObserver& observer() const { return observer_; }
    [[nodiscard]] const CallLimits& limits() const { return limits_; }
    void set_output(boost::json::value output);
    void set_output_problem(core::Failure problem);
    void set_error(ReportedError error) { error_ = std::move(error); }
    /// A token, or nothing when the call is cancelled already.
    [[nodiscard]] std::optional<std::uint64_t> add_callback(void(OA_CALL* fn)(void*), void* user);
    void remove_callback(std::uint64_t token);
    /// The call's blobs, which may be used without the lock; null when it can have none.
    [[nodiscard]] const std::shared_ptr<CallBlobs>& blobs() const { return blobs_; }
    /// Counts the bytes of an output blob; false when they exceed the limit.
    [[nodiscard]] bool count_blob(std::size_t size);
    /// An output blob that was counted has not come about. Told when the call fails for it.
    void blob_failed(std::size_t size, std::string reason);

private:
    struct Callback {
        std::uint64_t token = 0;
        void(OA_CALL* fn)(void* user) = nullptr;
        void* user = nullptr;
    };
    enum class Waiting { ForObserver, ForObserverAndCallback };
    void close(Waiting waiting, bool abandoned);
    [[nodiscard]] std::optional<core::Failure> failure_of(std::int32_t status);
    void name_blobs(core::Outcome& outcome);
    void call_plugin(void(OA_CALL* fn)(void*), void* user) const noexcept;

    const std::shared_ptr<const core::Invocation> invocation_;  // shared with the engine
    core::CallObserver& observer_;
    const LoadedFunction& function_;
    const CallLimits& limits_;
    CallSlot& slot_;
    std::uint64_t generation_ = 0;
    oa_call_info info_{};

    boost::json::value output_;
    std::optional<core::Failure> output_problem_;
    bool output_broken_ = false;  // the problem stays, whatever comes after it
    std::optional<ReportedError> error_;
    std::vector<Callback> callbacks_;
    std::shared_ptr<const std::string> params_;  // with blobs as the function names them; or null
    std::shared_ptr<CallBlobs> blobs_;
    std::size_t blob_bytes_ = 0;
    std::string blob_problem_;            // why the last blob did not come about
    std::atomic<bool> abandoned_{false};  // what the function gave is of no use any more
};

/// A plug-in's oa_call, looked up and held. False when the call has ended.
class LockedCall {
public:
    explicit LockedCall(const oa_call* handle);

    explicit operator bool() const { return context_ != nullptr; }
    CallContext* operator->() const { return context_; }
    CallContext& operator*() const { return *context_; }

    /// Runs `tell(context)` without the lock; the call's end waits for it.
    template <typename Tell>
    void observe(const Tell& tell) {
        const Unlocked unlocked(*this);
        tell(*context_);
    }

private:
    /// Keeps the call from ending while it is not locked.
    class Unlocked {
    public:
        explicit Unlocked(LockedCall& call) : call_(call) {
            ++call_.slot_->observing;
            call_.lock_.unlock();
        }
        ~Unlocked() {
            call_.lock_.lock();
            if (--call_.slot_->observing == 0) {
                call_.slot_->quiet.notify_all();
            }
        }
        Unlocked(const Unlocked&) = delete;
        Unlocked& operator=(const Unlocked&) = delete;

    private:
        LockedCall& call_;
    };

    CallSlot* slot_ = nullptr;
    std::unique_lock<std::mutex> lock_;
    CallContext* context_ = nullptr;
};

}  // namespace oa::host
