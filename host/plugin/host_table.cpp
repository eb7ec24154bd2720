#include "host/plugin/host_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <optional>
#include <span>
#include <utility>

#include <boost/json/object.hpp>

#include "core/json/json.hpp"
#include "host/blob/call_blobs.hpp"
#include "host/plugin/call_context.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "host/plugin/loaded_module.hpp"

namespace oa::host {
namespace {

constexpr std::size_t log_bytes_max = 65536;
constexpr std::size_t progress_bytes_max = 1024;
// Tells a call that has ended: nothing more is wanted of it.
constexpr std::int32_t ended = OA_CANCELLED;
constexpr std::uint64_t token_of_no_callback = ~std::uint64_t{0};

const ModuleHost& of(const oa_host* host) {
    return static_cast<const ModuleHost&>(*host);
}

void count_misbehaviour(const oa_host* host) {
    // The table is const for the plug-in only; the host made it.
    const_cast<ModuleHost&>(of(host)).misbehaviours.fetch_add(1);  // NOLINT
}

std::string_view text_of(const char* text, std::size_t length) {
    return text == nullptr ? std::string_view{} : std::string_view(text, length);
}

core::TaskLogLevel level_of(std::int32_t level) {
    return static_cast<core::TaskLogLevel>(std::clamp(level, OA_LOG_TRACE, OA_LOG_ERROR));
}

const void* get_extension(const oa_host* host, const char* id) noexcept {
    if (id == nullptr) {
        return nullptr;
    }
    const std::string_view wanted = id;
    for (const HostExtension& extension : of(host).services.extensions) {
        if (extension.id == wanted) {
            return extension.table;
        }
    }
    return nullptr;
}

/// The fields, if they are what they must be; otherwise nothing.
std::string_view checked_fields(const oa_host* host, std::string_view fields) {
    if (fields.empty()) {
        return {};
    }
    try {
        if (fields.size() <= log_bytes_max && core::parse_json(fields).is_object()) {
            return fields;
        }
    } catch (const core::JsonError&) {
        // Counted below.
    }
    count_misbehaviour(host);
    return {};
}

void log(const oa_host* host,
         oa_call* call,
         std::int32_t level,
         const char* message,
         std::size_t message_len,
         const char* fields,
         std::size_t fields_len) noexcept {
    try {
        const auto own_level = level_of(level);
        const auto text = clean_utf8(text_of(message, message_len), log_bytes_max);
        const auto own_fields = checked_fields(host, text_of(fields, fields_len));
        if (call == nullptr) {
            if (const auto& sink = of(host).services.log; sink && sink->wants(own_level)) {
                sink->log(of(host).module, own_level, text, own_fields);
            }
            return;
        }
        LockedCall locked(call);
        if (!locked) {
            return;
        }
        locked.observe([&](const CallContext& context) {
            if (context.observer().wants(own_level)) {
                context.observer().log(context.invocation(), own_level, text, own_fields);
            }
        });
    } catch (...) {
        // Out of memory: a line is lost, and the plug-in must not notice.
        count_misbehaviour(host);
    }
}

std::int32_t log_enabled(const oa_host* host, oa_call* call, std::int32_t level) noexcept {
    const auto own_level = level_of(level);
    if (call != nullptr) {
        const LockedCall locked(call);
        return locked && locked->observer().wants(own_level) ? 1 : 0;
    }
    const auto& sink = of(host).services.log;
    return sink && sink->wants(own_level) ? 1 : 0;
}

const oa_call_info* info(oa_call* call) noexcept {
    static constexpr oa_call_info nothing{sizeof(oa_call_info), 1, "", "", "", "", "", "", ""};
    const LockedCall locked(call);
    return locked ? &locked->info() : &nothing;
}

void params(oa_call* call, const char** json, std::size_t* len) noexcept {
    const LockedCall locked(call);
    const std::string_view text = locked ? locked->params() : "{}";
    if (json != nullptr) {
        *json = text.data();
    }
    if (len != nullptr) {
        *len = text.size();
    }
}

std::int32_t blob_in(oa_call* call,
                     std::uint32_t index,
                     const void** data,
                     std::size_t* len) noexcept {
    std::optional<std::span<const std::byte>> bytes;
    {
        const LockedCall locked(call);
        if (locked && locked->blobs()) {
            bytes = locked->blobs()->input(index);
        }
    }
    if (data != nullptr) {
        *data = bytes ? bytes->data() : nullptr;
    }
    if (len != nullptr) {
        *len = bytes ? bytes->size() : 0;
    }
    return bytes ? OA_OK : OA_NOT_FOUND;
}

/// Reads an output without holding the call: a long one takes its time.
struct ReadOutput {
    boost::json::value value;
    std::string problem;
};
ReadOutput read_output(std::string_view text) {
    ReadOutput out;
    if (text == "null") {
        return out;
    }
    if (text == "{}") {
        out.value.emplace_object();
        return out;
    }
    try {
        out.value = core::parse_json(text);
    } catch (const core::JsonError& error) {
        out.problem = error.what();
    }
    return out;
}

std::int32_t result(oa_call* call, const char* json, std::size_t len) noexcept {
    try {
        std::size_t bytes_max = 0;
        {
            const LockedCall locked(call);
            if (!locked) {
                return ended;
            }
            bytes_max = locked->limits().output_bytes_max;
        }
        const bool fits = len <= bytes_max;
        auto output = fits ? read_output(text_of(json, len)) : ReadOutput{};
        const LockedCall locked(call);
        if (!locked) {
            return ended;
        }
        const std::string& subject = locked->function().subject;
        if (!fits) {
            locked->set_output_problem(
                {.code = "exhausted",
                 .message =
                     subject + " gave an output of " + std::to_string(len) +
                     " bytes; the limit is " + std::to_string(bytes_max) +
                     ". Give large data as a blob, or write it to a file and give its path"});
            return OA_EXHAUSTED;
        }
        if (!output.problem.empty()) {
            locked->set_output_problem(
                {.code = "internal",
                 .message = subject + " gave an output that is not JSON: " + output.problem});
            return OA_INVALID_PARAMS;
        }
        locked->set_output(std::move(output.value));
        return OA_OK;
    } catch (...) {
        return OA_EXHAUSTED;
    }
}

/// Makes an output blob and fills it with `fill(memory)`, both without holding the call, as that
/// takes its time. Nothing when there is no room, or when the call has ended.
template <typename Fill>
std::optional<CallBlobs::Output> make_blob(oa_call* call, std::size_t size, const Fill& fill) {
    std::shared_ptr<CallBlobs> blobs;
    {
        const LockedCall locked(call);
        if (!locked || !locked->blobs() || !locked->count_blob(size)) {
            return std::nullopt;
        }
        blobs = locked->blobs();
    }
    std::optional<CallBlobs::Output> out;
    std::string problem;
    try {
        out = blobs->allocate(size);
        fill(out->memory);
    } catch (const std::exception& error) {
        problem = error.what();
    }
    const LockedCall locked(call);
    if (!locked) {
        return std::nullopt;
    }
    if (!out) {
        locked->blob_failed(size, std::move(problem));
    }
    return out;
}

void* blob_alloc(oa_call* call, std::size_t len, std::uint32_t* index) noexcept {
    if (index == nullptr) {
        return nullptr;
    }
    try {
        const auto made = make_blob(call, len, [](std::span<std::byte>) {});
        *index = made ? made->index : 0;
        return made ? made->memory.data() : nullptr;
    } catch (...) {
        return nullptr;
    }
}

/// Gives memory back that has been copied.
void release_given(const oa_call* call, void(OA_CALL* release)(void* user), void* user) noexcept {
    try {
        release(user);
    } catch (...) {
        // The contract forbids it, and the blob is there.
        const LockedCall locked(call);
        if (locked) {
            locked->function().owner->host().misbehaviours.fetch_add(1);
        }
    }
}

std::int32_t blob_give(oa_call* call,
                       const void* data,
                       std::size_t len,
                       void(OA_CALL* release)(void* user),
                       void* user,
                       std::uint32_t* index) noexcept {
    try {
        if (!LockedCall(call)) {
            return ended;
        }
        if (index == nullptr || release == nullptr || (data == nullptr && len != 0)) {
            return OA_INVALID_PARAMS;
        }
        // Copied at once: what the plug-in keeps could change, cannot be passed to another process,
        // and would have to be given back before the module stops.
        const auto made = make_blob(call, len, [&](std::span<std::byte> memory) {
            if (len != 0) {
                std::memcpy(memory.data(), data, len);
            }
        });
        *index = made ? made->index : 0;
        if (!made) {
            return LockedCall(call) ? OA_EXHAUSTED : ended;
        }
    } catch (...) {
        return OA_EXHAUSTED;
    }
    release_given(call, release, user);
    return OA_OK;
}

void fail(oa_call* call, const oa_error* error) noexcept {
    try {
        std::optional<ReportedError> copy;
        if (error != nullptr) {
            copy = copy_error(*error);
        }
        const LockedCall locked(call);
        if (locked) {
            // Even without words it is a failure.
            locked->set_error(std::move(copy).value_or(ReportedError{}));
        }
    } catch (...) {
        // Out of memory: what run() returns has to do.
        return;
    }
}

std::int32_t cancelled(oa_call* call) noexcept {
    const auto reference = from_handle(call);
    const bool open =
        reference.slot != nullptr && reference.slot->state.load() == reference.generation << 1U;
    return open ? 0 : 1;
}

std::int64_t remaining_ms(oa_call* call) noexcept {
    const LockedCall locked(call);
    if (!locked) {
        return 0;
    }
    const auto deadline = locked->invocation().deadline;
    if (!deadline) {
        return -1;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        *deadline - std::chrono::steady_clock::now());
    return std::max<std::int64_t>(left.count(), 0);
}

std::uint64_t on_cancel(oa_call* call, void(OA_CALL* fn)(void* user), void* user) noexcept {
    if (fn == nullptr) {
        return token_of_no_callback;
    }
    try {
        const LockedCall locked(call);
        if (locked) {
            if (const auto token = locked->add_callback(fn, user)) {
                return *token;
            }
        }
    } catch (...) {
        // Out of memory: told of the cancellation now, the plug-in at least never waits in vain.
        fn(user);
        return token_of_no_callback;
    }
    // Cancelled, or over: the callback is due at once, outside of every lock.
    fn(user);
    return token_of_no_callback;
}

void off_cancel(oa_call* call, std::uint64_t token) noexcept {
    const auto reference = from_handle(call);
    // 0 is no token of a callback, but stands for "none is running".
    if (reference.slot == nullptr || token == 0) {
        return;
    }
    CallSlot& slot = *reference.slot;
    std::unique_lock lock(slot.mutex);
    if (slot.context != nullptr && slot.generation() == reference.generation) {
        slot.context->remove_callback(token);
    }
    slot.quiet.wait(lock, [&] { return slot.running_token != token; });
}

void progress(oa_call* call,
              double fraction,
              const char* message,
              std::size_t message_len) noexcept {
    try {
        const auto text = clean_utf8(text_of(message, message_len), progress_bytes_max);
        const double known = std::isnan(fraction) ? -1.0 : std::min(fraction, 1.0);
        LockedCall locked(call);
        if (!locked) {
            return;
        }
        locked.observe([&](const CallContext& context) {
            context.observer().progress(context.invocation(), known, text);
        });
    } catch (...) {
        // Out of memory: one step of progress is not shown.
        return;
    }
}

constexpr oa_host table{
    .struct_size = sizeof(oa_host),
    .abi = OA_ABI_VERSION,
    .name = "oa",
    .version = OA_HOST_VERSION,
    .get_extension = get_extension,
    .log = log,
    .log_enabled = log_enabled,
    .info = info,
    .params = params,
    .blob_in = blob_in,
    .result = result,
    .blob_alloc = blob_alloc,
    .blob_give = blob_give,
    .fail = fail,
    .cancelled = cancelled,
    .remaining_ms = remaining_ms,
    .on_cancel = on_cancel,
    .off_cancel = off_cancel,
    .progress = progress,
};

}  // namespace

ModuleHost::ModuleHost(std::string module_name, HostServices host_services)
    : oa_host(table), module(std::move(module_name)), services(std::move(host_services)) {}

}  // namespace oa::host
