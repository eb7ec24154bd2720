#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <version>

#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

#include "oa/duration.hpp"
#include "oa/error.hpp"
#include "oa/json.hpp"
#include "oa/plugin.h"

namespace oa {
inline namespace v1 {

enum class LogLevel : std::int32_t {
    Trace = OA_LOG_TRACE,
    Debug = OA_LOG_DEBUG,
    Info = OA_LOG_INFO,
    Warn = OA_LOG_WARN,
    Error = OA_LOG_ERROR,
};

/// Writes to the log of a task, or of the host. Any thread.
///     call.log().info("copied", {{"files", 3}});
class Logger {
public:
    Logger(const oa_host& host, oa_call* call) noexcept : host_(&host), call_(call) {}

    /// Ask before making a message or fields that cost something.
    [[nodiscard]] bool enabled(LogLevel level) const noexcept {
        return host_->log_enabled(host_, call_, static_cast<std::int32_t>(level)) != 0;
    }
    /// `fields` is an object, or null for none.
    void write(LogLevel level, std::string_view message, const Json& fields = {}) const {
        if (!enabled(level)) {
            return;
        }
        const std::string json = fields.is_null() ? std::string() : fields.dump();
        host_->log(host_, call_, static_cast<std::int32_t>(level), message.data(), message.size(),
                   json.empty() ? nullptr : json.data(), json.size());
    }
    void trace(std::string_view message, const Json& fields = {}) const {
        write(LogLevel::Trace, message, fields);
    }
    void debug(std::string_view message, const Json& fields = {}) const {
        write(LogLevel::Debug, message, fields);
    }
    void info(std::string_view message, const Json& fields = {}) const {
        write(LogLevel::Info, message, fields);
    }
    void warn(std::string_view message, const Json& fields = {}) const {
        write(LogLevel::Warn, message, fields);
    }
    void error(std::string_view message, const Json& fields = {}) const {
        write(LogLevel::Error, message, fields);
    }

private:
    const oa_host* host_;
    oa_call* call_;
};

/// The host, for a module that keeps state: valid from its constructor to its destructor. Any
/// thread.
class Host {
public:
    explicit Host(const oa_host& host) noexcept : host_(&host) {}

    /// For messages; never decide by it.
    [[nodiscard]] std::string_view name() const noexcept { return host_->name; }
    [[nodiscard]] std::string_view version() const noexcept { return host_->version; }
    /// The host's log, for what belongs to no call.
    [[nodiscard]] Logger log() const noexcept { return {*host_, nullptr}; }
    /// The table of an extension such as "oa.schema/1"; nullptr where the host has none.
    template <typename Table>
    [[nodiscard]] const Table* extension(const char* id) const noexcept {
        return static_cast<const Table*>(host_->get_extension(host_, id));
    }
    /// For functions of extensions, which take it.
    [[nodiscard]] const oa_host* raw() const noexcept { return host_; }

private:
    const oa_host* host_;
};

/// What a call is for. Valid until the function returns.
struct CallInfo {
    std::string_view run_id;
    std::string_view workflow;
    std::string_view task;
    std::string_view module_name;      ///< as the workflow wrote it
    std::string_view function_name;    ///< as the workflow wrote it
    std::string_view idempotency_key;  ///< the same for every attempt of one execution of a task
    std::uint32_t attempt = 1;         ///< 1 for the first
    std::string_view function;         ///< as the module declares it
};

/// Asks for `fn` when the call is cancelled: at most once, on any thread, at once if it already
/// is. It must be quick and not throw. After the destructor it is not running and never will.
template <typename Fn>
class CancelCallback {
public:
    CancelCallback(const oa_host& host, oa_call& call, Fn fn)
        : host_(&host), call_(&call), fn_(std::move(fn)) {
        token_ = host_->on_cancel(
            call_, [](void* self) { static_cast<CancelCallback*>(self)->fn_(); }, this);
    }
    CancelCallback(const CancelCallback&) = delete;
    CancelCallback& operator=(const CancelCallback&) = delete;
    ~CancelCallback() { host_->off_cancel(call_, token_); }

private:
    const oa_host* host_;
    oa_call* call_;
    Fn fn_;
    std::uint64_t token_ = 0;
};

/// Memory of the host to be filled, and how the output names it.
struct OutputBlob {
    std::span<std::byte> bytes;
    Json reference;  ///< goes into the output: {"$blob": 0}
};

/// One invocation of a function. Its members may be used on one thread at a time, log(),
/// progress(), cancelled(), check() and remaining() on any; none after the function has returned.
class Call {
public:
    Call(const oa_host& host, oa_call& call) noexcept : host_(&host), call_(&call) {}
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() = default;

    // ---- Parameters

    /// All parameters, an object.
    [[nodiscard]] const Json& params();
    /// A parameter as a T; missing, null or wrong: INVALID_PARAMS that tells what was expected.
    /// T may be bool, a number, std::string, std::string_view (valid as long as the Call),
    /// std::chrono::milliseconds, Json, std::optional or std::vector of these, or any type that has
    /// a JsonReader.
    template <typename T>
    [[nodiscard]] T param(std::string_view name);
    /// The same, but `fallback` where it is missing or null.
    template <typename T>
    [[nodiscard]] T param(std::string_view name, std::type_identity_t<T> fallback);
    /// The same, but nothing where it is missing or null.
    template <typename T>
    [[nodiscard]] std::optional<T> find_param(std::string_view name);
    /// The parameter itself; nullptr where it is missing (a null is there).
    [[nodiscard]] const Json* find_param(std::string_view name) { return params().find(name); }
    /// A parameter that is one of a few words:
    ///     call.choice<Mode>("mode", {{"fast", Mode::Fast}, {"safe", Mode::Safe}}, Mode::Safe)
    template <typename T>
    [[nodiscard]] T choice(std::string_view name,
                           std::initializer_list<std::pair<std::string_view, T>> choices,
                           std::optional<std::type_identity_t<T>> fallback = {});
    /// The bytes of input blob `index`. Valid until the function returns. NOT_FOUND.
    [[nodiscard]] std::span<const std::byte> blob(std::uint32_t index) const;
    /// The bytes of the blob that a parameter names as {"$blob": index}.
    [[nodiscard]] std::span<const std::byte> blob_param(std::string_view name);

    // ---- Output

    /// Sets the output; the last call wins. A handler that returns Json need not call it.
    /// EXHAUSTED over the host's limit.
    void result(const Json& output) { result_json(output.dump()); }
    /// The same from JSON text.
    void result_json(std::string_view json);
    /// Room for an output blob, the cheapest way to give one. EXHAUSTED.
    [[nodiscard]] OutputBlob alloc_blob(std::size_t size);
    /// Hands bytes over without a copy of our own; returns how the output names them. EXHAUSTED.
    [[nodiscard]] Json give_blob(std::string bytes) { return give(std::move(bytes)); }
    template <typename T>
    requires std::is_trivially_copyable_v<T>
    [[nodiscard]] Json give_blob(std::vector<T> items) { return give(std::move(items)); }

    // ---- While it runs

    [[nodiscard]] CallInfo info() const noexcept;
    [[nodiscard]] Logger log() const noexcept { return {*host_, call_}; }
    /// How far the call is, 0 to 1; negative when that is not known.
    void progress(double fraction, std::string_view message = {}) const noexcept {
        host_->progress(call_, fraction, message.empty() ? nullptr : message.data(),
                        message.size());
    }
    void progress(std::string_view message) const noexcept { progress(-1, message); }

    /// Whether the host wants the call to end. Costs nanoseconds.
    [[nodiscard]] bool cancelled() const noexcept { return host_->cancelled(call_) != 0; }
    /// Throws Cancelled once it does. Call it in every loop that may take a while.
    void check() const {
        if (cancelled()) {
            throw Cancelled();
        }
    }
    /// Time until the call is cancelled for lack of it; nothing when there is no limit.
    [[nodiscard]] std::optional<std::chrono::milliseconds> remaining() const noexcept {
        const std::int64_t left = host_->remaining_ms(call_);
        return left < 0 ? std::nullopt : std::optional(std::chrono::milliseconds(left));
    }
    /// Waits that long; throws Cancelled as soon as the call is cancelled.
    void wait_for(std::chrono::milliseconds duration) const;
    /// See CancelCallback: auto guard = call.on_cancel([&] { socket.close(); });
    template <typename Fn>
    [[nodiscard]] CancelCallback<Fn> on_cancel(Fn fn) const {
        return {*host_, *call_, std::move(fn)};
    }
#if defined(__cpp_lib_jthread)
    /// A token for std::condition_variable_any and std::stop_callback. Callbacks of the token keep
    /// the rules of CancelCallback.
    [[nodiscard]] std::stop_token stop_token();
#endif

    [[nodiscard]] Host host() const noexcept {
        return Host(*host_);
    }
    [[nodiscard]] const oa_host& raw_host() const noexcept {
        return *host_;
    }
    [[nodiscard]] oa_call& raw() const noexcept {
        return *call_;
    }

private:
    template <typename T>
    [[nodiscard]] static T convert(std::string_view name, const Json& value);
    template <typename Bytes>
    [[nodiscard]] Json give(Bytes bytes);

    const oa_host* host_;
    oa_call* call_;
    std::optional<Json> params_;
#if defined(__cpp_lib_jthread)
    struct Stopper {
        std::stop_source source;
        void operator()() const { source.request_stop(); }
    };
    std::optional<CancelCallback<Stopper>> stopper_;
    std::stop_token stop_token_{};
#endif
};

}  // namespace v1
}  // namespace oa

#include "oa/detail/call.ipp"
