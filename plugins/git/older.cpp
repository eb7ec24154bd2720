// The functions of oa-git of version 3, as translations onto what this module does: their
// parameters, how `input` fills them, their outputs, which are there when git has failed, too.

#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "access.hpp"
#include "failure.hpp"
#include "functions.hpp"
#include "identity.hpp"
#include "operands.hpp"
#include "plugins/common/fault.hpp"
#include "repository.hpp"

namespace oa::git {

namespace {

using namespace std::chrono_literals;

constexpr auto clone_limit = 10min;
constexpr auto transfer_limit = 5min;
constexpr auto local_limit = 1min;

using Names = std::initializer_list<std::string_view>;

/// A parameter, or else the first of these members of `input` that is a text.
std::string text_or_input(Call& call, std::string_view name, Names members) {
    std::string given = text_param(call, name);
    for (const std::string_view member : members) {
        const Json& value = call.params()["input"][member];
        if (given.empty() && value.is_string()) {
            given = value.as_string();
        }
    }
    if (given.empty()) {
        throw invalid_params(pointer_to(name), std::string(name) + " is missing");
    }
    return given;
}

Git older_repository(Call& call,
                     std::string& path,
                     Names members,
                     std::chrono::milliseconds limit) {
    path = std::filesystem::absolute(text_or_input(call, "repo_path", members)).string();
    return open_repository(call, path, "repo_path", limit);
}

Json or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

/// Gives the output, and fails where git did.
void finish(Call& call, const std::string& what, const Outcome& outcome, const Json& output) {
    call.result(output);
    if (!outcome.good()) {
        throw failure_of(what, outcome);
    }
}

Json with_end(Json out, const Outcome& outcome) {
    out["stdout"] = without_credentials(outcome.output);
    out["stderr"] = outcome.errors;
    out["return_code"] = outcome.exit_code;
    return out;
}

[[noreturn]] void refuse_operation(const std::string& operation, const char* known) {
    throw invalid_params("/operation", "'" + operation + "' is none of " + known);
}

/// A push of one reference whose failure is only told: "true" says that it was asked for.
void push_aside(Call& call, Git& git, const std::string& reference) {
    std::optional<Access> access;
    try {
        reach_remote(call, git, "origin", access);
        git.must({"push", "--no-progress", "--", "origin", reference});
    } catch (const Cancelled&) {
        throw;
    } catch (const Error& error) {
        call.log().warn(error.what());
    }
}

void older_create_tag(Call& call, Git& git, const std::string& path) {
    const std::string name = required_name(call, "tag_name");
    const std::string message = text_param(call, "message");
    const std::string revision = revision_param(call, "commit");
    const bool push = call.param<bool>("push", false);
    std::vector<std::string> arguments{"tag", "--no-sign"};
    if (!message.empty()) {
        arguments.insert(arguments.end(), {"--annotate", "--file=-"});
    }
    arguments.insert(arguments.end(), {"--", name});
    if (!revision.empty()) {
        arguments.push_back(revision);
    }
    const Outcome outcome = git.run(std::move(arguments), message);
    if (outcome.good() && push) {
        push_aside(call, git, "refs/tags/" + name);
    }
    finish(call, "git tag", outcome,
           {{"operation", "create"},
            {"tag_name", name},
            {"message", or_null(message)},
            {"commit", or_null(revision)},
            {"pushed", push && outcome.good()},
            {"repo_path", path}});
}

void older_delete_tag(Call& call, Git& git, const std::string& path) {
    const std::string name = required_name(call, "tag_name");
    const bool push = call.param<bool>("push", false);
    const Outcome outcome = git.run({"tag", "--delete", "--", name});
    if (outcome.good() && push) {
        push_aside(call, git, ":refs/tags/" + name);
    }
    finish(call, "git tag", outcome,
           {{"operation", "delete"},
            {"tag_name", name},
            {"deleted_remote", push && outcome.good()},
            {"repo_path", path}});
}

/// The lines of `git branch -a` without their marks.
std::vector<std::string> branch_lines(const std::string& text) {
    std::vector<std::string> out;
    for (const std::string& line : split_lines(text)) {
        const std::size_t start = line.find_first_not_of(" *+");
        if (start != std::string::npos) {
            out.push_back(line.substr(start));
        }
    }
    return out;
}

}  // namespace

void older_clone(Call& call) {
    const std::string url = text_or_input(call, "repo_url", {"repo_url"});
    require_good_url("/repo_url", url);
    const std::string given = text_param(call, "dest_path");
    if (given.empty()) {
        throw invalid_params("/dest_path", "dest_path is missing");
    }
    const std::string path = std::filesystem::absolute(given).string();
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
        throw Error(ErrorCode::Conflict, path + " exists already").with_pointer("/dest_path");
    }
    const std::string branch = name_param(call, "branch");
    const auto depth = call.find_param<std::uint32_t>("depth");
    const bool recursive = call.param<bool>("recursive", false);
    Git git(call, clone_limit);
    const Access access(call, url);
    git.use(access);
    std::vector<std::string> arguments{"clone", "--no-progress", "--template="};
    if (!branch.empty()) {
        arguments.push_back("--branch=" + branch);
    }
    if (depth) {
        arguments.push_back("--depth=" + std::to_string(*depth));
    }
    if (recursive) {
        arguments.emplace_back("--recursive");
    }
    arguments.insert(arguments.end(), {"--", url, path});
    const Outcome outcome = git.run(std::move(arguments));
    finish(call, "git clone", outcome,
           with_end({{"repo_url", without_credentials(url)},
                     {"dest_path", path},
                     {"branch", or_null(branch)},
                     {"depth", depth},
                     {"recursive", recursive}},
                    outcome));
}

