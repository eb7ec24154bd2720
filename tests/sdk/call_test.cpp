#include "oa/call.hpp"

#include <chrono>
#include <cstring>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "oa/testing.hpp"

namespace oa {
namespace {

using std::chrono::milliseconds;

/// The error that `body` throws; a failed test when it throws none.
template <typename Body>
Error thrown_by(const Body& body) {
    try {
        body();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return internal("nothing");
}

struct CallTest : ::testing::Test {
    testing::FakeHost host{nullptr};
};

/// A call on the fake host, for as long as a test.
struct TestCall {
    TestCall(testing::FakeHost& host, testing::CallOptions options)
        : fake(std::move(options)), call(*host.raw(), *fake.raw()) {}
    TestCall(testing::FakeHost& host, const std::string& params)
        : TestCall(host, testing::CallOptions{.params = params}) {}

    testing::FakeCall fake;
    Call call;
};

TEST_F(CallTest, ReadsTypedParameters) {
    TestCall test(host, R"({"who":"Ada","port":80,"wait":"2s","tags":["a"],"none":null})");

    EXPECT_EQ(test.call.param<std::string>("who"), "Ada");
    EXPECT_EQ(test.call.param<std::string_view>("who"), "Ada");
    EXPECT_EQ(test.call.param<std::uint16_t>("port"), 80);
    EXPECT_EQ(test.call.param<milliseconds>("wait", milliseconds(1)), milliseconds(2000));
    EXPECT_EQ(test.call.param<milliseconds>("missing", std::chrono::seconds(1)),
              milliseconds(1000));
    EXPECT_EQ(test.call.param<std::vector<std::string>>("tags").size(), 1U);
    EXPECT_EQ(test.call.param<int>("none", 3), 3);
    EXPECT_EQ(test.call.find_param<int>("none"), std::nullopt);
    EXPECT_EQ(test.call.find_param<int>("port"), 80);
    EXPECT_EQ(test.call.find_param("missing"), nullptr);
}

TEST_F(CallTest, NamesTheParameterThatIsWrong) {
    TestCall test(host, R"({"port":"x","tags":["a",2]})");

    const Error missing =
        thrown_by([&] { static_cast<void>(test.call.param<std::string>("who")); });
    EXPECT_EQ(missing.code(), ErrorCode::InvalidParams);
    EXPECT_EQ(missing.pointer(), "/who");
    EXPECT_STREQ(missing.what(), "parameter \"who\" is missing");

    const Error kind = thrown_by([&] { static_cast<void>(test.call.param<int>("port", 1)); });
    EXPECT_EQ(kind.pointer(), "/port");
    EXPECT_NE(std::string(kind.what()).find("found a string"), std::string::npos);

    const Error element = thrown_by(
        [&] { static_cast<void>(test.call.find_param<std::vector<std::string>>("tags")); });
    EXPECT_EQ(element.pointer(), "/tags/1");
}

TEST_F(CallTest, RefusesParametersThatAreNoObject) {
    for (const char* params : {"[]", "{", "", "{\"a\":1,\"a\":2}"}) {
        TestCall test(host, params);
        EXPECT_EQ(thrown_by([&] { static_cast<void>(test.call.params()); }).code(),
                  ErrorCode::InvalidParams);
    }
}

TEST_F(CallTest, ReadsAChoiceOfWords) {
    TestCall test(host, R"({"mode":"fast","bad":"slow"})");
    const auto choose = [&](std::string_view name, std::optional<int> fallback) {
        return test.call.choice<int>(name, {{"fast", 1}, {"safe", 2}}, fallback);
    };

    EXPECT_EQ(choose("mode", {}), 1);
    EXPECT_EQ(choose("missing", 2), 2);
    EXPECT_EQ(thrown_by([&] { choose("missing", {}); }).pointer(), "/missing");
    EXPECT_NE(std::string(thrown_by([&] { choose("bad", 2); }).what()).find("\"fast\", \"safe\""),
              std::string::npos);
}

TEST_F(CallTest, TellsWhatTheCallIsFor) {
    TestCall test(host,
                  testing::CallOptions{.attempt = 2, .function_name = "alias", .function = "name"});

    const CallInfo info = test.call.info();

    EXPECT_EQ(info.run_id, "run-1");
    EXPECT_EQ(info.workflow, "workflow");
    EXPECT_EQ(info.task, "task");
    EXPECT_EQ(info.module_name, "module");
    EXPECT_EQ(info.function_name, "alias");
    EXPECT_EQ(info.function, "name");
    EXPECT_EQ(info.attempt, 2U);
    EXPECT_EQ(info.idempotency_key, "run-1/task/1");
    EXPECT_EQ(test.call.host().name(), "fake");
    EXPECT_EQ(test.call.host().version(), "1.0.0");
}

TEST_F(CallTest, LogsWithFieldsAndNothingBelowTheLevel) {
    host.log_level(OA_LOG_INFO);
    TestCall test(host, testing::CallOptions{.level_min = OA_LOG_WARN});

    test.call.log().info("dropped");
    test.call.host().log().debug("dropped");
    test.call.log().warn("kept", {{"files", 3}});
    test.call.host().log().info("of the host");

    const auto logs = test.fake.result().logs;
    ASSERT_EQ(logs.size(), 1U);
    EXPECT_EQ(logs[0].level, OA_LOG_WARN);
    EXPECT_EQ(logs[0].message, "kept");
    EXPECT_EQ(logs[0].fields, (Json{{"files", 3}}));
    EXPECT_EQ(host.logs().size(), 1U);
}

TEST_F(CallTest, ReportsProgress) {
    TestCall test(host, "{}");

    test.call.progress(0.5, "half");
    test.call.progress("somewhere");

    const std::vector<testing::Progress> expected{{0.5, "half"}, {-1, "somewhere"}};
    EXPECT_EQ(test.fake.result().progress, expected);
}

TEST_F(CallTest, FindsExtensions) {
    const int table = 42;
    host.extension("oa.answer/1", &table);
    TestCall test(host, "{}");

    EXPECT_EQ(test.call.host().extension<int>("oa.answer/1"), &table);
    EXPECT_EQ(test.call.host().extension<int>("oa.other/1"), nullptr);
}

TEST_F(CallTest, ReadsInputBlobs) {
    TestCall test(host, testing::CallOptions{.params = R"({"image":{"$blob":1},"text":"x"})",
                                             .blobs = {"zero", "one"}});

    const auto bytes = test.call.blob_param("image");

    EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), "one");
    EXPECT_EQ(thrown_by([&] { static_cast<void>(test.call.blob(2)); }).code(), ErrorCode::NotFound);
    EXPECT_EQ(thrown_by([&] { static_cast<void>(test.call.blob_param("text")); }).pointer(),
              "/text");
}

TEST_F(CallTest, GivesOutputBlobs) {
    TestCall test(host, testing::CallOptions{.blob_max = 100});

    OutputBlob made = test.call.alloc_blob(3);
    std::memcpy(made.bytes.data(), "abc", 3);
    const Json given = test.call.give_blob(std::vector<std::uint16_t>{1, 2});

    EXPECT_EQ(made.reference, (Json{{"$blob", 0}}));
    EXPECT_EQ(given, (Json{{"$blob", 1}}));
    EXPECT_EQ(test.fake.result().released, 1U);
    EXPECT_EQ(thrown_by([&] { static_cast<void>(test.call.alloc_blob(101)); }).code(),
              ErrorCode::Exhausted);
    EXPECT_EQ(
        thrown_by([&] { static_cast<void>(test.call.give_blob(std::string(101, 'x'))); }).code(),
        ErrorCode::Exhausted);
}

TEST_F(CallTest, SaysThatAnOutputIsTooLarge) {
    TestCall test(host, testing::CallOptions{.output_max = 10});

    EXPECT_EQ(thrown_by([&] { test.call.result("0123456789"); }).code(), ErrorCode::Exhausted);
}

TEST_F(CallTest, NoticesCancellation) {
    TestCall test(host, testing::CallOptions{.remaining_ms = 250});
    EXPECT_FALSE(test.call.cancelled());
    EXPECT_NO_THROW(test.call.check());
    EXPECT_EQ(test.call.remaining(), milliseconds(250));

    test.fake.cancel();

    EXPECT_TRUE(test.call.cancelled());
    EXPECT_THROW(test.call.check(), Cancelled);
    EXPECT_EQ(TestCall(host, "{}").call.remaining(), std::nullopt);
}

TEST_F(CallTest, WaitsAtMostAsLongAsAsked) {
    TestCall test(host, "{}");

    EXPECT_NO_THROW(test.call.wait_for(milliseconds(1)));
    EXPECT_FALSE(test.fake.has_callbacks());
}

TEST_F(CallTest, EndsAWaitWhenCancelled) {
    TestCall test(host, "{}");
    auto waiting = std::async(std::launch::async, [&] {
        EXPECT_THROW(test.call.wait_for(milliseconds::max()), Cancelled);
    });
    while (!test.fake.has_callbacks()) {
        std::this_thread::yield();
    }

    test.fake.cancel();

    waiting.get();
}

TEST_F(CallTest, DoesNotWaitWhenAlreadyCancelled) {
    TestCall test(host, testing::CallOptions{.cancelled = true});

    EXPECT_THROW(test.call.wait_for(std::chrono::hours(1)), Cancelled);
}

TEST_F(CallTest, RunsACancelCallbackOnceAndNotAfterItsEnd) {
    TestCall test(host, "{}");
    int runs = 0;
    {
        const auto ended = test.call.on_cancel([&] { runs += 100; });
    }
    const auto guard = test.call.on_cancel([&] { ++runs; });

    test.fake.cancel();
    test.fake.cancel();

    EXPECT_EQ(runs, 1);
}

TEST_F(CallTest, StopsItsStopToken) {
    testing::FakeCall fake;
    {
        Call call(*host.raw(), *fake.raw());
        EXPECT_FALSE(fake.has_callbacks());
        const std::stop_token token = call.stop_token();
        EXPECT_EQ(token, call.stop_token());
        EXPECT_FALSE(token.stop_requested());

        fake.cancel();

        EXPECT_TRUE(token.stop_requested());
        static_cast<void>(call.stop_token());
    }
    EXPECT_FALSE(fake.has_callbacks());
}

TEST_F(CallTest, GivesAStoppedTokenWhenAlreadyCancelled) {
    TestCall test(host, testing::CallOptions{.cancelled = true});

    EXPECT_TRUE(test.call.stop_token().stop_requested());
}

}  // namespace
}  // namespace oa
