#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "tests/plugins/support/footprint.hpp"
#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

using std::chrono::steady_clock;

/// Waits until that holds; half a minute is a failure.
inline void await(const std::function<bool()>& condition) {
    const auto end = steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
        if (steady_clock::now() > end) {
            ADD_FAILURE() << "what the test waits for does not happen";
            return;
        }
        std::this_thread::yield();
    }
}

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
    /// Writes and reads a thousand times, and fails every other time; see expect_nothing_left().
    void expect_nothing_left_of_rows(const char* what);
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
        FakeCall call({.params = params.dump()});
        steady_clock::time_point cancelled;
        std::thread canceller([&] {
            await(ready);
            cancelled = steady_clock::now();
            call.cancel();
        });
        reply = database.run(function, call);
        const auto ended = steady_clock::now();
        canceller.join();
        return std::chrono::duration_cast<std::chrono::milliseconds>(ended - cancelled);
    }
};

}  // namespace oa::test
