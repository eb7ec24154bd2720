#include <oa/plugin.hpp>

#include "functions.hpp"
#include "schemas.hpp"

namespace {

namespace git = oa::git;
namespace schema = oa::git::schema;

constexpr std::uint32_t local =
    OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE | OA_F_PROCESSES | OA_F_FILESYSTEM;
constexpr std::uint32_t remote = local | OA_F_NETWORK | OA_F_SECRETS;

#define OA_OLDER_GIT(name)                                                     \
    constexpr const char* older_##name##_names[] = {"oa-git." #name, nullptr}; \
    constexpr oa_deprecation older_##name##_end {                              \
        sizeof(oa_deprecation), "1.0.0", "git." #name,                         \
            "its output is what git writes for people instead of values"       \
    }
OA_OLDER_GIT(clone);
OA_OLDER_GIT(pull);
OA_OLDER_GIT(push);
OA_OLDER_GIT(tag);
OA_OLDER_GIT(branch);
OA_OLDER_GIT(status);
#undef OA_OLDER_GIT

constexpr oa_function functions[] = {
    oa::function<git::clone>({
        .name = "clone",
        .title = "Clone a repository",
        .summary = "Copies a repository into a new folder.",
        .params = schema::clone_params.data(),
        .output = schema::clone_output,
        .examples = schema::clone_examples,
        .flags = remote,
    }),
    oa::function<git::pull>({
        .name = "pull",
        .title = "Pull",
        .summary = "Gets the commits of a remote's branch and takes them into the one here.",
        .params = schema::pull_params.data(),
        .output = schema::pull_output,
        .examples = schema::pull_examples,
        .flags = remote | OA_F_IDEMPOTENT,
    }),
    oa::function<git::push>({
        .name = "push",
        .title = "Push",
        .summary = "Sends the commits of a branch, and tags, to a remote.",
        .params = schema::push_params.data(),
        .output = schema::push_output,
        .examples = schema::push_examples,
        .flags = remote | OA_F_IDEMPOTENT,
    }),
    oa::function<git::commit>({
        .name = "commit",
        .title = "Commit",
        .summary = "Records changes of the working tree as a commit, if there are any.",
        .params = schema::commit_params,
        .output = schema::commit_output,
        .examples = schema::commit_examples,
        .flags = local,
    }),
    oa::function<git::tag>({
        .name = "tag",
        .title = "Tags",
        .summary = "Lists, creates or deletes tags.",
        .params = schema::tag_params.data(),
        .output = schema::tag_output,
        .examples = schema::tag_examples,
        .flags = remote,
    }),
    oa::function<git::branch>({
        .name = "branch",
        .title = "Branches",
        .summary = "Lists, creates, renames or deletes branches.",
        .params = schema::branch_params,
        .output = schema::branch_output,
        .examples = schema::branch_examples,
        .flags = local,
    }),
    oa::function<git::checkout>({
        .name = "checkout",
        .title = "Check out",
        .summary = "Makes the working tree that of a branch, tag or commit.",
        .params = schema::checkout_params,
        .output = schema::checkout_output,
        .examples = schema::checkout_examples,
        .flags = local | OA_F_IDEMPOTENT,
    }),
    oa::function<git::status>({
        .name = "status",
        .title = "Status",
        .summary = "Tells what has changed in the working tree and which branch it is on.",
        .params = schema::status_params,
        .output = schema::status_output,
        .examples = schema::status_examples,
        .flags = local | OA_F_IDEMPOTENT,
    }),
    oa::function<git::log>({
        .name = "log",
        .title = "History",
        .summary = "Lists commits, the newest first.",
        .params = schema::log_params,
        .output = schema::log_output,
        .examples = schema::log_examples,
        .flags = local | OA_F_IDEMPOTENT,
    }),
    oa::function<git::diff>({
        .name = "diff",
        .title = "Differences",
        .summary = "Compares commits, the index and the working tree.",
        .params = schema::diff_params,
        .output = schema::diff_output,
        .examples = schema::diff_examples,
        .flags = local | OA_F_IDEMPOTENT,
    }),
    oa::function<git::older_clone>({
        .name = "older_clone",
        .title = "Clone a repository (older)",
        .summary = "Clones a repository, as oa-git.clone of version 3 did.",
        .params = schema::older_clone_params.data(),
        .output = schema::older_output,
        .examples = schema::older_clone_examples,
        .flags = remote,
        .aliases = older_clone_names,
        .deprecated = &older_clone_end,
    }),
    oa::function<git::older_pull>({
        .name = "older_pull",
        .title = "Pull (older)",
        .summary = "Pulls, as oa-git.pull of version 3 did.",
        .params = schema::older_pull_params.data(),
        .output = schema::older_output,
        .examples = schema::older_pull_examples,
        .flags = remote,
        .aliases = older_pull_names,
        .deprecated = &older_pull_end,
    }),
    oa::function<git::older_push>({
        .name = "older_push",
        .title = "Push (older)",
        .summary = "Pushes, as oa-git.push of version 3 did.",
        .params = schema::older_push_params.data(),
        .output = schema::older_output,
        .examples = schema::older_push_examples,
        .flags = remote,
        .aliases = older_push_names,
        .deprecated = &older_push_end,
    }),
    oa::function<git::older_tag>({
        .name = "older_tag",
        .title = "Tags (older)",
        .summary = "Creates, lists or deletes tags, as oa-git.tag of version 3 did.",
        .params = schema::older_tag_params.data(),
        .output = schema::older_output,
        .examples = schema::older_tag_examples,
        .flags = remote,
        .aliases = older_tag_names,
        .deprecated = &older_tag_end,
    }),
    oa::function<git::older_branch>({
        .name = "older_branch",
        .title = "Branches (older)",
        .summary = "Creates, lists, deletes or checks out branches, as oa-git.branch of version 3 "
                   "did.",
        .params = schema::older_branch_params,
        .output = schema::older_output,
        .examples = schema::older_branch_examples,
        .flags = local,
        .aliases = older_branch_names,
        .deprecated = &older_branch_end,
    }),
    oa::function<git::older_status>({
        .name = "older_status",
        .title = "Status (older)",
        .summary = "Tells the status as a text, as oa-git.status of version 3 did.",
        .params = schema::older_status_params,
        .output = schema::older_output,
        .examples = schema::older_status_examples,
        .flags = local,
        .aliases = older_status_names,
        .deprecated = &older_status_end,
    }),
};

}  // namespace

OA_PLUGIN(oa::Module{.id = "org.openautomator.git",
                     .name = "git",
                     .version = "1.0.0",
                     .summary = "Git repositories.",
                     .vendor = "Open Automator"},
          functions)
