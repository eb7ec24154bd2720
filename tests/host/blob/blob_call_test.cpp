#include <dlfcn.h>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "host/blob/blob_store.hpp"
#include "tests/host/plugin/call_fixture.hpp"

namespace oa::host {
namespace {

/// Calls functions of the fixture within one run.
struct BlobCallTest : testing::Test {
    core::Invocation invocation(const std::string& function, const std::string& params) {
        core::Invocation out = caller.invocation(function, params);
        out.blobs = scope;
        return out;
    }
    core::Outcome call(const std::string& function, const std::string& params) {
        return caller.call(invocation(function, params));
    }
    /// The failure's code and message, or the output.
    std::string said(const std::string& function, const std::string& params) {
        const core::Outcome outcome = call(function, params);
        return outcome.failure ? outcome.failure->code + ": " + outcome.failure->message
                               : core::write_json(outcome.output);
    }
    std::string make(std::size_t bytes) {
        const core::Outcome outcome = call("make", R"({"bytes":)" + std::to_string(bytes) + "}");
        return outcome.failure ? outcome.failure->message
                               : core::write_json(outcome.output.at("data"));
    }
    static int& released() {
        void* const library = dlopen(fixture("blobs").c_str(), RTLD_NOW | RTLD_NOLOAD);
        return *static_cast<int*>(dlsym(library, "blobs_released"));
    }

