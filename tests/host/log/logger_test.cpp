#include "host/log/logger.hpp"

#include <memory>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "core/secret/masker.hpp"

namespace oa::host {
namespace {

struct LoggerTest : testing::Test {
    std::shared_ptr<core::Masker> masker = std::make_shared<core::Masker>();

    LoggerTest() { masker->add(core::Secret("s3cret/value")); }

    std::string written(LogFormat format,
                        const std::string& message,
                        const boost::json::object& fields) const {
        testing::internal::CaptureStderr();
        Logger(LogLevel::Info, format, masker).write(LogLevel::Info, message, fields);
        return testing::internal::GetCapturedStderr();
    }
};

TEST_F(LoggerTest, MasksMessagesAndFieldsOfText) {
    const std::string line =
        written(LogFormat::Text, "is s3cret/value", {{"at", "x s3cret%2Fvalue"}, {"n", 5}});
    EXPECT_NE(line.find("INFO  is *** at=x *** n=5"), std::string::npos) << line;
}

TEST_F(LoggerTest, MasksMessagesAndFieldsOfJson) {
    const std::string line = written(LogFormat::Json, "is s3cret/value",
                                     {{"at", {{"s3cret/value", "czNjcmV0L3ZhbHVl"}}}});
    const auto record = core::parse_json(line).as_object();
    EXPECT_EQ(record.at("message"), "is ***");
    EXPECT_EQ(record.at("at"), (boost::json::object{{"***", "***"}}));
}

TEST_F(LoggerTest, WithoutAMaskerNothingIsChanged) {
    masker = nullptr;
    EXPECT_NE(written(LogFormat::Text, "is s3cret/value", {}).find("is s3cret/value"),
              std::string::npos);
}

}  // namespace
}  // namespace oa::host
