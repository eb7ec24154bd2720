#include "host/kit/check/trial_host.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <exception>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "host/plugin/schema_extension.hpp"

namespace oa::host {
namespace {

constexpr std::size_t output_bytes_max = 1U << 20U;
constexpr std::size_t blob_bytes_max = 64U << 20U;
constexpr std::size_t poison_bytes = 64;

bool is_json(std::string_view text) {
    try {
        static_cast<void>(core::parse_json(text));
        return true;
    } catch (const core::JsonError&) {
        return false;
    }
}

std::string_view text_of(const char* text, std::size_t length) {
    return text == nullptr ? std::string_view{} : std::string_view(text, length);
}

}  // namespace

std::optional<std::string_view> status_word(std::int32_t status) {
    constexpr std::array<std::string_view, 13> words{
        "ok",         "cancelled",       "invalid_params", "deadline",     "not_found",
        "permission", "unauthenticated", "exhausted",      "precondition", "unavailable",
        "conflict",   "unimplemented",   "internal"};
    if (status < 0 || static_cast<std::size_t>(status) >= words.size()) {
        return std::nullopt;
    }
    return words.at(static_cast<std::size_t>(status));
}

TrialCall::TrialCall(TrialConditions conditions) : conditions_(std::move(conditions)) {
    cancelled_ = conditions_.cancelled;
    info_ = {.struct_size = sizeof(oa_call_info),
             .attempt = 1,
             .run_id = "check",
             .workflow = "check",
             .task = "check",
             .module_name = "check",
             .function_name = "check",
             .idempotency_key = "check/check",
             .function = "check"};
}

void TrialCall::cancel() {
    const std::lock_guard running(callbacks_running_);
    std::map<std::uint64_t, Callback> due;
    {
        const std::lock_guard lock(mutex_);
        if (over_ || cancelled_) {
            return;
        }
        cancelled_ = true;
        due.swap(callbacks_);
    }
    for (const auto& [token, callback] : due) {
        callback.fn(callback.user);
    }
}

// A host's table, the way back to its object behind it, and room for what a later version has.
struct TrialHost::Table {
    oa_host host{};
    std::array<unsigned char, poison_bytes> poison{};
    TrialHost* self = nullptr;
};

/// The functions of the table. It stands first in Table, so a pointer to one is a pointer to both.
struct TrialTable {
    static TrialHost& of(const oa_host* host) {
        return *reinterpret_cast<const TrialHost::Table*>(host)->self;
    }
    static TrialCall& of(oa_call* call) { return *reinterpret_cast<TrialCall*>(call); }

    // A call knows no host, and a process has one trial host at a time.
    static inline TrialHost* current = nullptr;

    static bool is_over(TrialCall& call, const char* what) {
        if (call.over_) {
            current->add_violation(std::string("calls ") + what + " after run() has returned");
        }
        return call.over_;
    }

    static const void* get_extension(const oa_host* host, const char* id) noexcept {
        if (id == nullptr) {
            of(host).add_violation("asks for an extension without an id");
            return nullptr;
        }
        const HostExtension schemas = schema_extension();
        return of(host).has_extensions_ && schemas.id == id ? schemas.table : nullptr;
    }

    static void log(const oa_host* host,
                    oa_call* call,
                    std::int32_t level,
                    const char* message,
                    std::size_t message_len,
                    const char* fields,
                    std::size_t fields_len) noexcept {
        if (call != nullptr) {
            TrialCall& own = of(call);
            const std::lock_guard lock(own.mutex_);
            if (is_over(own, "log()")) {
                return;
            }
        }
        if (level < OA_LOG_TRACE || level > OA_LOG_ERROR) {
            of(host).add_violation("logs with level " + std::to_string(level) +
                                   "; levels are 0 to 4");
        }
        if (!is_utf8(text_of(message, message_len))) {
            of(host).add_violation("logs a message that is not UTF-8");
        }
        const auto json = text_of(fields, fields_len);
        if (!json.empty() && (!is_json(json) || !core::parse_json(json).is_object())) {
            of(host).add_violation("logs fields that are no JSON object");
        }
    }

    static std::int32_t log_enabled(const oa_host*, oa_call* call, std::int32_t) noexcept {
        return call == nullptr || of(call).conditions_.log ? 1 : 0;
    }

    static const oa_call_info* info(oa_call* call) noexcept { return &of(call).info_; }

    static void params(oa_call* call, const char** json, std::size_t* len) noexcept {
        TrialCall& own = of(call);
        const std::lock_guard lock(own.mutex_);
        is_over(own, "params()");
        *json = own.conditions_.params.c_str();
        if (len != nullptr) {
            *len = own.conditions_.params.size();
        }
    }