void older_pull(Call& call) {
    std::string path;
    Git git = older_repository(call, path, {"dest_path", "repo_path"}, transfer_limit);
    const std::string branch = name_param(call, "branch");
    const bool rebase = call.param<bool>("rebase", false);
    std::optional<Access> access;
    reach_remote(call, git, "origin", access);
    std::vector<std::string> arguments{"pull", "--no-progress", "--no-edit",
                                       rebase ? "--rebase" : "--no-rebase"};
    if (!branch.empty()) {
        arguments.insert(arguments.end(), {"--", "origin", "refs/heads/" + branch});
    }
    const Outcome outcome = git.run(std::move(arguments));
    if (!outcome.good()) {
        // Conflicts stay out of the working tree; fails where there are none.
        static_cast<void>(git.run({rebase ? "rebase" : "merge", "--abort"}));
    }
    Json out = with_end({{"repo_path", path},
                         {"branch", or_null(branch)},
                         {"rebase", rebase},
                         {"commit_hash", head_of(git)}},
                        outcome);
    const bool same = outcome.output.find("Already up to date") != std::string::npos ||
                      outcome.output.find("is up to date") != std::string::npos;
    out["changes_pulled"] = !same;
    call.result(out);
    if (outcome.output.find("CONFLICT") != std::string::npos) {
        throw common::fault(ErrorCode::Conflict, Retry::No,
                            "git pull came to a conflict; the repository is as it was before");
    }
    finish(call, "git pull", outcome, out);
}

void older_push(Call& call) {
    std::string path;
    Git git = older_repository(call, path, {"repo_path", "dest_path"}, transfer_limit);
    const std::string branch = name_param(call, "branch");
    std::string remote = name_param(call, "remote");
    if (remote.empty()) {
        remote = "origin";
    }
    const bool force = call.param<bool>("force", false);
    const bool tags = call.param<bool>("tags", false);
    std::optional<Access> access;
    reach_remote(call, git, remote, access);
    std::vector<std::string> arguments{"push", "--no-progress"};
    if (force) {
        arguments.emplace_back("--force");
    }
    if (tags) {
        arguments.emplace_back("--tags");
    }
    arguments.insert(arguments.end(), {"--", remote});
    if (!branch.empty()) {
        arguments.push_back(branch);
    }
    const Outcome outcome = git.run(std::move(arguments));
    const Json out = with_end({{"repo_path", path},
                               {"branch", or_null(branch)},
                               {"remote", remote},
                               {"force", force},
                               {"tags_pushed", tags}},
                              outcome);
    call.result(out);
    if (outcome.errors.find("[rejected]") != std::string::npos) {
        throw common::fault(ErrorCode::Conflict, Retry::No,
                            "git push was not taken: the remote has other commits; pull first");
    }
    finish(call, "git push", outcome, out);
}

void older_tag(Call& call) {
    std::string path;
    Git git = older_repository(call, path, {"repo_path"}, transfer_limit);
    const std::string operation = text_param(call, "operation");
    if (operation == "create") {
        older_create_tag(call, git, path);
    } else if (operation == "delete") {
        older_delete_tag(call, git, path);
    } else if (operation == "list") {
        const Outcome outcome = git.run({"tag", "-l"});
        const std::vector<std::string> tags = split_lines(outcome.output);
        finish(call, "git tag", outcome,
               {{"operation", "list"},
                {"tags", tags},
                {"tag_count", tags.size()},
                {"repo_path", path}});
    } else {
        refuse_operation(operation, "create, list and delete");
    }
}

void older_branch(Call& call) {
    std::string path;
    Git git = older_repository(call, path, {"repo_path"}, local_limit);
    const std::string operation = text_param(call, "operation");
    Json out{{"operation", operation}, {"repo_path", path}};
    if (operation == "list") {
        const Outcome outcome = git.run({"branch", "-a"});
        const std::vector<std::string> branches = branch_lines(outcome.output);
        out["branches"] = branches;
        out["current_branch"] = current_branch(git);
        out["branch_count"] = branches.size();
        finish(call, "git branch", outcome, out);
        return;
    }
    const std::string name = required_name(call, "branch_name");
    out["branch_name"] = name;
    if (operation == "create") {
        const std::string from = revision_param(call, "from_branch");
        out["from_branch"] = or_null(from);
        std::vector<std::string> arguments{"branch", "--", name};
        if (!from.empty()) {
            arguments.push_back(from);
        }
        finish(call, "git branch", git.run(std::move(arguments)), out);
    } else if (operation == "delete") {
        const bool force = call.param<bool>("force", false);
        out["force"] = force;
        finish(call, "git branch", git.run({"branch", force ? "-D" : "-d", "--", name}), out);
    } else if (operation == "checkout") {
        finish(call, "git checkout", git.run({"checkout", "--quiet", name, "--"}), out);
    } else {
        refuse_operation(operation, "create, list, delete and checkout");
    }
}

void older_status(Call& call) {
    std::string path;
    Git git = older_repository(call, path, {"repo_path"}, local_limit);
    std::vector<std::string> arguments{"status"};
    if (call.param<bool>("short", false)) {
        arguments.emplace_back("--short");
    }
    const Outcome outcome = git.run(std::move(arguments));
    const bool changed = outcome.output.find_first_not_of(" \t\r\n") != std::string::npos &&
                         outcome.output.find("nothing to commit") == std::string::npos;
    finish(call, "git status", outcome,
           {{"repo_path", path},
            {"status", outcome.output},
            {"has_changes", outcome.good() ? Json(changed) : Json()},
            {"clean", outcome.good() ? Json(!changed) : Json()}});
}

}  // namespace oa::git
