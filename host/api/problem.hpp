#pragma once

#include <stdexcept>
#include <string>

#include <boost/json/array.hpp>

#include "host/access/access_policy.hpp"
#include "host/http/http_message.hpp"
#include "host/service/service_error.hpp"

namespace oa::host {

/// Why a request is not done, as clients get it: application/problem+json (RFC 9457) with `type`
/// ("urn:oa:problem:" and the code), `title`, `status`, `detail`, `instance`, and of ours `code`,
/// `hint` where there is one, and `errors` where several things are wrong at once.
class ApiProblem : public std::runtime_error {
public:
    /// `code` is a word of lower case and underscores that never changes its meaning.
    ApiProblem(int status, std::string code, const std::string& detail, std::string hint = {})
        : std::runtime_error(detail),
          status_(status),
          code_(std::move(code)),
          hint_(std::move(hint)) {}

    /// {"message", and where they are known "pointer" or "parameter", "file", "line", "column",
    /// "hint"}.
    ApiProblem& with(boost::json::array errors) & {
        errors_ = std::move(errors);
        return *this;
    }
    ApiProblem with(boost::json::array errors) && { return with(std::move(errors)); }
    /// A field of the answer.
    ApiProblem& with(std::string field, std::string value) & {
        fields_.add(std::move(field), std::move(value));
        return *this;
    }
    ApiProblem with(std::string field, std::string value) && {
        return with(std::move(field), std::move(value));
    }

    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] const std::string& code() const noexcept { return code_; }

    /// `instance` is the path that was asked for.
    [[nodiscard]] HttpResponse response(const std::string& instance) const;

private:
    int status_;
    std::string code_;
    std::string hint_;
    boost::json::array errors_;
    HttpFields fields_;
};

/// Of what a service does not do.
[[nodiscard]] ApiProblem problem_of(const ServiceError& error);
/// Of somebody who is not let in.
[[nodiscard]] ApiProblem problem_of(const access::Refusal& refusal);

}  // namespace oa::host
