#pragma once

// A host for the tests of a plug-in, in C++20 and with any test framework. It keeps what the
// plug-in says, lets a test play what may happen, and tells where the plug-in breaks the contract.
//
//     #include <oa/testing.hpp>
//
//     TEST(HelloTest, GreetsByName) {
//         oa::testing::FakeHost host;
//         const auto result = host.run("hello", R"({"who": "Ada"})");
//         EXPECT_EQ(result.json["greeting"], "Hello, Ada");
//         EXPECT_EQ(result.violations, std::vector<std::string>());
//     }
//
// The module under test, in C or C++, is linked into the test program: add its sources to it. Or it
// is loaded from its file, in whatever language it is written: FakeHost::load("./hello.so").

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#if !defined(_WIN32)
#include <dlfcn.h>
#endif

#include "oa/json.hpp"
#include "oa/plugin.h"

namespace oa {
inline namespace v1 {

/// So that test frameworks show a value.
inline std::ostream& operator<<(std::ostream& out, const Json& json) {
    return out << json.dump();
}

namespace testing {

struct LogLine {
    std::int32_t level = OA_LOG_INFO;  ///< OA_LOG_*
    std::string message;
    Json fields;  ///< null: none
};

struct Progress {
    double fraction = -1;
    std::string message;

    friend bool operator==(const Progress&, const Progress&) = default;
};

/// What a call left behind.
struct Result {
    /// How the host judges the call: OA_OK, or why it failed. It fails as well when the output was
    /// not JSON, when fail() was called although run() returned OA_OK, and OA_INTERNAL stands for
    /// any code that the contract does not know.
    std::int32_t code = OA_OK;
    std::int32_t status = OA_OK;  ///< what run() returned
    Json json;                    ///< the output; null without one

    // What fail() told; for a module that did not start, what create() or start() told.
    bool failed = false;  ///< whether it told anything
    std::string message;
    std::string pointer;
    Json details;
    std::uint32_t retry = OA_RETRY_UNKNOWN;
    std::uint32_t retry_after_ms = 0;

    std::vector<LogLine> logs;
    std::vector<Progress> progress;
    /// Made for the output, in that order. They are numbered after the blobs of the input, so that
    /// an output can name either.
    std::vector<std::string> blobs;
    std::uint32_t released = 0;  ///< how many of them were the plug-in's memory
    /// Where the plug-in broke the contract, one sentence each; empty when all is well. What it
    /// does after the call has ended is in FakeHost::violations().
    std::vector<std::string> violations;

    [[nodiscard]] bool ok() const noexcept { return code == OA_OK && violations.empty(); }
    friend std::ostream& operator<<(std::ostream& out, const Result& result);
};

/// What a function finds when it is called.
struct CallOptions {
    std::string params = "{}";
    std::vector<std::string> blobs = {};  ///< the input: parameters name them by {"$blob": index}
    /// The call is cancelled when this much time has passed since it was made.
    std::optional<std::chrono::milliseconds> deadline = {};
    /// What remaining_ms() tells, whatever the clock says; nothing is cancelled by it.
    std::optional<std::int64_t> remaining_ms = {};
    bool cancelled = false;  ///< from the beginning
    /// The call is cancelled by itself after cancelled() was asked that often.
    std::optional<std::uint32_t> cancel_after_polls = {};
    std::size_t output_max = std::size_t{16} << 20U;
    std::size_t blob_max = std::size_t{256} << 20U;  ///< of one output blob
    bool blob_alloc_fails = false;
    std::int32_t level_min = OA_LOG_TRACE;  ///< log lines below are dropped
    std::uint32_t attempt = 1;
    std::string run_id = "run-1";
    std::string workflow = "workflow";
    std::string task = "task";
    std::string module_name = "module";
    std::string function_name = "function";
    std::string function = {};  ///< empty: the same as function_name
    std::string idempotency_key = "run-1/task/1";
};

namespace detail {
class CallState;
}

/// One call, for tests that want to do something while it runs, such as cancelling it from another
/// thread:
///     oa::testing::FakeCall call({.params = R"({"seconds": 60})"});
///     std::thread canceller([&] { call.cancel(); });
///     const auto result = host.run("sleep", call);
class FakeCall {
public:
    explicit FakeCall(CallOptions options = {});

    /// Cancels it as the host does: any thread; runs the callbacks before it returns.
    void cancel();
    /// Whether somebody waits for its cancellation by on_cancel(). Any thread.
    [[nodiscard]] bool has_callbacks() const;
    /// For tests that call the plug-in, or parts of it, themselves.
    [[nodiscard]] oa_call* raw() const noexcept;
    /// What it has left behind so far; complete once it has run.
    [[nodiscard]] Result result() const;

private:
    friend class FakeHost;
    std::shared_ptr<detail::CallState> state_;
};

/// A host with one module, or with none. The settings hold for all calls that follow. Its members
/// are for one thread; the plug-in may use any.
class FakeHost {
public:
    /// With the module that is linked into the program. Throws std::runtime_error when it refuses
    /// this host.
    FakeHost() : FakeHost(&oa_module_entry_v1) {}
    /// With the module behind an entry; nullptr for a host without one, which runs an oa_function.
    explicit FakeHost(oa_module_entry_fn entry);
#if !defined(_WIN32)
    /// With the module of a shared library, which stays loaded until the program ends.
    [[nodiscard]] static FakeHost load(const std::string& path) {
        return FakeHost(open(path));
    }
#endif
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;
    /// Stops the module.
    ~FakeHost() {
        stop();
    }

    // ---- What may happen

    /// Everything about the calls that follow, in one go.
    FakeHost& options(CallOptions options);
    [[nodiscard]] CallOptions& options() noexcept {
        return options_;
    }
    FakeHost& with_blob(std::string bytes);
    FakeHost& deadline(std::chrono::milliseconds time);
    /// 0: the call is cancelled before it starts.
    FakeHost& cancel_after_polls(std::uint32_t polls);
    FakeHost& fail_blob_alloc();
    /// Drops log lines below a level, OA_LOG_*.
    FakeHost& log_level(std::int32_t level);
    /// What get_extension() finds; without it there are no extensions.
    FakeHost& extension(const std::string& id, const void* table);
    /// The configuration of the module, a JSON object; before it is started.
    FakeHost& config(std::string json);
    /// From now on the host is one of ABI 1.<minor>: its table ends where that version's does.
    /// Before the module is started. Throws std::runtime_error when the module needs a later one.
    FakeHost& old_host(std::uint32_t minor);

    // ---- The module

    /// Throw std::runtime_error without a module; function() also when it has none of that name or
    /// alias.
    [[nodiscard]] const oa_module& module() const;
    [[nodiscard]] const oa_function& function(std::string_view name) const;
    /// Calls create() and start(), unless that is done. run() by name does it as well.
    Result start();
    /// Calls stop() and destroy(), if it is started.
    void stop() noexcept;
    /// What create() gave.
    [[nodiscard]] oa_instance* instance() const noexcept {
        return instance_;
    }
    [[nodiscard]] const oa_host* raw() const noexcept {
        return &table_;
    }

    /// Runs a function of the module, to its end. `params` is JSON text of an object.
    Result run(std::string_view function, std::string_view params = "{}");
    template <std::same_as<Json> T>
    Result run(std::string_view function, const T& params) {
        return run(function, params.dump());
    }
    Result run(std::string_view function, const FakeCall& call);
    /// Runs any function; starts the module first where there is one. With a FakeCall the instance
    /// is up to the test.
    Result run(const oa_function& function, std::string_view params = "{}");
    Result run(const oa_function& function, const FakeCall& call, oa_instance* instance = nullptr);

    // ---- What the plug-in did

    /// What it logged for no call.
    [[nodiscard]] std::vector<LogLine> logs() const;
    /// Every violation so far: those of all calls, also after their end, and of no call.
    [[nodiscard]] std::vector<std::string> violations() const;

private:
    /// What plug-ins see, with the way back to the object.
    struct Table : oa_host {
        Table() noexcept : oa_host() {}
        FakeHost* self = nullptr;
    };
    static FakeHost& of(const oa_host* host) noexcept {
        return *static_cast<const Table*>(host)->self;
    }
#if !defined(_WIN32)
    static oa_module_entry_fn open(const std::string& path);
#endif
    static const void* OA_CALL get_extension(const oa_host* host, const char* id) noexcept;
    static void OA_CALL log(const oa_host* host,
                            oa_call* call,
                            std::int32_t level,
                            const char* message,
                            std::size_t message_len,
                            const char* fields,
                            std::size_t fields_len) noexcept;
    static std::int32_t OA_CALL log_enabled(const oa_host* host,
                                            oa_call* call,
                                            std::int32_t level) noexcept;
    void fill_table() noexcept;
    void enter_module(oa_module_entry_fn entry);
    void require_compatible() const;
    void report(const std::string& violation);

    Table table_;
    const oa_module* module_ = nullptr;
    oa_instance* instance_ = nullptr;
    bool started_ = false;
    CallOptions options_;
    std::string config_ = "{}";
    std::map<std::string, const void*, std::less<>> extensions_;

    mutable std::mutex mutex_;  // guards what follows; plug-ins may log on any thread
    std::vector<LogLine> logs_;
    std::vector<std::string> violations_;
    std::vector<std::shared_ptr<detail::CallState>> calls_;  // also the ended: they may be misused
};

}  // namespace testing
}  // namespace v1
}  // namespace oa

// clang-format off
#include "oa/detail/testing_call.ipp"
#include "oa/detail/testing_host.ipp"
// clang-format on
