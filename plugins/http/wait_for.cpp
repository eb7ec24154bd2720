// Asks an address again and again until it answers as it should.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <re2/re2.h>

#include "answer.hpp"
#include "functions.hpp"
#include "json_pointer.hpp"
#include "plugins/common/fault.hpp"
#include "request_params.hpp"

namespace oa::http {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::int64_t regex_memory = std::int64_t{8} * 1024 * 1024;  // bytes
constexpr auto interval_min = 10ms;

/// What an answer has to be like; all that is asked for has to be so at once.
class Condition {
public:
    explicit Condition(Call& call) {
        if (const Json* const status = call.find_param("status"); status != nullptr) {
            statuses_ = status->is_array() ? call.param<std::vector<std::int64_t>>("status")
                                           : std::vector{call.param<std::int64_t>("status")};
        }
        contains_ = call.find_param<std::string>("body_contains");
        if (const auto pattern = call.find_param<std::string>("body_matches")) {
            re2::RE2::Options how;
            how.set_log_errors(false);
            how.set_max_mem(regex_memory);
            regex_ = std::make_unique<re2::RE2>(*pattern, how);
            if (!regex_->ok()) {
                throw invalid_params("/body_matches",
                                     "body_matches is no regular expression: " + regex_->error());
            }
        }
        pointer_ = call.find_param<std::string>("json_pointer");
        if (const Json* const value = call.find_param("json_equals"); value != nullptr) {
            equals_ = *value;
        }
        if (pointer_ && !is_json_pointer(*pointer_)) {
            throw invalid_params("/json_pointer",
                                 "json_pointer starts with a slash, such as /status");
        }
        if (equals_ && !pointer_) {
            pointer_ = "";  // all of it
        }
    }

    /// What is not as it should be; empty when all is.
    [[nodiscard]] std::string missing(const Response& response) const {
        if (!is_status(response.status)) {
            return "the status is not one that is waited for";
        }
        if (contains_ && response.body.find(*contains_) == std::string::npos) {
            return "body_contains is not in the body";
        }
        if (regex_ && !re2::RE2::PartialMatch(response.body, *regex_)) {
            return "body_matches does not match the body";
        }
        return pointer_ ? missing_value(response) : std::string();
    }

private:
    [[nodiscard]] bool is_status(int status) const {
        return statuses_.empty()
                   ? status >= 200 && status < 300
                   : std::find(statuses_.begin(), statuses_.end(), status) != statuses_.end();
    }

    [[nodiscard]] std::string missing_value(const Response& response) const {
        Json value;
        try {
            value = Json::parse(response.body);
        } catch (const JsonError&) {
            return "the body is not JSON";
        }
        const Json* const found = find_at(value, *pointer_);
        if (found == nullptr) {
            return "the JSON has nothing at '" + *pointer_ + "'";
        }
        if (equals_ ? *found != *equals_ : found->is_null()) {
            return "the JSON has another value at '" + *pointer_ + "'";
        }
        return {};
    }

    std::vector<std::int64_t> statuses_;  // empty: 200 to 299
    std::optional<std::string> contains_;
    std::unique_ptr<re2::RE2> regex_;
    std::optional<std::string> pointer_;
    std::optional<Json> equals_;
};

/// The name of the limit for all attempts together.
constexpr const char* whole_time = "timeout";

/// Whether a server that is still starting may fail like this.
bool may_pass(const Error& error) {
    return error.code() == ErrorCode::Unavailable || error.code() == ErrorCode::Deadline;
}

class Waiting {
public:
    Waiting(const Module& module, Call& call)
        : call_(call),
          condition_(call),
          options_(options_param(module, call)),
          interval_(std::max<milliseconds>(interval_min, call.param<milliseconds>("interval", 2s))),
          limit_(call.param<milliseconds>("timeout", 5min)),
          attempt_limit_(call.param<milliseconds>("request_timeout", 10s)) {
        request_.method =
            call.choice<std::string>("method", {{"GET", "GET"}, {"HEAD", "HEAD"}}, "GET");
        request_.url = url_param(call);
        add_headers(call, request_);
        add_credentials(call, request_);
    }

    void run() {
        const auto started = steady_clock::now();
        const auto since = [&started] {
            return std::chrono::duration_cast<milliseconds>(steady_clock::now() - started);
        };
        for (std::int64_t attempt = 1;; ++attempt) {
            const milliseconds left = limit_ - since();
            const bool good =
                ask(left < attempt_limit_ ? Limit{std::max<milliseconds>(1ms, left), whole_time}
                                          : Limit{attempt_limit_, "request_timeout"});
            if (answer_) {
                (*answer_)["attempts"] = attempt;
                (*answer_)["waited_ms"] = since().count();
                call_.result(*answer_);
            }
            if (good) {
                return;
            }
            if (since() + interval_ >= limit_) {
                throw late(attempt);
            }
            call_.progress("attempt " + std::to_string(attempt) + ": " + last_);
            call_.wait_for(interval_);
        }
    }

private:
    /// One request; whether it was answered as it should be.
    bool ask(const Limit& limit) {
        const auto started = steady_clock::now();
        try {
            const Exchange exchange = run_exchange(call_, request_, options_, limit);
            answer_ = answer_of(
                exchange, std::chrono::duration_cast<milliseconds>(steady_clock::now() - started));
            const std::string missing = condition_.missing(exchange.response);
            last_ = "the last answer was " + std::to_string(exchange.response.status) +
                    (exchange.response.reason.empty() ? "" : " " + exchange.response.reason) +
                    ", but " + missing;
            return missing.empty();
        } catch (const Error& error) {
            if (!may_pass(error)) {
                throw;
            }
            const bool cut_short =
                error.code() == ErrorCode::Deadline && limit.name == whole_time && !last_.empty();
            if (cut_short) {
                return false;  // what was known before tells more
            }
            answer_.reset();
            last_ = std::string("the last attempt failed: ") + error.what();
            return false;
        }
    }

    [[nodiscard]] Error late(std::int64_t attempts) const {
        Error error = common::fault(ErrorCode::Deadline, Retry::No,
                                    request_.url.text() + " was not as it should be within " +
                                        std::to_string(limit_.count()) + " ms (timeout), in " +
                                        std::to_string(attempts) +
                                        (attempts == 1 ? " attempt; " : " attempts; ") + last_);
        if (answer_) {
            return std::move(error).with_details({{"status", (*answer_)["status"]}});
        }
        return error;
    }

    Call& call_;
    Condition condition_;
    ExchangeOptions options_;
    milliseconds interval_;
    milliseconds limit_;
    milliseconds attempt_limit_;
    Request request_;
    std::optional<Json> answer_;  // the last one, where the last attempt had one
    std::string last_;
};

}  // namespace

void wait_for(const Module& module, Call& call) {
    call.check();
    Waiting(module, call).run();
}

}  // namespace oa::http
