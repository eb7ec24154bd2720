#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "failure.hpp"
#include "functions.hpp"
#include "identity.hpp"
#include "operands.hpp"
#include "repository.hpp"

namespace oa::git {

namespace {

using namespace std::chrono_literals;

constexpr auto local_limit = 2min;
constexpr std::size_t entries_max = 5000;

const char* word_of(char letter) {
    switch (letter) {
        case 'M': return "modified";
        case 'T': return "type_changed";
        case 'A': return "added";
        case 'D': return "deleted";
        case 'R': return "renamed";
        case 'C': return "copied";
        case 'U': return "unmerged";
        default: return "unmodified";
    }
}

/// What follows the first `count` words.
std::string_view after_words(std::string_view text, int count) {
    for (; count > 0 && !text.empty(); --count) {
        const std::size_t blank = text.find(' ');
        text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    }
    return text;
}

Json entry_of(const char* state, char index, char worktree, std::string_view path) {
    return {{"path", path},
            {"state", state},
            {"index", word_of(index)},
            {"worktree", word_of(worktree)}};
}

/// Reads the second format of `git status --porcelain -z --branch`.
class StatusReader {
public:
    explicit StatusReader(std::vector<std::string> records) : records_(std::move(records)) {}

    Json read() {
        for (at_ = 0; at_ < records_.size(); ++at_) {
            const std::string& record = records_[at_];
            if (record.starts_with("# ")) {
                header(std::string_view(record).substr(2));
            } else if (!record.empty()) {
                add(entry(record));
            }
        }
        out_["clean"] = count_ == 0;
        out_["count"] = count_;
        out_["entries"] = std::move(entries_);
        out_["truncated"] = count_ > entries_max;
        return std::move(out_);
    }

private:
    void header(std::string_view text) {
        const std::string_view value = after_words(text, 1);
        if (text.starts_with("branch.oid ")) {
            out_["commit"] = value == "(initial)" ? Json() : Json(value);
        } else if (text.starts_with("branch.head ")) {
            out_["branch"] = value == "(detached)" ? Json() : Json(value);
        } else if (text.starts_with("branch.upstream ")) {
            out_["upstream"] = value;
        } else if (text.starts_with("branch.ab +")) {
            const std::size_t blank = value.find(' ');
            out_["ahead"] = Json::parse(value.substr(1, blank - 1));
            out_["behind"] = Json::parse(value.substr(blank + 2));
        }
    }

    Json entry(const std::string& record) {
        const std::string_view text = record;
        if (record.starts_with("? ")) {
            return entry_of("untracked", '.', '.', text.substr(2));
        }
        const char index = text.size() > 3 ? text[2] : '.';
        const char worktree = text.size() > 3 ? text[3] : '.';
        const char* const state = word_of(index == '.' ? worktree : index);
        if (record.starts_with("u ")) {
            return entry_of("conflicted", index, worktree, after_words(text, 10));
        }
        if (record.starts_with("2 ")) {
            Json out = entry_of(state, index, worktree, after_words(text, 9));
            if (++at_ < records_.size()) {
                out["original_path"] = records_[at_];
            }
            return out;
        }
        return entry_of(state, index, worktree, after_words(text, 8));
    }

    void add(Json entry) {
        if (count_ < entries_max) {
            entries_.push_back(std::move(entry));
        }
        ++count_;
    }

    std::vector<std::string> records_;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
    Json entries_ = Json::array();
    Json out_{{"commit", nullptr},
              {"branch", nullptr},
              {"upstream", nullptr},
              {"ahead", 0},
              {"behind", 0}};
};

void stage(Call& call, Git& git) {
    const std::vector<std::string> paths = paths_param(call);
    const bool all = call.param<bool>("all", false);
    if (all && !paths.empty()) {
        throw invalid_params("/all", "all and paths exclude each other");
    }
    if (!all && paths.empty()) {
        return;
    }
    std::vector<std::string> arguments{"add", "--all"};
    if (!paths.empty()) {
        arguments.emplace_back("--");
        arguments.insert(arguments.end(), paths.begin(), paths.end());
    }
    git.must(std::move(arguments));
}

std::vector<std::string> commit_arguments(Call& call) {
    std::vector<std::string> arguments{"commit", "--quiet", "--no-verify", "--cleanup=whitespace",
                                       "--file=-"};
    if (call.param<bool>("allow_empty", false)) {
        arguments.emplace_back("--allow-empty");
    }
    if (call.param<bool>("amend", false)) {
        arguments.emplace_back("--amend");
    }
    return arguments;
}

}  // namespace

void set_identity(Call& call, Git& git) {
    for (const auto& [parameter, variable] :
         {std::pair("author_name", "NAME"), std::pair("author_email", "EMAIL")}) {
        const std::string value = text_param(call, parameter);
        if (!value.empty()) {
            git.set(std::string("GIT_AUTHOR_") + variable, value);
            git.set(std::string("GIT_COMMITTER_") + variable, value);
        }
    }
}

Json status(Call& call) {
    Git git = repository_param(call, local_limit);
    const auto untracked = call.choice<const char*>("untracked",
                                                    {{"all", "--untracked-files=all"},
                                                     {"folders", "--untracked-files=normal"},
                                                     {"no", "--untracked-files=no"}},
                                                    "--untracked-files=all");
    std::vector<std::string> arguments{"status",         "--porcelain=v2", "-z", "--branch",
                                       "--find-renames", untracked,        "--"};
    const std::vector<std::string> paths = paths_param(call);
    arguments.insert(arguments.end(), paths.begin(), paths.end());
    Json out = StatusReader(split_fields(git.must(std::move(arguments)))).read();
    out["path"] = call.param<std::string>("path");
    return out;
}

Json commit(Call& call) {
    Git git = repository_param(call, local_limit);
    const std::string message = text_param(call, "message");
    if (message.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw invalid_params("/message", "a commit needs a message");
    }
    set_identity(call, git);
    stage(call, git);
    const bool anything = !git.run({"diff", "--cached", "--quiet", "--no-ext-diff"}).good();
    const bool empty_too =
        call.param<bool>("allow_empty", false) || call.param<bool>("amend", false);
    if (anything || empty_too) {
        git.must(commit_arguments(call), message);
    }
    return {{"path", call.param<std::string>("path")},
            {"committed", anything || empty_too},
            {"commit", head_of(git)},
            {"branch", current_branch(git)}};
}

}  // namespace oa::git
