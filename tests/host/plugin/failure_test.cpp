#include "host/plugin/failure.hpp"

#include <gtest/gtest.h>

#include "tests/host/plugin/call_fixture.hpp"

namespace oa::host {
namespace {

struct StatusCase {
    int status;
    const char* code;
    const char* name;
    bool retryable;
};

struct FailureTest : testing::TestWithParam<StatusCase> {};

TEST_P(FailureTest, NamesTheStatusThatAFunctionReturnsWithoutAMessage) {
    const auto failure = make_failure("module a function b", GetParam().status, std::nullopt);

    EXPECT_EQ(failure.code, GetParam().code);
    EXPECT_EQ(failure.retryable, GetParam().retryable);
    EXPECT_EQ(failure.message, std::string("module a function b returned ") + GetParam().name +
                                   " without a message");
}

INSTANTIATE_TEST_SUITE_P(
    Statuses,
    FailureTest,
    testing::Values(StatusCase{OA_CANCELLED, "cancelled", "CANCELLED", false},
                    StatusCase{OA_INVALID_PARAMS, "invalid_params", "INVALID_PARAMS", false},
                    StatusCase{OA_DEADLINE, "deadline", "DEADLINE", true},
                    StatusCase{OA_NOT_FOUND, "not_found", "NOT_FOUND", true},
                    StatusCase{OA_PERMISSION, "permission", "PERMISSION", false},
                    StatusCase{OA_UNAUTHENTICATED, "unauthenticated", "UNAUTHENTICATED", false},
                    StatusCase{OA_EXHAUSTED, "exhausted", "EXHAUSTED", true},
                    StatusCase{OA_PRECONDITION, "precondition", "PRECONDITION", true},
                    StatusCase{OA_UNAVAILABLE, "unavailable", "UNAVAILABLE", true},
                    StatusCase{OA_CONFLICT, "conflict", "CONFLICT", true},
                    StatusCase{OA_UNIMPLEMENTED, "unimplemented", "UNIMPLEMENTED", false},
                    StatusCase{OA_INTERNAL, "internal", "INTERNAL", true},
                    StatusCase{99, "internal", "the unknown status 99", true},
                    StatusCase{-1, "internal", "the unknown status -1", true}),
    [](const auto& param) { return "Status" + std::to_string(param.index); });

struct ReportedFailureTest : testing::Test {
    Caller caller{"calls"};

    core::Failure failure_of(const std::string& function, const std::string& params) {
        return caller.call(function, params).failure.value_or(core::Failure{});
    }
};

TEST_F(ReportedFailureTest, CarriesTheFunctionsOwnWords) {
    const auto failure = failure_of("report", R"({"code":9,"after":1500})");

    EXPECT_EQ(failure.code, "unavailable");
    EXPECT_EQ(failure.message, "the printer is out of \xEF\xBF\xBD paper");
    EXPECT_EQ(failure.retry_after_ms, 1500U);
    EXPECT_TRUE(failure.retryable);
}

TEST_F(ReportedFailureTest, NamesTheParameterThatIsWrong) {
    EXPECT_EQ(failure_of("report", R"({"code":2})").message,
              "the printer is out of \xEF\xBF\xBD paper (parameter /tray/0)");
}

TEST_F(ReportedFailureTest, TheFunctionDecidesWhetherToTryAgain) {
    EXPECT_FALSE(failure_of("report", R"({"code":9,"retry":2})").retryable);
    EXPECT_TRUE(failure_of("report", R"({"code":5,"retry":1})").retryable);
    EXPECT_FALSE(failure_of("report", R"({"code":5,"retry":77})").retryable);
}

TEST_F(ReportedFailureTest, TheCodeThatWasToldWinsOverTheOneReturned) {
    EXPECT_EQ(failure_of("report", R"({"code":4,"returns":12})").code, "not_found");
    EXPECT_EQ(failure_of("report", R"({"code":77,"returns":9})").code, "unavailable");
}

TEST_F(ReportedFailureTest, AFailureThatWasToldCountsEvenIfOkIsReturned) {
    EXPECT_EQ(failure_of("report", R"({"code":10,"returns":0})").code, "conflict");
    EXPECT_EQ(failure_of("fail_without_table", "{}").code, "internal");
}

TEST_F(ReportedFailureTest, AReturnedStatusNeedsNoWords) {
    const auto failure = failure_of("report", R"({"code":9,"say":0})");

    EXPECT_EQ(failure.code, "unavailable");
    EXPECT_EQ(failure.message,
              "module calls function report returned UNAVAILABLE without a message");
}

}  // namespace
}  // namespace oa::host
