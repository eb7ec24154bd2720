#include "host/isolation/isolated_call.hpp"

#include <utility>

#include "oa/plugin.h"

namespace oa::host::isolation {

IsolatedCall::IsolatedCall(std::shared_ptr<const core::Invocation> invocation,
                           core::CallObserver& observer)
    : invocation_(std::move(invocation)),
      observer_(observer),
      // Every FunctionInfo that a PluginRegistry hands out is one.
      function_(static_cast<const LoadedFunction&>(*invocation_->function)) {}

void IsolatedCall::cancel() {
    if (cancelled_.exchange(true)) {
        return;
    }
    std::shared_ptr<CallPlace> place;
    {
        const std::lock_guard lock(mutex_);
        place = place_;
    }
    if (place) {
        place->call_cancelled(*this);
    }
}

void IsolatedCall::abandon() {
    if (abandoned_.exchange(true)) {
        return;
    }
    close();
    std::shared_ptr<CallPlace> place;
    {
        const std::lock_guard lock(mutex_);
        place = place_;
    }
    if (place) {
        place->call_abandoned(*this);
    }
}

std::optional<core::Failure> IsolatedCall::take_inputs() {
    try {
        given_ = host::take_inputs(invocation_->params, RunBlobs::from(invocation_->blobs.get()));
        return std::nullopt;
    } catch (const BlobError& error) {
        return not_called(function_.subject, error);
    }
}

std::int32_t IsolatedCall::log_level() const {
    for (std::int32_t level = OA_LOG_TRACE; level <= OA_LOG_ERROR; ++level) {
        if (observer_.wants(static_cast<core::TaskLogLevel>(level))) {
            return level;
        }
    }
    return OA_LOG_ERROR + 1;
}

void IsolatedCall::move_to(std::shared_ptr<CallPlace> place) {
    const std::lock_guard lock(mutex_);
    place_.swap(place);
}

template <typename Tell>
void IsolatedCall::observe(const Tell& tell) {
    std::unique_lock lock(mutex_);
    if (closed_) {
        return;
    }
    ++observing_;
    lock.unlock();
    tell();
    lock.lock();
    if (--observing_ == 0) {
        quiet_.notify_all();
    }
}

void IsolatedCall::log(core::TaskLogLevel level,
                       std::string_view message,
                       std::string_view fields) {
    observe([&] {
        if (observer_.wants(level)) {
            observer_.log(*invocation_, level, message, fields);
        }
    });
}

void IsolatedCall::progress(double fraction, std::string_view message) {
    observe([&] { observer_.progress(*invocation_, fraction, message); });
}

void IsolatedCall::close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    quiet_.wait(lock, [&] { return observing_ == 0; });
}

}  // namespace oa::host::isolation
