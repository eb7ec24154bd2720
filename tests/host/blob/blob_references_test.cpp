#include "host/blob/blob_references.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "host/blob/blob_error.hpp"

namespace oa::host {
namespace {

struct BlobReferencesTest : testing::Test {
    std::shared_ptr<const Blob> blob(std::string_view text) {
        return run.copy(std::as_bytes(std::span(text)));
    }
    static std::string reference(const std::shared_ptr<const Blob>& blob,
                                 const std::string& more = "") {
        return R"({"$blob":")" + blob->digest() + "\"" + more + "}";
    }
    BlobParams take(const std::string& params) {
        return take_inputs(std::make_shared<const std::string>(params), &run);
    }
    std::string failure_of_take(const std::string& params) {
        try {
            static_cast<void>(take(params));
        } catch (const BlobError& error) {
            return error.code() + ": " + error.what();
        }
        return "none";
    }
    std::string named(const std::string& output) {
        boost::json::value value = core::parse_json(output);
        try {
            name_outputs(value, inputs, [&](std::uint32_t position) {
                return position < outputs.size() ? outputs[position] : nullptr;
            });
        } catch (const BlobError& error) {
            return error.code() + ": " + error.what();
        }
        return core::write_json(value);
    }

    BlobStore store;
    std::shared_ptr<core::BlobScope> scope = store.open("run");
    RunBlobs& run = *RunBlobs::from(scope.get());
    std::vector<std::shared_ptr<const Blob>> inputs;
    std::vector<std::shared_ptr<const Blob>> outputs;
};

TEST_F(BlobReferencesTest, TextWithoutAReferenceIsPassedOnUntouched) {
    // Not even parsed: the second one is no JSON.
    for (const char* text : {R"({"a":1})", "{broken", R"({"text":"a \"$blob\" in it"})"}) {
        const auto params = std::make_shared<const std::string>(text);
        const BlobParams taken = take_inputs(params, &run);
        EXPECT_EQ(taken.text, params);
        EXPECT_TRUE(taken.inputs.empty());
    }
    EXPECT_EQ(take_inputs(nullptr, nullptr).text, nullptr);
}

TEST_F(BlobReferencesTest, ATextThatIsOnlyTheWordIsPassedOnUntouched) {
    const auto params = std::make_shared<const std::string>(R"({"text":"$blob"})");

    EXPECT_EQ(take_inputs(params, &run).text, params);
}

TEST_F(BlobReferencesTest, ReplacesDigestsByIndicesInTheOrderOfTheirFirstPlaces) {
    const auto x = blob("x");
    const auto yy = blob("yy");

    const BlobParams taken =
        take(R"({"list":[)" + reference(yy) + R"(,{"deep":)" + reference(x) + R"(}],"again":)" +
             reference(yy, R"(,"media_type":"image/png")") + R"(,"n":5})");

    EXPECT_EQ(*taken.text, R"({"list":[{"$blob":0,"size":2},{"deep":{"$blob":1,"size":1}}],)"
                           R"("again":{"$blob":0,"size":2,"media_type":"image/png"},"n":5})");
    EXPECT_EQ(taken.inputs, (std::vector{yy, x}));
}

TEST_F(BlobReferencesTest, TellsTheTrueSizeWhateverTheReferenceSays) {
    EXPECT_EQ(*take(R"({"a":)" + reference(blob("four"), R"(,"size":999)") + "}").text,
              R"({"a":{"$blob":0,"size":4}})");
}

TEST_F(BlobReferencesTest, FindsAReferenceWithinAReference) {
    const auto x = blob("x");
    const auto preview = blob("preview");

    const BlobParams taken =
        take(R"({"a":)" + reference(x, R"(,"preview":)" + reference(preview)) + "}");

    EXPECT_EQ(*taken.text, R"({"a":{"$blob":0,"size":1,"preview":{"$blob":1,"size":7}}})");
}

TEST_F(BlobReferencesTest, RefusesADigestThatTheRunDoesNotHave) {
    const auto other_scope = store.open("other");
    const auto foreign = RunBlobs::from(other_scope.get())->copy({});

    const std::string unknown = failure_of_take(R"({"a/b":[0,)" + reference(foreign) + "]}");
    const std::string made_up = failure_of_take(R"({"a":{"$blob":"../etc/passwd"}})");

    EXPECT_EQ(unknown.substr(0, 10), "not_found:");
    EXPECT_NE(unknown.find("/a~1b/1 "), std::string::npos) << unknown;
    EXPECT_NE(unknown.find(foreign->digest()), std::string::npos) << unknown;
    EXPECT_EQ(made_up.substr(0, 10), "not_found:");
}

