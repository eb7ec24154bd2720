#include <chrono>
#include <cstdint>
#include <future>
#include <limits>
#include <regex>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"

namespace oa::test {
namespace {

struct UtilsTest : ::testing::Test {
    PluginHarness utils{OA_PLUGIN_FILE};

    /// The output of a call that has to succeed.
    Json output(std::string_view function, const Json& params) {
        const Reply reply = utils.run(function, params);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        return reply.json;
    }
    /// Where a call that has to fail says the parameters are wrong.
    std::string wrong(std::string_view function, const Json& params) {
        const Reply reply = utils.run(function, params);
        EXPECT_EQ(reply.status, OA_INVALID_PARAMS) << reply.json.dump();
        return reply.pointer;
    }
};

TEST_F(UtilsTest, DescribesEveryFunction) {
    EXPECT_STREQ(utils.module().id, "org.openautomator.utils");
    EXPECT_EQ(utils.function_names().size(), 24U);
    EXPECT_EQ(joined(utils.check_descriptor()), "");
}

TEST_F(UtilsTest, KeepsThePromisesOfItsExamples) {
    for (const std::string& function : utils.function_names()) {
        EXPECT_EQ(joined(utils.run_examples(function)), "");
    }
}

// ---- print, log

TEST_F(UtilsTest, PrintsToTheTaskLog) {
    const Reply reply = utils.run("print", {{"text", "hello"}, {"input", 1}});

    ASSERT_EQ(reply.logs.size(), 1U);
    EXPECT_EQ(reply.logs[0].level, OA_LOG_INFO);
    EXPECT_EQ(reply.logs[0].message, "hello");
    EXPECT_EQ(reply.json, (Json{{"text", "hello"}}));
}

TEST_F(UtilsTest, PrintsTheInputWhereThereIsNoText) {
    EXPECT_EQ(output("print", {{"input", "from before"}}), (Json{{"text", "from before"}}));
    EXPECT_EQ(output("print", {{"text", nullptr}}), (Json{{"text", "null"}}));
    EXPECT_EQ(wrong("print", Json::object()), "/text");
}

TEST_F(UtilsTest, LogsLevelAndFields) {
    const Reply reply =
        utils.run("log", {{"message", "m"}, {"level", "error"}, {"fields", {{"a", 1}}}});

    ASSERT_EQ(reply.logs.size(), 1U);
    EXPECT_EQ(reply.logs[0].level, OA_LOG_ERROR);
    EXPECT_EQ(reply.logs[0].fields, (Json{{"a", 1}}));
    EXPECT_EQ(wrong("log", {{"message", "m"}, {"level", "loud"}}), "/level");
    EXPECT_EQ(wrong("log", {{"message", "m"}, {"fields", 1}}), "/fields");
    EXPECT_EQ(wrong("log", Json::object()), "/message");
}

// ---- set, noop

TEST_F(UtilsTest, SetsAnyValue) {
    EXPECT_EQ(output("set", {{"value", nullptr}}), Json());
    EXPECT_EQ(output("set", {{"value", std::numeric_limits<std::uint64_t>::max()}}),
              Json(std::numeric_limits<std::uint64_t>::max()));
    EXPECT_EQ(wrong("set", Json::object()), "/value");
    EXPECT_EQ(wrong("set", {{"value", 1}, {"values", Json::object()}}), "/value");
}

TEST_F(UtilsTest, DoesNothing) {
    const Reply reply = utils.run("noop", Json::object());

    EXPECT_EQ(reply.status, OA_OK);
    EXPECT_TRUE(reply.json.is_null());
}

// ---- sleep

TEST_F(UtilsTest, StopsSleepingWhenCancelled) {
    FakeCall call({.params = R"({"duration": "1d"})"});
    auto sleeping = std::async(std::launch::async, [&] { return utils.run("sleep", call).status; });
    while (!call.has_callbacks()) {
        std::this_thread::yield();
    }

    call.cancel();

    EXPECT_EQ(sleeping.get(), OA_CANCELLED);
}

TEST_F(UtilsTest, RefusesDurationsThatAreNone) {
    EXPECT_EQ(wrong("sleep", {{"duration", "soon"}}), "/duration");
    EXPECT_EQ(wrong("sleep", {{"duration", -1}}), "/duration");
    EXPECT_EQ(wrong("sleep", Json::object()), "/duration");
}

// ---- fail, assert

TEST_F(UtilsTest, FailsAsAsked) {
    const Reply reply =
        utils.run("fail", {{"message", "no disk"}, {"code", "unavailable"}, {"retryable", true}});

    EXPECT_EQ(reply.status, OA_UNAVAILABLE);
    EXPECT_EQ(reply.message, "no disk");
    EXPECT_EQ(reply.retry, OA_RETRY_YES);
    EXPECT_EQ(utils.run("fail", Json::object()).retry, OA_RETRY_UNKNOWN);
    EXPECT_EQ(utils.run("fail", {{"retryable", false}}).retry, OA_RETRY_NO);
    EXPECT_EQ(wrong("fail", {{"code", "nonsense"}}), "/code");
}

TEST_F(UtilsTest, AssertsAConditionThatIsABoolean) {
    EXPECT_EQ(output("assert", {{"condition", true}}), (Json{{"passed", true}}));
    const Reply reply = utils.run("assert", {{"condition", false}, {"message", "rows"}});
    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_EQ(reply.retry, OA_RETRY_NO);
    for (const Json& not_boolean : {Json(1), Json("true"), Json(), Json::array({1})}) {
        EXPECT_EQ(wrong("assert", {{"condition", not_boolean}}), "/condition");
    }
}

TEST_F(UtilsTest, AssertsEquality) {
    const Reply reply = utils.run("assert", {{"actual", 1}, {"expected", "1"}});

    EXPECT_EQ(reply.status, OA_PRECONDITION);
    EXPECT_EQ(reply.details, (Json{{"expected", "1"}, {"actual", 1}}));
    EXPECT_EQ(output("assert", {{"actual", nullptr}, {"expected", nullptr}}),
              (Json{{"passed", true}}));
    EXPECT_EQ(wrong("assert", {{"actual", 1}}), "/condition");
    EXPECT_EQ(wrong("assert", {{"condition", true}, {"actual", 1}}), "/expected");
    EXPECT_EQ(wrong("assert", Json::object()), "/condition");
}

// ---- uuid, now

TEST_F(UtilsTest, MakesUuidsOfBothVersions) {
    for (const int version : {4, 7}) {
        const Json made = output("uuid", {{"version", version}, {"count", 500}});
        const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-" + std::to_string(version) +
                              "[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        std::set<std::string> different;
        for (const Json& uuid : made.at("uuids").as_array()) {
            ASSERT_TRUE(std::regex_match(uuid.as_string(), form)) << uuid.as_string();
            different.insert(uuid.as_string());
        }
        EXPECT_EQ(different.size(), 500U);
        EXPECT_EQ(made["uuid"], made["uuids"].at(std::size_t{0}));
    }
    EXPECT_EQ(wrong("uuid", {{"version", 1}}), "/version");
    EXPECT_EQ(wrong("uuid", {{"count", 0}}), "/count");
}

TEST_F(UtilsTest, MakesUuidsOfVersion7ThatAscendAndTellTheTime) {
    const Json made = output("uuid", {{"version", 7}, {"count", 2000}});
    const auto& uuids = made.at("uuids").as_array();

    EXPECT_TRUE(std::is_sorted(uuids.begin(), uuids.end(), [](const Json& a, const Json& b) {
        return a.as_string() < b.as_string();
    }));
    const std::string first = uuids[0].as_string();
    const long long ms = std::stoll(first.substr(0, 8) + first.substr(9, 4), nullptr, 16);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    EXPECT_NEAR(
        static_cast<double>(ms),
        static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()),
        60'000);
}

TEST_F(UtilsTest, TellsTheTime) {
    const auto before = std::chrono::system_clock::now();
    const Json now = output("now", Json::object());
    const auto after = std::chrono::system_clock::now();

    EXPECT_TRUE(std::regex_match(now.get<std::string>("iso"),
                                 std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
    EXPECT_EQ(now["now"], now["iso"]);
    EXPECT_EQ(now.get<std::string>("date") + "T" + now.get<std::string>("time"),
              now.get<std::string>("iso").substr(0, 19));
    const auto ms = [](auto time) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch())
            .count();
    };
    EXPECT_GE(now.get<std::int64_t>("epoch_ms"), ms(before));
    EXPECT_LE(now.get<std::int64_t>("epoch_ms"), ms(after));
    const Json epoch = output("now", {{"format", "epoch"}, {"utc", false}});
    EXPECT_EQ(epoch["now"], epoch["epoch"]);
    EXPECT_TRUE(std::regex_match(epoch.get<std::string>("iso"),
                                 std::regex(R"(.*\.\d{3}([+-]\d\d:\d\d|Z))")));
}

// ---- random

TEST_F(UtilsTest, DrawsIntegersWithinBothBounds) {
    std::set<std::int64_t> drawn;
    for (int i = 0; i < 200; ++i) {
        drawn.insert(output("random", {{"min", -1}, {"max", 1}}).get<std::int64_t>("value"));
    }
    EXPECT_EQ(drawn, (std::set<std::int64_t>{-1, 0, 1}));

    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    EXPECT_TRUE(output("random", {{"min", lowest}, {"max", highest}})["value"].is_integer());
    EXPECT_EQ(output("random", {{"min", highest}, {"max", highest}})["value"], Json(highest));
    EXPECT_EQ(wrong("random", {{"min", 2}, {"max", 1}}), "/max");
    EXPECT_EQ(wrong("random", {{"min", 0.5}}), "/min");
}

TEST_F(UtilsTest, DrawsFloatsBelowTheUpperBound) {
    for (int i = 0; i < 100; ++i) {
        const auto value =
            output("random", {{"kind", "float"}, {"min", 2}, {"max", 2.5}}).get<double>("value");
        EXPECT_GE(value, 2);
        EXPECT_LT(value, 2.5);
    }
    EXPECT_EQ(wrong("random", {{"kind", "float"}, {"min", 1}, {"max", 1}}), "/max");
}

TEST_F(UtilsTest, DrawsTextsOfAnAlphabetOfAnyCharacters) {
    const Json text = output("random", {{"kind", "string"}, {"length", 5}, {"alphabet", "ä"}});
    EXPECT_EQ(text["value"], Json("äääää"));
    const Json plain = output("random", {{"kind", "string"}});
    EXPECT_TRUE(std::regex_match(plain.get<std::string>("value"), std::regex("[A-Za-z0-9]{16}")));
    EXPECT_EQ(wrong("random", {{"kind", "string"}, {"alphabet", ""}}), "/alphabet");
    EXPECT_EQ(wrong("random", {{"kind", "string"}, {"length", 1'000'001}}), "/length");
}

TEST_F(UtilsTest, ChoosesAnItemOrOneOfTheInput) {
    EXPECT_EQ(output("random", {{"kind", "choice"}, {"input", Json::array({{{"a", 1}}})}}),
              (Json{{"value", {{"a", 1}}}}));
    EXPECT_EQ(wrong("random", {{"kind", "choice"}, {"items", Json::array()}}), "/items");
    EXPECT_EQ(wrong("random", {{"kind", "choice"}, {"input", "x"}}), "/items");
}

TEST_F(UtilsTest, RepeatsItselfWithASeedOnly) {
    for (const char* kind : {"integer", "float", "string"}) {
        const Json params{{"kind", kind}, {"seed", 42}, {"length", 40}};
        EXPECT_EQ(output("random", params), output("random", params));
    }
    EXPECT_EQ(output("random", {{"seed", 1}, {"max", 1'000'000}}), (Json{{"value", 591568}}));
    const Json unseeded{{"kind", "string"}, {"length", 40}};
    EXPECT_NE(output("random", unseeded), output("random", unseeded));
}

// ---- hash, base64

TEST_F(UtilsTest, HashesWithEveryAlgorithm) {
    const auto hash = [&](const char* algorithm) {
        return output("hash", {{"text", "abc"}, {"algorithm", algorithm}}).get<std::string>("hash");
    };
    EXPECT_EQ(hash("md5"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(hash("sha1"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hash("sha384").substr(0, 16), "cb00753f45a35e8b");
    EXPECT_EQ(hash("sha512").substr(0, 16), "ddaf35a193617aba");
    EXPECT_EQ(wrong("hash", {{"text", "abc"}, {"algorithm", "crc"}}), "/algorithm");
}

TEST_F(UtilsTest, HashesBytesAndInput) {
    const Json expected = output("hash", {{"text", "abc"}});
    EXPECT_EQ(output("hash", {{"base64", "YWJj"}}), expected);
    EXPECT_EQ(output("hash", {{"input", "abc"}}), expected);
    EXPECT_EQ(output("hash", {{"text", "abc"}, {"encoding", "base64"}}).get<std::string>("hash"),
              "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    EXPECT_EQ(wrong("hash", {{"input", 5}}), "/text");
    EXPECT_EQ(wrong("hash", {{"text", "a"}, {"base64", "YWJj"}}), "/base64");
    EXPECT_EQ(wrong("hash", {{"base64", "?"}}), "/base64");
}

TEST_F(UtilsTest, TakesAnEmptyKeyAsAKey) {
    EXPECT_EQ(output("hash", {{"text", ""}, {"key", ""}}).get<std::string>("hash"),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_F(UtilsTest, EncodesAndDecodesBase64OfEveryLength) {
    for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
        for (const bool url_safe : {false, true}) {
            const Json encoded = output("base64", {{"text", text}, {"url_safe", url_safe}});
            EXPECT_EQ(output("base64", {{"operation", "decode"}, {"text", encoded["text"]}}),
                      (Json{{"text", text}}));
        }
    }
    EXPECT_EQ(output("base64", {{"text", "fooba"}}), (Json{{"text", "Zm9vYmE="}}));
}

TEST_F(UtilsTest, RefusesWhatIsNotBase64) {
    for (const char* text : {"A", "AB=", "====", "A===", "Zm9v!", "Zm 9v", "Zh", "Zm9vYm=="}) {
        EXPECT_EQ(wrong("base64", {{"operation", "decode"}, {"text", text}}), "/text") << text;
    }
    EXPECT_EQ(wrong("base64", {{"operation", "decode"}, {"text", "/w=="}}), "/text");
}

}  // namespace
}  // namespace oa::test
