#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "failure.hpp"
#include "functions.hpp"
#include "operands.hpp"
#include "repository.hpp"

namespace oa::git {

namespace {

using namespace std::chrono_literals;

constexpr auto local_limit = 2min;
constexpr std::size_t commit_fields = 10;
constexpr const char* commit_format =
    "--format=%H%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%s%x00%b";

Json person(const std::string& name, const std::string& email, const std::string& time) {
    return {{"name", name}, {"email", email}, {"time", time}};
}

Json parents_of(std::string_view text) {
    Json out = Json::array();
    while (!text.empty()) {
        const std::size_t blank = text.find(' ');
        out.push_back(Json(text.substr(0, blank)));
        text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    }
    return out;
}

Json commit_of(const std::string* fields) {
    return {{"hash", fields[0]},
            {"parents", parents_of(fields[1])},
            {"author", person(fields[2], fields[3], fields[4])},
            {"committer", person(fields[5], fields[6], fields[7])},
            {"subject", fields[8]},
            {"body", fields[9]}};
}

void add_paths(std::vector<std::string>& arguments, Call& call) {
    arguments.emplace_back("--");
    const std::vector<std::string> paths = paths_param(call);
    arguments.insert(arguments.end(), paths.begin(), paths.end());
}

/// Options whose value stands in the same argument, so that it cannot be another option.
void add_filters(std::vector<std::string>& arguments, Call& call) {
    for (const char* name : {"since", "until", "author", "grep"}) {
        const std::string value = text_param(call, name);
        if (!value.empty()) {
            arguments.push_back(std::string("--") + name + "=" + value);
        }
    }
}

struct FileChange {
    std::string path;
    std::string old_path;
    const char* status = "modified";
    std::int64_t insertions = 0;
    std::int64_t deletions = 0;
    bool binary = false;
};

const char* change_word(char letter) {
    switch (letter) {
        case 'A': return "added";
        case 'D': return "deleted";
        case 'R': return "renamed";
        case 'C': return "copied";
        case 'T': return "type_changed";
        case 'U': return "conflicted";
        default: return "modified";
    }
}

std::int64_t number_of(std::string_view text) {
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

/// Reads the output of `git diff --raw --numstat -z`: first a record of each file with its status
/// (":100644 100644 a1 b2 M", path), then one with the lines ("3\t1\tpath"). A renamed file has its
/// two names as records of their own.
class DiffReader {
public:
    explicit DiffReader(std::vector<std::string> records) : records_(std::move(records)) {}

    Json read() {
        while (at_ < records_.size()) {
            const std::string record = next();
            if (record.starts_with(':')) {
                raw(record);
            } else if (!record.empty()) {
                numbers(record);
            }
        }
        return result();
    }

private:
    std::string next() { return at_ < records_.size() ? records_[at_++] : std::string(); }

    void raw(const std::string& record) {
        const std::size_t blank = record.rfind(' ');
        const char letter = blank + 1 < record.size() ? record[blank + 1] : 'M';
        FileChange change;
        change.status = change_word(letter);
        if (letter == 'R' || letter == 'C') {
            change.old_path = next();
        }
        change.path = next();
        by_path_[change.path] = files_.size();
        files_.push_back(std::move(change));
    }

    void numbers(const std::string& record) {
        const std::size_t first = record.find('\t');
        const std::size_t second = record.find('\t', first + 1);
        if (second == std::string::npos) {
            return;
        }
        std::string path = record.substr(second + 1);
        if (path.empty()) {
            next();
            path = next();
        }
        const auto found = by_path_.find(path);
        if (found == by_path_.end()) {
            return;
        }
        FileChange& change = files_[found->second];
        change.binary = record.starts_with('-');
        change.insertions = number_of(std::string_view(record).substr(0, first));
        change.deletions =
            number_of(std::string_view(record).substr(first + 1, second - first - 1));
    }

    Json result() const {
        Json files = Json::array();
        std::int64_t insertions = 0;
        std::int64_t deletions = 0;
        for (const FileChange& change : files_) {
            Json file{{"path", change.path},
                      {"status", change.status},
                      {"insertions", change.insertions},
                      {"deletions", change.deletions},
                      {"binary", change.binary}};
            if (!change.old_path.empty()) {
                file["old_path"] = change.old_path;
            }
            insertions += change.insertions;
            deletions += change.deletions;
            files.push_back(std::move(file));
        }
        return {{"files", std::move(files)},
                {"file_count", files_.size()},
                {"insertions", insertions},
                {"deletions", deletions}};
    }

    std::vector<std::string> records_;
    std::size_t at_ = 0;
    std::vector<FileChange> files_;
    std::map<std::string, std::size_t> by_path_;
};

/// What both runs of git diff have in common.
std::vector<std::string> diff_arguments(Call& call, std::vector<std::string> first) {
    const std::string from = revision_param(call, "from");
    const std::string to = revision_param(call, "to");
    const bool staged = call.param<bool>("staged", false);
    if (!to.empty() && (from.empty() || staged)) {
        throw invalid_params("/to", "to needs from, and no staged");
    }
    // Programs that the settings of the repository name do not run.
    std::vector<std::string> arguments{"diff", "--no-color", "--no-ext-diff", "--no-textconv",
                                       "--find-renames"};
    arguments.insert(arguments.end(), std::make_move_iterator(first.begin()),
                     std::make_move_iterator(first.end()));
    if (staged) {
        arguments.emplace_back("--cached");
    }
    for (const std::string& revision : {from, to}) {
        if (!revision.empty()) {
            arguments.push_back(revision);
        }
    }
    add_paths(arguments, call);
    return arguments;
}

}  // namespace

Json log(Call& call) {
    Git git = repository_param(call, local_limit);
    const auto limit = call.param<std::uint32_t>("limit", 50);
    const auto skip = call.param<std::uint32_t>("skip", 0);
    const std::string from = revision_param(call, "from");
    const std::string to = revision_param(call, "to");
    std::vector<std::string> arguments{"log",
                                       "-z",
                                       "--no-color",
                                       "--no-show-signature",
                                       commit_format,
                                       "--max-count=" + std::to_string(limit + 1),
                                       "--skip=" + std::to_string(skip)};
    add_filters(arguments, call);
    Json commits = Json::array();
    bool more = false;
    if (!to.empty() || !from.empty() || !head_of(git).is_null()) {
        const std::string tip = to.empty() ? "HEAD" : to;
        arguments.push_back(from.empty() ? tip : from + ".." + tip);
        add_paths(arguments, call);
        const std::vector<std::string> fields = split_fields(git.must(std::move(arguments)));
        const std::size_t count = fields.size() / commit_fields;
        more = count > limit;
        for (std::size_t i = 0; i < std::min<std::size_t>(count, limit); ++i) {
            commits.push_back(commit_of(&fields[i * commit_fields]));
        }
    }
    const std::size_t count = commits.size();
    return {{"path", call.param<std::string>("path")},
            {"commits", std::move(commits)},
            {"count", count},
            {"more", more}};
}

Json diff(Call& call) {
    Git git = repository_param(call, local_limit);
    Json out = DiffReader(split_fields(git.must(
                              diff_arguments(call, {"--raw", "--numstat", "--abbrev=7", "-z"}))))
                   .read();
    const auto limit = call.param<std::uint32_t>("max_bytes", 65'536);
    const auto context = call.param<std::uint32_t>("context", 3);
    out["patch"] = "";
    out["patch_truncated"] = false;
    if (limit > 0) {
        const Outcome patch = git.run(
            diff_arguments(call, {"--patch", "--unified=" + std::to_string(context)}), "", limit);
        if (!patch.good()) {
            throw failure_of("git diff", patch);
        }
        out["patch"] = patch.output;
        out["patch_truncated"] = patch.truncated;
    }
    out["path"] = call.param<std::string>("path");
    return out;
}

}  // namespace oa::git
