#include <string>

#include "functions.hpp"

namespace oa::utils {
namespace {

std::string printable(const Json& value) {
    return value.is_string() ? value.as_string() : value.dump(JsonStyle::Indented);
}

Error assertion_failed(Call& call, const std::string& what, Json details) {
    const auto message = call.find_param<std::string>("message");
    return failed_precondition(message ? *message + ": " + what : what)
        .with_details(std::move(details))
        .with_retry(Retry::No);
}

}  // namespace

Json print(Call& call) {
    const Json* value = call.find_param("text");
    if (value == nullptr) {
        value = call.find_param("input");
    }
    if (value == nullptr) {
        throw invalid_params("/text",
                             "there is nothing to print: give text, or let a task with an "
                             "output come before");
    }
    std::string text = printable(*value);
    call.log().info(text);
    return {{"text", std::move(text)}};
}

void log(Call& call) {
    const auto level = call.choice<LogLevel>("level",
                                             {{"trace", LogLevel::Trace},
                                              {"debug", LogLevel::Debug},
                                              {"info", LogLevel::Info},
                                              {"warn", LogLevel::Warn},
                                              {"error", LogLevel::Error}},
                                             LogLevel::Info);
    const Json* fields = call.find_param("fields");
    if (fields != nullptr && !fields->is_object() && !fields->is_null()) {
        throw invalid_params("/fields", "fields has to be an object, not " + fields->describe());
    }
    call.log().write(level, call.param<std::string_view>("message"),
                     fields != nullptr ? *fields : Json());
}

Json set(Call& call) {
    const Json* value = call.find_param("value");
    const Json* values = call.find_param("values");
    if ((value == nullptr) == (values == nullptr)) {
        throw invalid_params("/value", "give either value or values");
    }
    return value != nullptr ? *value : *values;
}

Json sleep(Call& call) {
    const auto duration = call.param<std::chrono::milliseconds>("duration");
    call.wait_for(duration);
    return {{"seconds", static_cast<double>(duration.count()) / 1000}};
}

void fail(Call& call) {
    const auto code = call.choice<ErrorCode>("code",
                                             {{"cancelled", ErrorCode::Cancelled},
                                              {"invalid_params", ErrorCode::InvalidParams},
                                              {"deadline", ErrorCode::Deadline},
                                              {"not_found", ErrorCode::NotFound},
                                              {"permission", ErrorCode::Permission},
                                              {"unauthenticated", ErrorCode::Unauthenticated},
                                              {"exhausted", ErrorCode::Exhausted},
                                              {"precondition", ErrorCode::Precondition},
                                              {"unavailable", ErrorCode::Unavailable},
                                              {"conflict", ErrorCode::Conflict},
                                              {"unimplemented", ErrorCode::Unimplemented},
                                              {"internal", ErrorCode::Internal}},
                                             ErrorCode::Precondition);
    const auto retryable = call.find_param<bool>("retryable");
    throw Error(code, call.param<std::string>("message", "failed on purpose"))
        .with_retry(!retryable   ? Retry::Unknown
                    : *retryable ? Retry::Yes
                                 : Retry::No);
}

Json assert_that(Call& call) {
    const Json* condition = call.find_param("condition");
    const Json* actual = call.find_param("actual");
    const Json* expected = call.find_param("expected");
    if (condition == nullptr && (actual == nullptr || expected == nullptr)) {
        throw invalid_params("/condition", "give condition, or both actual and expected");
    }
    if (condition != nullptr && !call.param<bool>("condition")) {
        throw assertion_failed(call, "the condition is false", Json::object());
    }
    if ((actual == nullptr) != (expected == nullptr)) {
        throw invalid_params(actual == nullptr ? "/actual" : "/expected",
                             "actual and expected belong together");
    }
    if (actual != nullptr && *actual != *expected) {
        throw assertion_failed(call, "expected " + expected->dump() + ", got " + actual->dump(),
                               {{"expected", *expected}, {"actual", *actual}});
    }
    return {{"passed", true}};
}

std::string_view text_or_input(Call& call, std::string_view name) {
    if (const auto text = call.find_param<std::string_view>(name)) {
        return *text;
    }
    const Json* input = call.find_param("input");
    if (input != nullptr && input->is_string()) {
        return input->as_string();
    }
    throw invalid_params(
        pointer_to(name),
        "parameter \"" + std::string(name) + "\" is missing" +
            (input != nullptr ? ", and the input is not a text but " + input->describe() : ""));
}

}  // namespace oa::utils