    static std::int32_t blob_in(oa_call* call,
                                std::uint32_t,
                                const void** data,
                                std::size_t* len) noexcept {
        const std::lock_guard lock(of(call).mutex_);
        is_over(of(call), "blob_in()");
        *data = nullptr;
        *len = 0;
        return OA_NOT_FOUND;
    }

    static std::int32_t result(oa_call* call, const char* json, std::size_t len) noexcept {
        TrialCall& own = of(call);
        const std::lock_guard lock(own.mutex_);
        if (is_over(own, "result()")) {
            return OA_CANCELLED;
        }
        if (!own.conditions_.room_for_result || len > output_bytes_max) {
            own.reply_.refused_result = true;
            return OA_EXHAUSTED;
        }
        if (!is_json(text_of(json, len))) {
            current->add_violation("gives an output that is not JSON");
            return OA_INVALID_PARAMS;
        }
        own.reply_.output.assign(json, len);
        return OA_OK;
    }

    static void* blob_alloc(oa_call* call, std::size_t len, std::uint32_t* index) noexcept {
        TrialCall& own = of(call);
        const std::lock_guard lock(own.mutex_);
        if (is_over(own, "blob_alloc()")) {
            return nullptr;
        }
        if (!own.conditions_.memory || len > blob_bytes_max) {
            own.reply_.refused_memory = true;
            return nullptr;
        }
        own.blobs_.push_back(std::make_unique<char[]>(std::max<std::size_t>(len, 1)));
        *index = static_cast<std::uint32_t>(own.blobs_.size() - 1);
        return own.blobs_.back().get();
    }

    static std::int32_t blob_give(oa_call* call,
                                  const void*,
                                  std::size_t,
                                  void(OA_CALL* release)(void* user),
                                  void* user,
                                  std::uint32_t* index) noexcept {
        TrialCall& own = of(call);
        const std::lock_guard lock(own.mutex_);
        if (is_over(own, "blob_give()")) {
            return OA_CANCELLED;
        }
        if (!own.conditions_.memory) {
            own.reply_.refused_memory = true;
            return OA_EXHAUSTED;
        }
        own.given_.push_back({release, user});
        *index = static_cast<std::uint32_t>(own.given_.size() - 1);
        return OA_OK;
    }

    static void fail(oa_call* call, const oa_error* error) noexcept {
        TrialCall& own = of(call);
        const std::lock_guard lock(own.mutex_);
        if (is_over(own, "fail()")) {
            return;
        }
        if (error == nullptr || error->struct_size < offsetof(oa_error, pointer)) {
            current->add_violation("calls fail() with an error whose struct_size is not set");
            return;
        }
        own.reply_.code = error->code;
        own.reply_.message = text_of(error->message, error->message_len);
        if (OA_HAS(error, oa_error, pointer) && error->pointer_len > 0) {
            own.reply_.pointer = text_of(error->pointer, error->pointer_len);
        }
        check_error(own.reply_, *error);
    }

    static void check_error(const TrialReply& reply, const oa_error& error) {
        if (error.code == OA_OK || !status_word(error.code)) {
            current->add_violation("fails with code " + std::to_string(error.code) +
                                   ", which the contract does not know");
        }
        if (!is_utf8(reply.message)) {
            current->add_violation("fails with a message that is not UTF-8");
        }
        if (!reply.pointer.empty() && reply.pointer.front() != '/') {
            current->add_violation("gives '" + clean_utf8(reply.pointer, 64) +
                                   "' as a JSON Pointer; it has to begin with '/'");
        }
        if (OA_HAS(&error, oa_error, details)) {
            const auto details = text_of(error.details, error.details_len);
            if (!is_json(details) || !core::parse_json(details).is_object()) {
                current->add_violation("fails with details that are no JSON object");
            }
        }
    }

    static std::int32_t cancelled(oa_call* call) noexcept {
        const std::lock_guard lock(of(call).mutex_);
        return of(call).cancelled_ || of(call).over_ ? 1 : 0;
    }

    static std::int64_t remaining_ms(oa_call* call) noexcept {
        return of(call).conditions_.remaining_ms;
    }

    static std::uint64_t on_cancel(oa_call* call,
                                   void(OA_CALL* fn)(void* user),
                                   void* user) noexcept {
        TrialCall& own = of(call);
        std::uint64_t token = 0;
        {
            const std::lock_guard lock(own.mutex_);
            is_over(own, "on_cancel()");
            token = ++own.last_token_;
            if (!own.cancelled_ && !own.over_) {
                own.callbacks_.emplace(token, TrialCall::Callback{fn, user});
                return token;
            }
        }
        fn(user);
        return token;
    }

