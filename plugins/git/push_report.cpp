#include "push_report.hpp"

#include <string_view>
#include <utility>

#include "failure.hpp"
#include "plugins/common/fault.hpp"

namespace oa::git {

namespace {

const char* status_word(char flag) {
    switch (flag) {
        case ' ': return "updated";
        case '+': return "forced";
        case '-': return "deleted";
        case '*': return "created";
        case '=': return "up_to_date";
        default: return "rejected";
    }
}

/// "*\trefs/heads/a:refs/heads/a\t[new branch]"; null for any other line.
Json ref_of(std::string_view line) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (first != 1 || second == std::string_view::npos) {
        return {};
    }
    const std::string_view names = line.substr(first + 1, second - first - 1);
    const std::size_t colon = names.find(':');
    if (colon == std::string_view::npos) {
        return {};
    }
    return {{"name", names.substr(colon + 1)},
            {"from", names.substr(0, colon)},
            {"status", status_word(line.front())},
            {"summary", without_credentials(line.substr(second + 1))}};
}

void require_accepted(const Json& refs) {
    for (const Json& ref : refs.as_array()) {
        if (ref["status"] != Json("rejected")) {
            continue;
        }
        const std::string& summary = ref["summary"].as_string();
        const std::string message =
            "git push: " + ref["name"].as_string() + " was not taken: " + summary;
        const Json details{{"refs", refs}};
        if (summary.starts_with("[remote rejected]")) {
            throw common::fault(ErrorCode::Permission, Retry::No, message).with_details(details);
        }
        const bool exists = summary.find("already exists") != std::string::npos;
        throw common::fault(ErrorCode::Conflict, Retry::No,
                            message + (exists ? "" : " (pull first: the remote has other commits)"))
            .with_details(details);
    }
}

}  // namespace

Json push_refs(Git& git, std::vector<std::string> arguments) {
    const Outcome outcome = git.run(std::move(arguments));
    Json refs = Json::array();
    for (const std::string& line : split_lines(outcome.output)) {
        if (Json ref = ref_of(line); !ref.is_null()) {
            refs.push_back(std::move(ref));
        }
    }
    require_accepted(refs);
    if (!outcome.good()) {
        throw failure_of("git push", outcome);
    }
    return refs;
}

}  // namespace oa::git
