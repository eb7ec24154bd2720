#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "access.hpp"
#include "failure.hpp"
#include "functions.hpp"
#include "identity.hpp"
#include "operands.hpp"
#include "plugins/common/fault.hpp"
#include "push_report.hpp"
#include "repository.hpp"

namespace oa::git {

namespace {

using namespace std::chrono_literals;
using common::fault;

constexpr auto clone_limit = 10min;
constexpr auto transfer_limit = 5min;

/// A folder that a failed clone must not leave behind, unless it was there before.
class NewFolder {
public:
    explicit NewFolder(std::string path) : path_(std::move(path)) {
        std::error_code ignored;
        there_ = std::filesystem::exists(path_, ignored);
        if (there_ && !std::filesystem::is_empty(path_, ignored)) {
            throw Error(ErrorCode::Conflict, path_ + " is there already and is not an empty folder")
                .with_pointer("/path");
        }
    }
    ~NewFolder() {
        if (!kept_ && !there_) {
            std::error_code ignored;
            std::filesystem::remove_all(path_, ignored);
        }
    }
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;

    void keep() { kept_ = true; }

private:
    std::string path_;
    bool there_ = false;
    bool kept_ = false;
};

/// The branch of the remote that belongs to the one that is checked out.
std::string tracked_branch(Git& git) {
    const Json branch = current_branch(git);
    if (branch.is_null()) {
        throw fault(ErrorCode::Precondition, Retry::No,
                    "no branch is checked out: name the branch, or check one out");
    }
    const std::string merged =
        git.line({"config", "--get", "branch." + branch.as_string() + ".merge"});
    constexpr std::string_view heads = "refs/heads/";
    return merged.starts_with(heads) ? merged.substr(heads.size()) : branch.as_string();
}

enum class Strategy { FastForward, Merge, Rebase };

/// Takes a merge or rebase back that came to a conflict, and tells which files were the reason.
void give_up(Git& git, const std::string& what, const Outcome& outcome) {
    const auto files =
        split_fields(git.run({"diff", "--name-only", "--diff-filter=U", "-z"}).output);
    // Fails where there is nothing to take back.
    static_cast<void>(git.run({what, "--abort"}));
    if (files.empty()) {
        throw failure_of("git " + what, outcome);
    }
    throw fault(ErrorCode::Conflict, Retry::No,
                "git " + what + " came to a conflict in " + files.front() +
                    (files.size() == 1 ? "" : " and other files") +
                    "; the repository is as it was before")
        .with_details({{"files", files}});
}

void integrate(Git& git, Strategy strategy) {
    if (strategy == Strategy::FastForward) {
        git.must({"merge", "--quiet", "--ff-only", "FETCH_HEAD"});
        return;
    }
    const bool merge = strategy == Strategy::Merge;
    const Outcome outcome = merge ? git.run({"merge", "--quiet", "--no-edit", "FETCH_HEAD"})
                                  : git.run({"rebase", "--quiet", "--no-autostash", "FETCH_HEAD"});
    if (!outcome.good()) {
        give_up(git, merge ? "merge" : "rebase", outcome);
    }
}

std::string remote_param(Call& call) {
    const std::string remote = name_param(call, "remote");
    return remote.empty() ? "origin" : remote;
}

}  // namespace

void reach_remote(Call& call, Git& git, const std::string& remote, std::optional<Access>& access) {
    // Older repositories have a password in the address of a remote; it stays between them and git.
    access.emplace(call, remote_url(git, remote));
    git.use(*access);
}

Json clone(Call& call) {
    const std::string url = text_param(call, "url");
    require_good_url("/url", url);
    const std::string given = text_param(call, "path");
    if (given.empty()) {
        throw invalid_params("/path", "path is missing: the folder to make");
    }
    const std::string path = std::filesystem::absolute(given).lexically_normal().string();
    Git git(call, clone_limit);
    const Access access(call, url);
    git.use(access);
    std::vector<std::string> arguments{"clone", "--no-progress", "--template="};
    if (const std::string branch = name_param(call, "branch"); !branch.empty()) {
        arguments.push_back("--branch=" + branch);
    }
    if (const auto depth = call.find_param<std::uint32_t>("depth")) {
        arguments.push_back("--depth=" + std::to_string(*depth));
    }
    if (call.param<bool>("submodules", false)) {
        arguments.emplace_back("--recurse-submodules");
    }
    if (call.param<bool>("bare", false)) {
        arguments.emplace_back("--bare");
    }
    arguments.insert(arguments.end(), {"--", url, path});
    NewFolder folder(path);
    git.must(std::move(arguments));
    folder.keep();
    git.use_folder(path);
    return {{"url", without_credentials(url)},
            {"path", path},
            {"branch", current_branch(git)},
            {"commit", head_of(git)}};
}

Json pull(Call& call) {
    Git git = repository_param(call, transfer_limit);
    const std::string remote = remote_param(call);
    const auto strategy = call.choice<Strategy>("strategy",
                                                {{"ff-only", Strategy::FastForward},
                                                 {"merge", Strategy::Merge},
                                                 {"rebase", Strategy::Rebase}},
                                                Strategy::FastForward);
    set_identity(call, git);
    std::optional<Access> access;
    reach_remote(call, git, remote, access);
    std::string branch = name_param(call, "branch");
    if (branch.empty()) {
        branch = tracked_branch(git);
    }
    const Json before = head_of(git);
    git.must({"fetch", "--quiet", "--no-progress", "--", remote, "refs/heads/" + branch});
    integrate(git, strategy);
    const Json after = head_of(git);
    std::int64_t commits = 0;
    if (after != before) {
        const std::string range =
            before.is_null() ? after.as_string() : before.as_string() + ".." + after.as_string();
        commits = Json::parse(git.line({"rev-list", "--count", range, "--"})).as_int();
    }
    return {{"path", call.param<std::string>("path")},
            {"remote", remote},
            {"branch", branch},
            {"before", before},
            {"commit", after},
            {"updated", after != before},
            {"commits", commits}};
}

Json push(Call& call) {
    Git git = repository_param(call, transfer_limit);
    const std::string remote = remote_param(call);
    std::string branch = name_param(call, "branch");
    const std::string target = name_param(call, "remote_branch");
    if (branch.empty()) {
        const Json current = current_branch(git);
        if (current.is_null()) {
            throw fault(ErrorCode::Precondition, Retry::No,
                        "no branch is checked out: name the branch to push");
        }
        branch = current.as_string();
    }
    std::optional<Access> access;
    reach_remote(call, git, remote, access);
    std::vector<std::string> arguments{"push", "--porcelain", "--no-progress"};
    const auto force = call.choice<const char*>(
        "force", {{"no", ""}, {"with-lease", "--force-with-lease"}, {"yes", "--force"}}, "");
    if (*force != '\0') {
        arguments.emplace_back(force);
    }
    if (call.param<bool>("tags", false)) {
        arguments.emplace_back("--tags");
    }
    if (call.param<bool>("set_upstream", false)) {
        arguments.emplace_back("--set-upstream");
    }
    std::string reference = "refs/heads/" + branch;
    reference += ":refs/heads/" + (target.empty() ? branch : target);
    arguments.insert(arguments.end(), {"--", remote, reference});
    return {{"path", call.param<std::string>("path")},
            {"remote", remote},
            {"branch", branch},
            {"refs", push_refs(git, std::move(arguments))}};
}

}  // namespace oa::git
