#pragma once

// Where calls of the host enter a plug-in. Nothing that is thrown gets past the functions here.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#if defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

#include "oa/call.hpp"
#include "oa/error.hpp"
#include "oa/json.hpp"
#include "oa/plugin.h"

namespace oa {
inline namespace v1 {
namespace detail {

inline constexpr std::uint32_t abi_version = (std::uint32_t{OA_ABI_MAJOR} << 16U) | OA_ABI_MINOR;
inline constexpr std::uint32_t abi_min_version =
    (std::uint32_t{OA_ABI_MAJOR} << 16U) | OA_ABI_MIN_MINOR;

/// Text that is valid UTF-8; only what is not gets copied into `storage`.
[[nodiscard]] inline std::string_view utf8(std::string_view text, std::string& storage) {
    if (is_utf8(text)) {
        return text;
    }
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        storage += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(at, length);
        at += std::max<std::size_t>(length, 1);
    }
    return storage;
}

[[nodiscard]] inline oa_error make_error(ErrorCode code,
                                         std::string_view message,
                                         Retry retry = Retry::Unknown) noexcept {
    oa_error error{};
    error.struct_size = sizeof(oa_error);
    error.code = static_cast<std::int32_t>(code);
    error.message = message.data();
    error.message_len = message.size();
    error.retry = static_cast<std::uint32_t>(retry);
    return error;
}

/// Tells `report` what was thrown; returns the status. `Report` takes an oa_error whose texts live
/// until it returns, and does not throw.
template <typename Report>
[[nodiscard]] std::int32_t report_error(const Error& failure, const Report& report) {
    std::string storage;
    oa_error error = make_error(failure.code(), utf8(failure.what(), storage), failure.retry());
    const std::string details = failure.details().is_null() ? "" : failure.details().dump();
    if (!failure.pointer().empty()) {
        error.pointer = failure.pointer().data();
        error.pointer_len = failure.pointer().size();
    }
    if (!details.empty()) {
        error.details = details.data();
        error.details_len = details.size();
    }
    constexpr std::int64_t delay_max = std::numeric_limits<std::uint32_t>::max();
    error.retry_after_ms = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(failure.retry_after().count(), 0, delay_max));
    report(error);
    return error.code;
}

/// Runs `body` and turns whatever it throws into a status and a report.
template <typename Body, typename Report>
[[nodiscard]]
#if defined(__GNUC__) && !defined(__clang__)
// A forced unwind carries no object, so that the handler's reference is null by design.
[[gnu::no_sanitize("null")]]
#endif
std::int32_t
guard(const Body& body, const Report& report) noexcept {
    const auto fail = [&](const oa_error& error) {
        report(error);
        return error.code;
    };
    try {
        try {
            body();
            return OA_OK;
        } catch (const Error& error) {
            return report_error(error, report);
        } catch (const std::bad_alloc&) {
            throw;
        } catch (const std::exception& error) {
            return report_error(Error(ErrorCode::Internal, error.what()), report);
        }
    } catch (const std::bad_alloc&) {
        return fail(make_error(ErrorCode::Exhausted, "there is not enough memory", Retry::Yes));
    }
#if defined(__GLIBCXX__)
    catch (const abi::__forced_unwind&) {
        // Somebody cancelled this thread. Going on is not possible, and unwinding into the host
        // is not allowed.
        static_cast<void>(std::fputs("oa: a thread that runs a plug-in was cancelled\n", stderr));
        std::abort();
    }
#endif
    catch (...) {
        return fail(make_error(ErrorCode::Internal, "unknown exception"));
    }
}

template <typename Body>
[[nodiscard]] std::int32_t guard_call(const oa_host* host,
                                      oa_call* call,
                                      const Body& body) noexcept {
    return guard(
        [&] {
            Call wrapped(*host, *call);
            if constexpr (std::is_void_v<decltype(body(wrapped))>) {
                body(wrapped);
            } else {
                wrapped.result(body(wrapped));
            }
        },
        [&](const oa_error& error) { host->fail(call, &error); });
}

/// The state of a module, for handlers that take (T&, Call&).
template <typename T>
struct Instance {
    explicit Instance(const oa_host& raw_host, const Json& config)
        : host(raw_host), state(make(host, config)) {}

    static T make(const Host& host, const Json& config) {
        if constexpr (std::is_constructible_v<T, const Host&, const Json&>) {
            return T(host, config);
        } else if constexpr (std::is_constructible_v<T, const Host&>) {
            return T(host);
        } else {
            return T();
        }
    }

