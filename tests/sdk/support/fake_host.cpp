#include "tests/sdk/support/fake_host.hpp"

namespace oa::test {
namespace {

std::string text_of(const char* data, std::size_t length) {
    return data == nullptr ? std::string() : std::string(data, length);
}

oa::Json json_of(const char* data, std::size_t length) {
    return data == nullptr ? oa::Json() : oa::Json::parse({data, length});
}

}  // namespace

FakeCall::FakeCall(CallOptions options)
    : options_(std::move(options)), cancelled_(options_.cancelled) {
    info_ = {sizeof(oa_call_info), 2,         "run-1", "flow", "step", "mod", "fun",
             "run-1/step/1",       "function"};
}

void FakeCall::cancel() {
    const std::lock_guard running(running_callbacks_);
    std::map<std::uint64_t, Callback> callbacks;
    {
        const std::lock_guard lock(mutex_);
        cancelled_ = true;
        callbacks.swap(callbacks_);
    }
    for (const auto& [token, callback] : callbacks) {
        callback.fn(callback.user);
    }
}

bool FakeCall::has_callbacks() {
    const std::lock_guard lock(mutex_);
    return !callbacks_.empty();
}

FakeHost::FakeHost() {
    table_.self = this;
    table_.struct_size = sizeof(oa_host);
    table_.abi = OA_ABI_VERSION;
    table_.name = "fake";
    table_.version = "1.2.3";
    table_.get_extension = [](const oa_host* host, const char* id) -> const void* {
        const auto& known = of(host).extensions;
        const auto found = known.find(id);
        return found == known.end() ? nullptr : found->second;
    };
    fill_log();
    fill_values();
    fill_blobs();
    fill_cancellation();
}

void FakeHost::fill_log() noexcept {
    table_.log = [](const oa_host* host, oa_call* call, std::int32_t level, const char* message,
                    std::size_t message_len, const char* fields, std::size_t fields_len) {
        const std::lock_guard lock(of(host).mutex_);
        auto& lines = call == nullptr ? of(host).logs : FakeCall::of(call).reply.logs;
        lines.push_back({level, text_of(message, message_len), json_of(fields, fields_len)});
    };
    table_.log_enabled = [](const oa_host* host, oa_call*, std::int32_t level) -> std::int32_t {
        return level >= of(host).level_min ? 1 : 0;
    };
    table_.progress = [](oa_call* call, double fraction, const char* text, std::size_t length) {
        FakeCall& self = FakeCall::of(call);
        const std::lock_guard lock(self.mutex_);
        self.reply.progress.emplace_back(fraction, text_of(text, length));
    };
}

void FakeHost::fill_values() noexcept {
    table_.info = [](oa_call* call) -> const oa_call_info* { return &FakeCall::of(call).info_; };
    table_.params = [](oa_call* call, const char** json, std::size_t* length) {
        const std::string& params = FakeCall::of(call).options_.params;
        *json = params.c_str();
        *length = params.size();
    };
    table_.result = [](oa_call* call, const char* json, std::size_t length) -> std::int32_t {
        FakeCall& self = FakeCall::of(call);
        if (length > self.options_.output_max) {
            return OA_EXHAUSTED;
        }
        try {
            self.reply.output = oa::Json::parse({json, length});
        } catch (const oa::JsonError&) {
            return OA_INVALID_PARAMS;
        }
        return OA_OK;
    };
    table_.fail = [](oa_call* call, const oa_error* error) {
        Reply& reply = FakeCall::of(call).reply;
        reply.failed = true;
        reply.code = error->code;
        reply.message = text_of(error->message, error->message_len);
        reply.pointer = text_of(error->pointer, error->pointer_len);
        reply.details = json_of(error->details, error->details_len);
        reply.retry = error->retry;
        reply.retry_after_ms = error->retry_after_ms;
    };
}

void FakeHost::fill_blobs() noexcept {
    table_.blob_in = [](oa_call* call, std::uint32_t index, const void** data,
                        std::size_t* length) -> std::int32_t {
        const auto& blobs = FakeCall::of(call).options_.blobs;
        if (index >= blobs.size()) {
            return OA_NOT_FOUND;
        }
        *data = blobs[index].data();
        *length = blobs[index].size();
        return OA_OK;
    };
    table_.blob_alloc = [](oa_call* call, std::size_t length, std::uint32_t* index) -> void* {
        FakeCall& self = FakeCall::of(call);
        if (length > self.options_.blob_max) {
            return nullptr;
        }
        *index = static_cast<std::uint32_t>(self.out_blobs_.size());
        return self.out_blobs_.emplace_back(length, '\0').data();
    };
    table_.blob_give = [](oa_call* call, const void* data, std::size_t length,
                          void (*release)(void*), void* user,
                          std::uint32_t* index) -> std::int32_t {
        FakeCall& self = FakeCall::of(call);
        if (length > self.options_.blob_max) {
            return OA_EXHAUSTED;
        }
        *index = static_cast<std::uint32_t>(self.out_blobs_.size());
        self.out_blobs_.emplace_back(static_cast<const char*>(data), length);
        release(user);
        ++self.reply.released;
        return OA_OK;
    };
}

void FakeHost::fill_cancellation() noexcept {
    table_.cancelled = [](oa_call* call) -> std::int32_t {
        FakeCall& self = FakeCall::of(call);
        const std::lock_guard lock(self.mutex_);
        return self.cancelled_ ? 1 : 0;
    };
    table_.remaining_ms = [](oa_call* call) -> std::int64_t {
        return FakeCall::of(call).options_.remaining_ms;
    };
    table_.on_cancel = [](oa_call* call, void (*fn)(void*), void* user) -> std::uint64_t {
        FakeCall& self = FakeCall::of(call);
        std::unique_lock lock(self.mutex_);
        const std::uint64_t token = self.next_token_++;
        if (self.cancelled_) {
            lock.unlock();
            fn(user);
        } else {
            self.callbacks_[token] = {fn, user};
        }
        return token;
    };
    table_.off_cancel = [](oa_call* call, std::uint64_t token) {
        FakeCall& self = FakeCall::of(call);
        {
            const std::lock_guard lock(self.mutex_);
            self.callbacks_.erase(token);
        }
        const std::lock_guard not_running(self.running_callbacks_);
    };
}

Reply FakeHost::run(const oa_function& function, CallOptions options, oa_instance* instance) const {
    FakeCall call(std::move(options));
    return run(function, call, instance);
}

Reply FakeHost::run(const oa_function& function, FakeCall& call, oa_instance* instance) const {
    const std::int32_t status = function.run(instance, raw(), call.raw());
    call.reply.status = status;
    call.reply.blobs.assign(call.out_blobs_.begin(), call.out_blobs_.end());
    return call.reply;
}

}  // namespace oa::test