TEST_F(BlobReferencesTest, RefusesEveryReferenceOfARunWithoutBlobs) {
    const auto params = std::make_shared<const std::string>(R"({"a":{"$blob":"b2-256:00"}})");

    EXPECT_THROW(static_cast<void>(take_inputs(params, nullptr)), BlobError);
}

TEST_F(BlobReferencesTest, RefusesAReferenceThatIsNoDigest) {
    for (const char* wrong : {"0", "null", "[1]", "{}", "true", "1.5"}) {
        const std::string failure =
            failure_of_take(std::string(R"({"a":{"$blob":)") + wrong + "}}");
        EXPECT_EQ(failure.substr(0, 15), "invalid_params:") << wrong;
        EXPECT_NE(failure.find("/a "), std::string::npos) << failure;
    }
}

TEST_F(BlobReferencesTest, ReplacesIndicesByDigestsAndSizes) {
    outputs = {blob("x"), blob("yy")};

    EXPECT_EQ(named(R"({"l":[{"$blob":1},{"$blob":0,"media_type":"a/b","size":7}],"s":"$blob"})"),
              R"({"l":[{"$blob":")" + outputs[1]->digest() + R"(","size":2},{"$blob":")" +
                  outputs[0]->digest() + R"(","size":1,"media_type":"a/b"}],"s":"$blob"})");
}

TEST_F(BlobReferencesTest, TheWholeOutputMayBeABlob) {
    outputs = {blob("x")};

    EXPECT_EQ(named(R"({"$blob":0})"), R"({"$blob":")" + outputs[0]->digest() + R"(","size":1})");
}

TEST_F(BlobReferencesTest, OutputsAreNumberedAfterInputsWhichMayBePassedOn) {
    inputs = {blob("in")};
    outputs = {blob("out")};

    EXPECT_EQ(named(R"([{"$blob":0},{"$blob":1}])"), R"([{"$blob":")" + inputs[0]->digest() +
                                                         R"(","size":2},{"$blob":")" +
                                                         outputs[0]->digest() + R"(","size":3}])");
}

TEST_F(BlobReferencesTest, RefusesAnIndexThatWasNeverGiven) {
    outputs = {blob("x")};
    for (const char* wrong : {"1", "4294967295"}) {
        const std::string failure = named(std::string(R"({"a":[{"$blob":)") + wrong + "}]}");
        EXPECT_EQ(failure.substr(0, 9), "internal:") << wrong;
        EXPECT_NE(failure.find("/a/0 "), std::string::npos) << failure;
        EXPECT_NE(failure.find(wrong), std::string::npos) << failure;
    }
}

TEST_F(BlobReferencesTest, RefusesAnIndexOfAWrongType) {
    outputs = {blob("x")};
    const std::string digest = "\"" + outputs[0]->digest() + "\"";
    for (const std::string& wrong :
         {std::string("-1"), std::string("4294967296"), std::string("18446744073709551615"),
          std::string("0.0"), std::string("null"), std::string("{\"$blob\":0}"), digest}) {
        EXPECT_EQ(named("{\"a\":{\"$blob\":" + wrong + "}}").substr(0, 9), "internal:") << wrong;
    }
}

TEST_F(BlobReferencesTest, ReadsWhatIsNestedAsDeepAsJsonMayBe) {
    outputs = {blob("x")};
    const std::string deep = std::string(60, '[') + R"({"$blob":0})" + std::string(60, ']');

    EXPECT_NE(named(deep).find(outputs[0]->digest()), std::string::npos);
}

TEST_F(BlobReferencesTest, ShortensALongValueInAMessage) {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += "ü";
    }
    const std::string failure = failure_of_take(R"({"a":{"$blob":")" + text + R"("}})");

    EXPECT_LT(failure.size(), 400U);
    EXPECT_NO_THROW(
        static_cast<void>(core::parse_json(core::write_json(boost::json::value(failure)))));
}

}  // namespace
}  // namespace oa::host
