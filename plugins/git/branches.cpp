#include <chrono>
#include <string>
#include <utility>

#include "failure.hpp"
#include "functions.hpp"
#include "identity.hpp"
#include "operands.hpp"
#include "push_report.hpp"
#include "repository.hpp"

namespace oa::git {

namespace {

using namespace std::chrono_literals;

constexpr auto local_limit = 2min;
constexpr auto transfer_limit = 5min;

enum class Operation { Create, List, Delete, Rename };

/// The references below some folders, with the commit that each one names in the end.
Json references(Git& git, const std::vector<std::string>& below) {
    std::vector<std::string> arguments{
        "for-each-ref",
        "--format=%(refname)%00%(refname:lstrip=2)%00%(objectname)%00%(*objectname)%00%(symref)"};
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), below.begin(), below.end());
    Json out = Json::array();
    for (const std::string& line : split_lines(git.must(std::move(arguments)))) {
        std::vector<std::string> fields = split_fields(line);
        fields.resize(5);
        if (!fields[4].empty()) {
            continue;  // origin/HEAD, which only names another one
        }
        out.push_back({{"name", fields[1]},
                       {"remote", fields[0].starts_with("refs/remotes/")},
                       {"commit", fields[3].empty() ? fields[2] : fields[3]}});
    }
    return out;
}

Json names_of(const Json& references) {
    Json out = Json::array();
    for (const Json& reference : references.as_array()) {
        out.push_back(reference["name"]);
    }
    return out;
}

Json push_tag(Call& call, Git& git, const std::string& reference) {
    std::string remote = name_param(call, "remote");
    if (remote.empty()) {
        remote = "origin";
    }
    std::optional<Access> access;
    reach_remote(call, git, remote, access);
    return push_refs(git, {"push", "--porcelain", "--no-progress", "--", remote, reference});
}

Json create_tag(Call& call, Git& git) {
    const std::string name = required_name(call, "name");
    const std::string message = text_param(call, "message");
    const std::string revision = revision_param(call, "revision");
    set_identity(call, git);
    std::vector<std::string> arguments{"tag", "--no-sign"};
    if (!message.empty()) {
        arguments.insert(arguments.end(), {"--annotate", "--cleanup=whitespace", "--file=-"});
    }
    if (call.param<bool>("force", false)) {
        arguments.emplace_back("--force");
    }
    arguments.insert(arguments.end(), {"--", name});
    if (!revision.empty()) {
        arguments.push_back(revision);
    }
    git.must(std::move(arguments), message);
    Json out{{"name", name},
             {"commit", git.line({"rev-parse", "--verify", "refs/tags/" + name + "^{commit}"})}};
    if (call.param<bool>("push", false)) {
        const char* const force = call.param<bool>("force", false) ? "+" : "";
        const std::string reference = "refs/tags/" + name;
        out["refs"] = push_tag(call, git, force + reference + ":" + reference);
    }
    return out;
}

Json delete_tag(Call& call, Git& git) {
    const std::string name = required_name(call, "name");
    git.must({"tag", "--delete", "--", name});
    Json out{{"name", name}};
    if (call.param<bool>("push", false)) {
        out["refs"] = push_tag(call, git, ":refs/tags/" + name);
    }
    return out;
}

Json create_branch(Call& call, Git& git) {
    const std::string name = required_name(call, "name");
    const std::string from = revision_param(call, "from");
    std::vector<std::string> arguments{"branch"};
    if (call.param<bool>("force", false)) {
        arguments.emplace_back("--force");
    }
    arguments.insert(arguments.end(), {"--", name});
    if (!from.empty()) {
        arguments.push_back(from);
    }
    git.must(std::move(arguments));
    return {{"name", name},
            {"commit", git.line({"rev-parse", "--verify", "refs/heads/" + name + "^{commit}"})}};
}

Json delete_branch(Call& call, Git& git) {
    const std::string name = required_name(call, "name");
    const Outcome outcome =
        git.run({"branch", call.param<bool>("force", false) ? "-D" : "-d", "--", name});
    if (!outcome.good() && outcome.errors.find("not fully merged") != std::string::npos) {
        throw failed_precondition("branch '" + name +
                                  "' has commits that are nowhere else; force: true deletes it "
                                  "nevertheless");
    }
    if (!outcome.good()) {
        throw failure_of("git branch", outcome);
    }
    return {{"name", name}};
}

Json rename_branch(Call& call, Git& git) {
    const std::string name = required_name(call, "name");
    const std::string new_name = required_name(call, "new_name");
    git.must({"branch", call.param<bool>("force", false) ? "-M" : "-m", "--", name, new_name});
    return {{"name", new_name}, {"old_name", name}};
}

Json list_branches(Git& git) {
    Json found = references(git, {"refs/heads", "refs/remotes"});
    Json names = names_of(found);
    const std::size_t count = found.size();
    return {{"branches", std::move(names)},
            {"references", std::move(found)},
            {"count", count},
            {"current", current_branch(git)}};
}

Json list_tags(Git& git) {
    Json found = references(git, {"refs/tags"});
    Json names = names_of(found);
    const std::size_t count = found.size();
    return {{"tags", std::move(names)}, {"references", std::move(found)}, {"count", count}};
}

Json finished(Call& call, Json out) {
    out["operation"] = call.param<std::string>("operation", "list");
    out["path"] = call.param<std::string>("path");
    return out;
}

}  // namespace

Json branch(Call& call) {
    Git git = repository_param(call, local_limit);
    switch (call.choice<Operation>("operation",
                                   {{"create", Operation::Create},
                                    {"list", Operation::List},
                                    {"delete", Operation::Delete},
                                    {"rename", Operation::Rename}},
                                   Operation::List)) {
        case Operation::Create: return finished(call, create_branch(call, git));
        case Operation::Delete: return finished(call, delete_branch(call, git));
        case Operation::Rename: return finished(call, rename_branch(call, git));
        default: return finished(call, list_branches(git));
    }
}

Json tag(Call& call) {
    Git git = repository_param(call, transfer_limit);
    switch (call.choice<Operation>(
        "operation",
        {{"create", Operation::Create}, {"list", Operation::List}, {"delete", Operation::Delete}},
        Operation::List)) {
        case Operation::Create: return finished(call, create_tag(call, git));
        case Operation::Delete: return finished(call, delete_tag(call, git));
        default: return finished(call, list_tags(git));
    }
}

Json checkout(Call& call) {
    Git git = repository_param(call, local_limit);
    const bool create = call.param<bool>("create", false);
    const std::string target = create ? required_name(call, "ref") : revision_param(call, "ref");
    const std::string from = revision_param(call, "from");
    if (target.empty()) {
        throw invalid_params("/ref", "ref is missing: a branch, tag or commit");
    }
    if (!create && !from.empty()) {
        throw invalid_params("/from", "from needs create: true");
    }
    std::vector<std::string> arguments{"checkout", "--quiet", "--no-progress"};
    if (call.param<bool>("force", false)) {
        arguments.emplace_back("--force");
    }
    if (create) {
        arguments.insert(arguments.end(), {"-b", target});
    }
    if (create && !from.empty()) {
        arguments.push_back(from);
    } else if (!create) {
        arguments.push_back(target);
    }
    arguments.emplace_back("--");  // so that target is never taken for a file
    const Json before = head_of(git);
    git.must(std::move(arguments));
    return {{"path", call.param<std::string>("path")},
            {"branch", current_branch(git)},
            {"commit", head_of(git)},
            {"before", before}};
}

}  // namespace oa::git
