#include <oa/plugin.hpp>

#include "functions.hpp"
#include "schemas.hpp"

namespace {

namespace docker = oa::docker;
namespace schema = oa::docker::schema;

constexpr std::uint32_t common = OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE |
                                 OA_F_NETWORK | OA_F_FILESYSTEM | OA_F_SECRETS;

constexpr const char* older_run_names[] = {"oa-docker.container_run", nullptr};
constexpr oa_deprecation older_run_end{sizeof(oa_deprecation), "1.0.0", "docker.container_run",
                                       "its parameters and output are those of a command line"};
constexpr const char* older_stop_names[] = {"oa-docker.container_stop", nullptr};
constexpr oa_deprecation older_stop_end{sizeof(oa_deprecation), "1.0.0", "docker.container_stop",
                                        "its parameters and output are those of a command line"};
constexpr const char* older_logs_names[] = {"oa-docker.container_logs", nullptr};
constexpr oa_deprecation older_logs_end{sizeof(oa_deprecation), "1.0.0", "docker.container_logs",
                                        "its parameters and output are those of a command line"};

constexpr oa_function functions[] = {
    oa::function<docker::container_run>({
        .name = "container_run",
        .title = "Run a container",
        .summary = "Starts a container of an image, and waits for its end unless it is detached.",
        .params = schema::run_params,
        .output = schema::run_output,
        .examples = schema::run_examples,
        .flags = common,
    }),
    oa::function<docker::container_stop>({
        .name = "container_stop",
        .title = "Stop a container",
        .summary = "Asks a container to stop, and ends it when it does not.",
        .params = schema::stop_params,
        .output = schema::stop_output,
        .examples = schema::stop_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<docker::container_remove>({
        .name = "container_remove",
        .title = "Remove a container",
        .summary = "Removes a container.",
        .params = schema::remove_params,
        .output = schema::remove_output,
        .examples = schema::remove_examples,
        .flags = common,
    }),
    oa::function<docker::container_exec>({
        .name = "container_exec",
        .title = "Run a program in a container",
        .summary = "Runs a program in a container that runs, and waits for its end.",
        .params = schema::exec_params,
        .output = schema::exec_output,
        .examples = schema::exec_examples,
        .flags = common,
    }),
    oa::function<docker::container_logs>({
        .name = "container_logs",
        .title = "Read the log of a container",
        .summary = "Tells what a container has written.",
        .params = schema::logs_params,
        .output = schema::logs_output,
        .examples = schema::logs_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<docker::container_list>({
        .name = "container_list",
        .title = "List containers",
        .summary = "Lists containers.",
        .params = schema::list_params,
        .output = schema::list_output,
        .examples = schema::list_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<docker::container_inspect>({
        .name = "container_inspect",
        .title = "Look at a container",
        .summary = "Tells all about a container.",
        .params = schema::inspect_params,
        .output = schema::inspect_output,
        .examples = schema::inspect_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<docker::image_pull>({
        .name = "image_pull",
        .title = "Pull an image",
        .summary = "Gets an image from its registry.",
        .params = schema::pull_params,
        .output = schema::pull_output,
        .examples = schema::pull_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<docker::image_list>({
        .name = "image_list",
        .title = "List images",
        .summary = "Lists the images that are there.",
        .params = schema::image_list_params,
        .output = schema::image_list_output,
        .examples = schema::image_list_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<docker::older_run>({
        .name = "older_container_run",
        .title = "Run a container (older)",
        .summary = "Does what oa-docker.container_run of version 3 was to do.",
        .params = schema::older_run_params,
        .output = schema::older_run_output,
        .examples = schema::older_run_examples,
        .flags = common,
        .aliases = older_run_names,
        .deprecated = &older_run_end,
    }),
    oa::function<docker::older_stop>({
        .name = "older_container_stop",
        .title = "Stop a container (older)",
        .summary = "Does what oa-docker.container_stop of version 3 was to do.",
        .params = schema::older_stop_params,
        .output = schema::older_stop_output,
        .examples = schema::older_stop_examples,
        .flags = common,
        .aliases = older_stop_names,
        .deprecated = &older_stop_end,
    }),
    oa::function<docker::older_logs>({
        .name = "older_container_logs",
        .title = "Read the log of a container (older)",
        .summary = "Does what oa-docker.container_logs of version 3 was to do.",
        .params = schema::older_logs_params,
        .output = schema::older_logs_output,
        .examples = schema::older_logs_examples,
        .flags = common,
        .aliases = older_logs_names,
        .deprecated = &older_logs_end,
    }),
};

}  // namespace

OA_PLUGIN(oa::Module{.id = "org.openautomator.docker",
                     .name = "docker",
                     .version = "1.0.0",
                     .summary = "Containers and images of a Docker Engine.",
                     .vendor = "Open Automator"},
          functions)