    Caller caller{"blobs", {}, {.blob_bytes_max = 1U << 20U}};
    BlobStore store{{.run_bytes_max = 3U << 20U}};
    std::shared_ptr<core::BlobScope> scope = store.open("run");
    int released_before = released();
};

TEST_F(BlobCallTest, AnOutputBlobIsNamedByDigestAndSize) {
    const core::Outcome outcome = call("make", R"({"bytes":100,"seed":5})");

    ASSERT_FALSE(outcome.failure);
    const boost::json::object& data = outcome.output.at("data").as_object();
    EXPECT_EQ(data.at("$blob").as_string().size(), 7U + 64U);
    EXPECT_EQ(data.at("size").to_number<int>(), 100);
    EXPECT_EQ(data.at("media_type").as_string(), "application/x-noise");
}

TEST_F(BlobCallTest, TheNextCallReadsTheSameBytes) {
    for (const char* bytes : {"0", "1", "70000", "1048576"}) {
        const core::Outcome made = call("make", std::string(R"({"bytes":)") + bytes + "}");
        ASSERT_FALSE(made.failure) << made.failure->message;
        const core::Outcome sum =
            call("sum", R"({"data":)" + core::write_json(made.output.at("data")) + "}");
        ASSERT_FALSE(sum.failure) << sum.failure->message;
        EXPECT_EQ(sum.output.at("sum"), made.output.at("sum"));
        EXPECT_EQ(std::to_string(sum.output.at("size").to_number<int>()), bytes);
    }
}

TEST_F(BlobCallTest, SeveralPlacesThatNameOneBlobShareItsIndex) {
    const std::string blob = make(10);

    const core::Outcome outcome = call("concat", R"({"parts":[)" + blob + "," + blob + "]}");

    ASSERT_FALSE(outcome.failure);
    EXPECT_EQ(core::write_json(outcome.output).find(R"("size":10})") != std::string::npos, true);
}

TEST_F(BlobCallTest, JoinsSeveralInputBlobs) {
    const std::string parts = make(10) + "," + make(20);

    EXPECT_NE(said("concat", R"({"parts":[)" + parts + "]}").find(R"("size":30)"),
              std::string::npos);
}

TEST_F(BlobCallTest, AFunctionThatKnowsNoBlobsPassesThemOn) {
    const std::string blob = make(10);
    const auto expected = core::parse_json(blob);

    const core::Outcome outcome = call("echo", R"({"a":[)" + blob + "]}");

    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_EQ(outcome.output.at("a").at(0), expected);
}

TEST_F(BlobCallTest, GivenMemoryIsCopiedAndReleasedOnce) {
    const core::Outcome outcome = call("give", R"({"bytes":70000,"seed":3})");

    ASSERT_FALSE(outcome.failure);
    EXPECT_EQ(released() - released_before, 1);
    const core::Outcome made = call("make", R"({"bytes":70000,"seed":3})");
    EXPECT_EQ(outcome.output.at("data").at(0).at("$blob"), made.output.at("data").at("$blob"));
    EXPECT_EQ(store.usage().memory_bytes, 70000U);
}

TEST_F(BlobCallTest, GivenMemoryIsReleasedOnceWhenTheCallFails) {
    const core::Outcome outcome = call("give", R"({"bytes":10,"status":10})");

    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->code, "conflict");
    EXPECT_EQ(released() - released_before, 1);
}

TEST_F(BlobCallTest, MemoryOverTheLimitStaysThePlugins) {
    const std::string failure = said("give", R"({"bytes":1048577})");

    EXPECT_EQ(failure.substr(0, 10), "exhausted:");
    EXPECT_NE(failure.find("1048576"), std::string::npos) << failure;
    EXPECT_EQ(released(), released_before);
    EXPECT_EQ(store.usage(), BlobStore::Usage{});
}

TEST_F(BlobCallTest, MemoryThatTheRunHasNoRoomForStaysThePlugins) {
    for (const char* seed : {"1", "2", "3"}) {
        EXPECT_FALSE(call("make", std::string(R"({"bytes":1048576,"seed":)") + seed + "}").failure);
    }

    const std::string failure = said("give", R"({"bytes":1})");

    EXPECT_EQ(failure.substr(0, 10), "exhausted:");
    EXPECT_NE(failure.find("3145728"), std::string::npos) << failure;
    EXPECT_EQ(released(), released_before);
}

TEST_F(BlobCallTest, GivenMemoryIsReleasedOnceWhenTheHostGivesTheCallUp) {
    const Pipe started;
    const Pipe go;
    {
        BackgroundCall background(
            caller,
            invocation("give", R"({"bytes":70000,"started":)" + std::to_string(started.writer()) +
                                   R"(,"go":)" + std::to_string(go.reader()) + "}"));
        ASSERT_EQ(started.wait(), 'x');
        background.control().abandon();
        scope.reset();
        EXPECT_EQ(store.usage().memory_bytes, 70000U) << "the function may still write there";
        go.signal();
        EXPECT_FALSE(background.outcome().failure) << background.outcome().failure->message;
        EXPECT_EQ(released() - released_before, 1);
    }
    EXPECT_EQ(store.usage(), BlobStore::Usage{});
}

TEST_F(BlobCallTest, BlobsThatTheOutputDoesNotNameAreGone) {
    EXPECT_FALSE(call("say", R"({"count":5,"says":"nothing"})").failure);

    EXPECT_EQ(store.usage(), BlobStore::Usage{});
}

TEST_F(BlobCallTest, TheLimitCountsAllBlobsOfACall) {
    EXPECT_FALSE(call("say", R"({"count":1000,"says":"nothing"})").failure);
    Caller strict("blobs", {}, {.blob_bytes_max = 5});
    auto five = strict.invocation("say", R"({"count":5,"says":1})");
    auto six = strict.invocation("say", R"({"count":6,"says":1})");
    five.blobs = scope;
    six.blobs = scope;

    EXPECT_FALSE(strict.call(five).failure);
    ASSERT_TRUE(strict.call(six).failure);
    EXPECT_EQ(strict.call(six).failure->code, "exhausted");
}

TEST_F(BlobCallTest, AnOutputThatNamesABlobTheCallNeverMadeFails) {
    const std::string failure = said("say", R"({"count":2,"says":{"a":[{"@blob":2}]}})");
    EXPECT_EQ(failure.substr(0, 9), "internal:") << failure;
    EXPECT_NE(failure.find("module blobs function say"), std::string::npos) << failure;
    EXPECT_NE(failure.find("/a/0 "), std::string::npos) << failure;
}

TEST_F(BlobCallTest, AnOutputThatNamesABlobByAWrongTypeFails) {
    for (const char* wrong : {R"("0")", "-1", "0.5", "null", "[0]"}) {
        const std::string failure =
            said("say", std::string(R"({"count":2,"says":{"@blob":)") + wrong + "}}");

        EXPECT_EQ(failure.substr(0, 9), "internal:") << failure;
        EXPECT_NE(failure.find("module blobs function say"), std::string::npos) << failure;
    }
    EXPECT_EQ(store.usage(), BlobStore::Usage{});
}

TEST_F(BlobCallTest, BlobsThatAreMadeAreNumberedAfterThoseThatAreGiven) {
    const std::string given = make(5);

    const core::Outcome outcome =
        call("say", R"({"data":)" + given + R"(,"count":1,"says":[{"@blob":0},{"@blob":1}]})");

    ASSERT_FALSE(outcome.failure) << outcome.failure->message;
    EXPECT_EQ(outcome.output.at(0).at("$blob"), core::parse_json(given).at("$blob"));
    EXPECT_EQ(outcome.output.at(1).at("size").to_number<int>(), 1);
}

TEST_F(BlobCallTest, AParameterThatNamesAnUnknownBlobFailsBeforeTheFunctionRuns) {
    const auto other = store.open("other");
    auto foreign = caller.invocation("make", R"({"bytes":5})");
    foreign.blobs = other;
    const std::string blob = core::write_json(caller.call(foreign).output.at("data"));

    const std::string failure = said("sum", R"({"the":{"data":)" + blob + "}}");

    EXPECT_EQ(failure.substr(0, 10), "not_found:") << failure;
    EXPECT_NE(failure.find("module blobs function sum"), std::string::npos) << failure;
    EXPECT_NE(failure.find("/the/data "), std::string::npos) << failure;
}

TEST_F(BlobCallTest, KeepsTheOutputOfAFailedCallWithItsBlobs) {
    const core::Outcome outcome = call("give", R"({"bytes":10,"status":10})");

    ASSERT_TRUE(outcome.failure);
    EXPECT_TRUE(outcome.output.at("data").at(0).at("$blob").is_string());
}

TEST_F(BlobCallTest, WithoutARunThereAreNoBlobs) {
    scope = nullptr;

    EXPECT_EQ(said("make", R"({"bytes":5})").substr(0, 10), "exhausted:");
    EXPECT_EQ(said("give", R"({"bytes":5})").substr(0, 10), "exhausted:");
    EXPECT_EQ(said("sum", "{}").substr(0, 10), "not_found:");
    EXPECT_EQ(released(), released_before);
}

}  // namespace
}  // namespace oa::host
