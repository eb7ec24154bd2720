#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

using std::chrono::steady_clock;

/// The plug-in, a connection to use, and a folder.
struct DatabaseFixture : ::testing::Test {
    TemporaryFolder folder;
    PluginHarness database{OA_PLUGIN_FILE};
    Json connection;

    Reply run(std::string_view function, Json params) {
        if (!params.contains("connection")) {
            params["connection"] = connection;
        }
        return database.run(function, params);
    }
    /// The output of a call that has to succeed.
    Json done(std::string_view function, Json params) {
        const Reply reply = run(function, std::move(params));
        EXPECT_EQ(reply.status, OA_OK) << reply.message << " " << reply.details;
        EXPECT_EQ(joined(reply.violations), "");
        return reply.json;
    }
    Json execute(const std::string& sql, Json params = {}) {
        return done("execute", {{"sql", sql}, {"params", std::move(params)}});
    }
    Json rows(const std::string& sql, Json params = {}) {
        return done(
            "query",
            {{"sql", sql}, {"params", std::move(params)}, {"row_format", "arrays"}})["rows"];
    }
    /// The only value of a query.
    Json value(const std::string& sql, Json params = {}) {
        const Json found = rows(sql, std::move(params));
        EXPECT_EQ(found.size(), 1U);
        return found.size() == 1 ? found.at(std::size_t{0}).at(std::size_t{0}) : Json();
    }
    /// Runs a call and cancels it once `ready()` says that it is under way. Returns how long it
    /// took from there to its end.
    template <typename Ready>
    std::chrono::milliseconds cancel_when(std::string_view function,
                                          Json params,
                                          Ready ready,
                                          Reply& reply) {
        if (!params.contains("connection")) {
            params["connection"] = connection;
        }
        const FakeCall call({.params = params.dump()});
        steady_clock::time_point cancelled;
        std::thread canceller([&] {
            while (!ready()) {
                std::this_thread::yield();
            }
            cancelled = steady_clock::now();
            const_cast<FakeCall&>(call).cancel();
        });
        reply = database.run(function, call);
        const auto ended = steady_clock::now();
        canceller.join();
        return std::chrono::duration_cast<std::chrono::milliseconds>(ended - cancelled);
    }
};

/// Calls `round(harness, i)` a thousand times after a few to warm up, and expects that neither
/// descriptors nor memory grow. The harness is made anew now and then, since it keeps what it has
/// seen of each call.
void expect_nothing_left(const char* what,
                         const std::function<void(PluginHarness& database, int i)>& round);

/// Numbers of this process: resident memory in KiB, and how many descriptors are open.
struct Footprint {
    long rss_kib = 0;
    std::size_t descriptors = 0;
};
[[nodiscard]] Footprint footprint();
/// Peak of the resident memory in KiB since reset_peak().
[[nodiscard]] long peak_rss_kib();
void reset_peak();

}  // namespace oa::test