    static std::int32_t OA_CALL create(const oa_host* host,
                                       const char* config,
                                       std::size_t config_len,
                                       oa_instance** instance,
                                       oa_error* error) noexcept;
    static std::int32_t OA_CALL start(oa_instance* instance, oa_error* error) noexcept;
    static void OA_CALL stop(oa_instance* instance) noexcept;
    static void OA_CALL destroy(oa_instance* instance) noexcept { delete from(instance); }

    static Instance* from(oa_instance* instance) noexcept {
        return static_cast<Instance*>(static_cast<void*>(instance));
    }

    Host host;
    T state;
};

/// Cuts UTF-8 text to a buffer.
template <std::size_t Size>
[[nodiscard]] std::string_view copy_text(std::array<char, Size>& buffer,
                                         const char* text,
                                         std::size_t length) noexcept {
    std::size_t size = std::min(length, Size);
    while (size < length && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
        --size;
    }
    std::copy_n(text, size, buffer.data());
    return {buffer.data(), size};
}

/// Fills the host's oa_error. The host reads it after `create` or `start` has returned, so the
/// texts stay in buffers of the thread.
inline void keep_error(const oa_error& from, oa_error* to) noexcept {
    // Aligned as the data that linkers place after them: mold 1.10 begins the read-only part at
    // these even where that is before its segment, and the host refuses such a file.
    alignas(16) thread_local std::array<char, 1024> message;
    alignas(16) thread_local std::array<char, 256> pointer;
    if (to == nullptr) {
        return;
    }
    const std::string_view kept = copy_text(message, from.message, from.message_len);
    to->code = from.code;
    to->message = kept.data();
    to->message_len = kept.size();
    to->retry = from.retry;
    to->retry_after_ms = from.retry_after_ms;
    if (from.pointer != nullptr && from.pointer_len <= pointer.size()) {
        to->pointer = copy_text(pointer, from.pointer, from.pointer_len).data();
        to->pointer_len = from.pointer_len;
    }
}

template <typename T>
std::int32_t OA_CALL Instance<T>::create(const oa_host* host,
                                         const char* config,
                                         std::size_t config_len,
                                         oa_instance** instance,
                                         oa_error* error) noexcept {
    return guard(
        [&] {
            Json json = Json::object();
            if (config_len > 0) {
                try {
                    json = Json::parse({config, config_len});
                } catch (const JsonError& wrong) {
                    throw invalid_params(
                        "", std::string("the configuration is not JSON: ") + wrong.what());
                }
            }
            auto made = [&] {
                try {
                    return std::make_unique<Instance>(*host, json);
                } catch (const JsonError& wrong) {  // from config.get<int>("port")
                    throw invalid_params(
                        wrong.pointer(),
                        "the configuration at \"" + wrong.pointer() + "\": " + wrong.what());
                }
            }();
            *instance = static_cast<oa_instance*>(static_cast<void*>(made.release()));
        },
        [&](const oa_error& from) { keep_error(from, error); });
}

template <typename T>
std::int32_t OA_CALL Instance<T>::start(oa_instance* instance, oa_error* error) noexcept {
    Instance& self = *from(instance);
    return guard(
        [&] {
            if constexpr (requires { self.state.start(); }) {
                self.state.start();
            }
        },
        [&](const oa_error& why) { keep_error(why, error); });
}

template <typename T>
void OA_CALL Instance<T>::stop(oa_instance* instance) noexcept {
    Instance& self = *from(instance);
    static_cast<void>(guard(
        [&] {
            if constexpr (requires { self.state.stop(); }) {
                self.state.stop();
            }
        },
        [&](const oa_error& error) {
            self.host.log().error({error.message, error.message_len});
        }));
}

template <auto Handler>
std::int32_t OA_CALL run_plain(oa_instance*, const oa_host* host, oa_call* call) noexcept {
    return guard_call(host, call, Handler);
}

template <auto Handler, typename T>
std::int32_t OA_CALL run_with_state(oa_instance* instance,
                                    const oa_host* host,
                                    oa_call* call) noexcept {
    return guard_call(host, call, [instance](Call& wrapped) {
        if (instance == nullptr) {
            throw internal("the module has no state: its oa::Module lacks .lifecycle");
        }
        return Handler(Instance<T>::from(instance)->state, wrapped);
    });
}

template <typename Result, typename T>
std::remove_const_t<T> state_of(Result (*)(T&, Call&));

template <auto Handler>
[[nodiscard]] consteval decltype(oa_function::run) entry_of() {
    if constexpr (std::is_convertible_v<decltype(Handler), decltype(oa_function::run)>) {
        return Handler;
    } else if constexpr (std::is_invocable_v<decltype(Handler), Call&>) {
        return run_plain<Handler>;
    } else {
        return run_with_state<Handler, decltype(state_of(Handler))>;
    }
}

}  // namespace detail
}  // namespace v1
}  // namespace oa
