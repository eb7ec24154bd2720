#include "host/plugin/call_context.hpp"

#include <cassert>
#include <utility>

#include "host/blob/blob_references.hpp"
#include "host/blob/run_call_blobs.hpp"

namespace oa::host {
namespace {

constexpr std::string_view exhausted = "exhausted";  // the contract's word

}  // namespace

CallContext::CallContext(std::shared_ptr<const core::Invocation> invocation,
                         core::CallObserver& observer,
                         const CallLimits& limits,
                         std::shared_ptr<CallBlobs> blobs)
    : invocation_(std::move(invocation)),
      observer_(observer),
      // Every FunctionInfo that a PluginRegistry hands out is one.
      function_(static_cast<const LoadedFunction&>(*invocation_->function)),
      limits_(limits),
      slot_(acquire_slot()),
      blobs_(std::move(blobs)) {
    assert(invocation_->function != nullptr);
    info_ = {.struct_size = sizeof(oa_call_info),
             .attempt = invocation_->attempt,
             .run_id = invocation_->run_id.c_str(),
             .workflow = invocation_->workflow.c_str(),
             .task = invocation_->task.c_str(),
             .module_name = invocation_->module_name.c_str(),
             .function_name = invocation_->function_name.c_str(),
             .idempotency_key = invocation_->idempotency_key.c_str(),
             .function = function_.function.c_str()};
    const std::lock_guard lock(slot_.mutex);
    generation_ = slot_.generation() + 1;
    slot_.state.store(generation_ << 1U);
    slot_.context = this;
    slot_.last_host = &function_.owner->host();
    slot_.abandoned = false;
}

CallContext::~CallContext() {
    close(Waiting::ForObserver, false);
    release_slot(slot_);
}

void CallContext::cancel() {
    std::unique_lock lock(slot_.mutex);
    if (slot_.context != this || cancelled()) {
        return;
    }
    slot_.state.store((generation_ << 1U) | 1U);
    while (!callbacks_.empty()) {
        const Callback callback = callbacks_.front();
        callbacks_.erase(callbacks_.begin());
        slot_.running_token = callback.token;
        lock.unlock();
        call_plugin(callback.fn, callback.user);
        lock.lock();
        slot_.running_token = 0;
        slot_.quiet.notify_all();
    }
    lock.unlock();
    function_.owner->gate().wake();
}

void CallContext::abandon() {
    abandoned_ = true;
    close(Waiting::ForObserver, true);
    function_.owner->gate().wake();
}

void CallContext::close(Waiting waiting, bool abandoned) {
    std::unique_lock lock(slot_.mutex);
    if (slot_.context == this) {
        slot_.context = nullptr;
        slot_.abandoned = abandoned;
        slot_.state.store((generation_ + 1) << 1U);
        callbacks_.clear();
    }
    slot_.quiet.wait(lock, [&] {
        return slot_.observing == 0 &&
               (waiting == Waiting::ForObserver || slot_.running_token == 0);
    });
}

void CallContext::call_plugin(void(OA_CALL* fn)(void*), void* user) const noexcept {
    try {
        fn(user);
    } catch (...) {
        // The contract forbids it, and the call's outcome must not depend on it.
        function_.owner->host().misbehaviours.fetch_add(1);
    }
}

std::optional<core::Failure> CallContext::take_inputs() {
    if (blobs_) {
        return std::nullopt;
    }
    try {
        BlobParams given =
            host::take_inputs(invocation_->params, RunBlobs::from(invocation_->blobs.get()));
        params_ = std::move(given.text);
        blobs_ = std::make_shared<RunCallBlobs>(invocation_->blobs, std::move(given.inputs));
        return std::nullopt;
    } catch (const BlobError& error) {
        return not_called(function_.subject, error);
    }
}

core::Outcome CallContext::finish(std::int32_t status) {
    close(Waiting::ForObserverAndCallback, false);
    core::Outcome out;
    out.failure = failure_of(status);
    out.output = std::move(output_);
    if (blobs_ && !abandoned_) {
        name_blobs(out);
    }
    blobs_.reset();
    return out;
}

core::Outcome CallContext::finish_failed(core::Failure failure) {
    close(Waiting::ForObserverAndCallback, false);
    blobs_.reset();
    return {.output = nullptr, .failure = std::move(failure)};
}

std::optional<core::Failure> CallContext::failure_of(std::int32_t status) {
    if (output_problem_) {
        return std::move(output_problem_);
    }
    if (status != OA_OK || error_) {
        // A failure that was told counts even when OK is returned: success must never be guessed.
        core::Failure failure = make_failure(function_.subject, status, error_);
        if (failure.code == exhausted && !blob_problem_.empty()) {
            failure.message += " (" + blob_problem_ + ")";
        }
        return failure;
    }
    return std::nullopt;
}

void CallContext::name_blobs(core::Outcome& outcome) {
    try {
        blobs_->name_outputs(outcome.output);
    } catch (const BlobError& error) {
        // Where the call has failed anyway, that failure is the one to tell.
        outcome.output = nullptr;
        if (!outcome.failure) {
            outcome.failure = output_refused(function_.subject, error);
        }
    }
}

std::string_view CallContext::params() const {
    if (params_) {
        return *params_;
    }
    return invocation_->params ? std::string_view(*invocation_->params) : "{}";
}

void CallContext::set_output(boost::json::value output) {
    if (!output_broken_) {
        output_ = std::move(output);
        output_problem_.reset();
    }
}

void CallContext::set_output_problem(core::Failure problem) {
    if (!output_broken_) {
        output_ = nullptr;
        output_broken_ = problem.code == "internal";
        output_problem_ = std::move(problem);
    }
}

std::optional<std::uint64_t> CallContext::add_callback(void(OA_CALL* fn)(void*), void* user) {
    if (cancelled()) {
        return std::nullopt;
    }
    callbacks_.push_back({++slot_.last_token, fn, user});
    return slot_.last_token;
}

void CallContext::remove_callback(std::uint64_t token) {
    std::erase_if(callbacks_,
                  [token](const Callback& callback) { return callback.token == token; });
}

bool CallContext::count_blob(std::size_t size) {
    if (size > limits_.blob_bytes_max - blob_bytes_) {
        blob_problem_ = "a blob of " + std::to_string(size) + " bytes, after " +
                        std::to_string(blob_bytes_) + " bytes in others, exceeds the limit of " +
                        std::to_string(limits_.blob_bytes_max) +
                        " bytes for one call; pass larger data on in a file";
        return false;
    }
    blob_bytes_ += size;
    return true;
}

void CallContext::blob_failed(std::size_t size, std::string reason) {
    blob_bytes_ -= size;
    blob_problem_ = std::move(reason);
}

LockedCall::LockedCall(const oa_call* handle) {
    const auto reference = from_handle(handle);
    if (reference.slot == nullptr) {
        return;
    }
    slot_ = reference.slot;
    lock_ = std::unique_lock(slot_->mutex);
    const std::uint64_t current = slot_->generation();
    if (current == reference.generation && slot_->context != nullptr) {
        context_ = slot_->context;
    } else if (current == reference.generation + 1 && !slot_->abandoned &&
               slot_->last_host != nullptr) {
        slot_->last_host->misbehaviours.fetch_add(1);
    }
}

}  // namespace oa::host
