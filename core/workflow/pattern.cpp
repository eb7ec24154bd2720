#include "core/workflow/pattern.hpp"

#include <re2/re2.h>

namespace oa::core {
namespace {

re2::RE2::Options quiet_options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    return options;
}

}  // namespace

std::optional<std::string> pattern_problem(const std::string& pattern) {
    const re2::RE2 expression(pattern, quiet_options());
    return expression.ok() ? std::nullopt : std::optional(expression.error());
}

bool pattern_found(const std::string& pattern, std::string_view text) {
    const re2::RE2 expression(pattern, quiet_options());
    return re2::RE2::PartialMatch({text.data(), text.size()}, expression);
}

}  // namespace oa::core
