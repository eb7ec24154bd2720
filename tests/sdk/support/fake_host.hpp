#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "oa/json.hpp"
#include "oa/plugin.h"

namespace oa {
inline namespace v1 {

/// For messages of failed expectations.
inline void PrintTo(const Json& json, std::ostream* out) {
    *out << json.dump();
}

}  // namespace v1
}  // namespace oa

namespace oa::test {

struct LogLine {
    std::int32_t level = 0;
    std::string message;
    oa::Json fields;
};

/// What a call left behind.
struct Reply {
    std::int32_t status = OA_OK;
    oa::Json output;
    bool failed = false;  ///< fail() was called
    std::int32_t code = OA_OK;
    std::string message;
    std::string pointer;
    oa::Json details;
    std::uint32_t retry = OA_RETRY_UNKNOWN;
    std::uint32_t retry_after_ms = 0;
    std::vector<LogLine> logs;
    std::vector<std::pair<double, std::string>> progress;
    std::vector<std::string> blobs;  ///< given or allocated, in the order of their indices
    std::uint32_t released = 0;      ///< of the blobs that were given
};

/// What the host is like while it runs a call.
struct CallOptions {
    std::string params = "{}";
    std::vector<std::string> blobs = {};
    std::int64_t remaining_ms = -1;
    bool cancelled = false;
    std::size_t output_max = 16U << 20U;
    std::size_t blob_max = 256U << 20U;
};

/// One call in the fake host.
class FakeCall {
public:
    explicit FakeCall(CallOptions options);
    FakeCall(const FakeCall&) = delete;
    FakeCall& operator=(const FakeCall&) = delete;
    ~FakeCall() = default;

    /// Cancels the call as the host does: on any thread; runs the callbacks before it returns.
    void cancel();
    [[nodiscard]] bool has_callbacks();

    [[nodiscard]] oa_call* raw() noexcept { return reinterpret_cast<oa_call*>(this); }
    static FakeCall& of(oa_call* call) noexcept { return *reinterpret_cast<FakeCall*>(call); }

    Reply reply;  ///< read it after the call has returned

private:
    friend class FakeHost;
    struct Callback {
        void (*fn)(void*) = nullptr;
        void* user = nullptr;
    };

    CallOptions options_;
    std::mutex mutex_;
    std::mutex running_callbacks_;
    bool cancelled_ = false;
    std::uint64_t next_token_ = 1;
    std::map<std::uint64_t, Callback> callbacks_;
    std::deque<std::string> out_blobs_;
    oa_call_info info_{};
};

/// The table of a host that keeps what plug-ins tell it.
class FakeHost {
public:
    FakeHost();
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;
    ~FakeHost() = default;

    [[nodiscard]] const oa_host* raw() const noexcept { return &table_; }

    /// Runs a function to its end.
    Reply run(const oa_function& function,
              CallOptions options,
              oa_instance* instance = nullptr) const;
    /// The same for a call that the test made, to cancel it meanwhile.
    Reply run(const oa_function& function, FakeCall& call, oa_instance* instance = nullptr) const;

    std::vector<LogLine> logs;  ///< of no call
    std::map<std::string, const void*> extensions;
    std::int32_t level_min = OA_LOG_TRACE;

private:
    /// What plug-ins see, with the way back to the object.
    struct Table : oa_host {
        Table() noexcept : oa_host() {}
        FakeHost* self = nullptr;
    };
    static FakeHost& of(const oa_host* host) noexcept {
        return *static_cast<const Table*>(host)->self;
    }
    void fill_log() noexcept;
    void fill_values() noexcept;
    void fill_blobs() noexcept;
    void fill_cancellation() noexcept;

    Table table_;
    std::mutex mutex_;
};

}  // namespace oa::test