    static void off_cancel(oa_call* call, std::uint64_t token) noexcept {
        TrialCall& own = of(call);
        const std::lock_guard running(own.callbacks_running_);
        const std::lock_guard lock(own.mutex_);
        if (token == 0 || token > own.last_token_) {
            current->add_violation("gives off_cancel() a token that on_cancel() did not return");
        }
        own.callbacks_.erase(token);
    }

    static void progress(oa_call* call,
                         double fraction,
                         const char* message,
                         std::size_t message_len) noexcept {
        const std::lock_guard lock(of(call).mutex_);
        if (is_over(of(call), "progress()")) {
            return;
        }
        if (std::isnan(fraction) || fraction > 1.0) {
            current->add_violation("reports a progress above 1");
        }
        if (!is_utf8(text_of(message, message_len))) {
            current->add_violation("reports progress in a text that is not UTF-8");
        }
    }

    static oa_host make() {
        oa_host host{};
        host.struct_size = sizeof(oa_host);
        host.abi = OA_ABI_VERSION;
        host.name = "oa";
        host.version = "0.0.0";
        host.get_extension = get_extension;
        host.log = log;
        host.log_enabled = log_enabled;
        host.info = info;
        host.params = params;
        host.blob_in = blob_in;
        host.result = result;
        host.blob_alloc = blob_alloc;
        host.blob_give = blob_give;
        host.fail = fail;
        host.cancelled = cancelled;
        host.remaining_ms = remaining_ms;
        host.on_cancel = on_cancel;
        host.off_cancel = off_cancel;
        host.progress = progress;
        return host;
    }
};

void TrialHost::FreeTable::operator()(Table* table) const noexcept {
    std::unique_ptr<Table>(table).reset();
}

TrialHost::TrialHost() : table_(new Table) {
    table_->host = TrialTable::make();
    table_->poison.fill(0xA5);
    table_->self = this;
    TrialTable::current = this;
}

const oa_host* TrialHost::table() const {
    return &table_->host;
}

const oa_host* TrialHost::later_table() const {
    table_->host.struct_size = sizeof(oa_host) + poison_bytes;
    table_->host.abi = OA_ABI_MAJOR * 65536U + OA_ABI_HEADER_MINOR + 7;
    return &table_->host;
}

TrialCall& TrialHost::make_call(TrialConditions conditions) {
    const std::lock_guard lock(mutex_);
    return *calls_.emplace_back(std::make_unique<TrialCall>(std::move(conditions)));
}

TrialReply TrialHost::run(const oa_function& function,
                          oa_instance* instance,
                          TrialConditions conditions) {
    return run(function, instance, make_call(std::move(conditions)));
}

TrialReply TrialHost::run(const oa_function& function, oa_instance* instance, TrialCall& call) {
    std::int32_t status = OA_INTERNAL;
    try {
        status = function.run(instance, &table_->host, call.handle());
    } catch (const std::exception& error) {
        add_violation(std::string("throws an exception out of run(): ") +
                      clean_utf8(error.what(), 256));
    } catch (...) {
        add_violation("throws an exception of an unknown type out of run()");
    }
    // Waits for a cancellation that is calling back.
    const std::lock_guard running(call.callbacks_running_);
    std::vector<TrialCall::Given> given;
    TrialReply reply;
    {
        const std::lock_guard lock(call.mutex_);
        call.over_ = true;
        call.reply_.status = status;
        reply = call.reply_;
        given.swap(call.given_);
        call.blobs_.clear();
        if (!call.callbacks_.empty()) {
            add_violation("returns from run() without off_cancel() for its on_cancel()");
            call.callbacks_.clear();
        }
    }
    for (const auto& blob : given) {
        blob.release(blob.user);
    }
    if (!status_word(status)) {
        add_violation("returns status " + std::to_string(status) +
                      ", which the contract does not know");
    }
    return reply;
}

TrialReply TrialHost::run_once(const oa_function& function,
                               oa_instance* instance,
                               TrialConditions conditions) {
    TrialCall call(std::move(conditions));
    return run(function, instance, call);
}

std::vector<std::string> TrialHost::violations() const {
    const std::lock_guard lock(mutex_);
    return {violations_.begin(), violations_.end()};
}

void TrialHost::add_violation(std::string what) {
    const std::lock_guard lock(mutex_);
    if (violations_.size() < 16) {
        violations_.insert(std::move(what));
    }
}

}  // namespace oa::host
