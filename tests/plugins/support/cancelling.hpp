#pragma once

#include <chrono>
#include <functional>
#include <string_view>
#include <thread>
#include <utility>

#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {

struct CancelledCall {
    Reply reply;
    std::chrono::milliseconds taken{};  ///< from the cancellation until the call returned
};

/// Runs a function on this thread and cancels it from another one as soon as `ready` says so; it is
/// asked again and again, for at most twenty seconds.
inline CancelledCall run_and_cancel(PluginHarness& plugin,
                                    std::string_view function,
                                    const oa::Json& params,
                                    const std::function<bool(const FakeCall&)>& ready) {
    using std::chrono::steady_clock;
    CallOptions options;
    options.params = params.dump();
    FakeCall call(std::move(options));
    steady_clock::time_point asked;
    std::thread canceller([&] {
        const auto patience = steady_clock::now() + std::chrono::seconds(20);
        while (!ready(call) && steady_clock::now() < patience) {
            std::this_thread::yield();
        }
        asked = steady_clock::now();
        call.cancel();
    });
    CancelledCall out;
    out.reply = plugin.run(function, call);
    const auto returned = steady_clock::now();
    canceller.join();
    out.taken = std::chrono::duration_cast<std::chrono::milliseconds>(returned - asked);
    return out;
}

}  // namespace oa::test
