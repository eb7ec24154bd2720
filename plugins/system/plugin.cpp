#include <oa/plugin.hpp>

#include "functions.hpp"
#include "schemas.hpp"

namespace {

namespace system_module = oa::system;
namespace schema = oa::system::schema;

constexpr std::uint32_t common = OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE;
constexpr std::uint32_t starts_programs = common | OA_F_PROCESSES | OA_F_FILESYSTEM | OA_F_SECRETS;

constexpr const char* runcmd_names[] = {"oa-system.runcmd", nullptr};
constexpr oa_deprecation runcmd_end{sizeof(oa_deprecation), "1.0.0", "system.run",
                                    "it gives every command to a shell"};
constexpr const char* execute_script_names[] = {"oa-system.execute_script", nullptr};
constexpr oa_deprecation execute_script_end{sizeof(oa_deprecation), "1.0.0", "system.run",
                                            "run starts a script file as any other program"};

constexpr oa_function functions[] = {
    oa::function<system_module::run>({
        .name = "run",
        .title = "Run a program",
        .summary =
            "Starts a program, or a shell command where that is asked for, and waits for it.",
        .params = schema::run_params.data(),
        .output = schema::run_output,
        .examples = schema::run_examples,
        .flags = starts_programs,
    }),
    oa::function<system_module::script>({
        .name = "script",
        .title = "Run a script",
        .summary = "Runs a script, whose text stands in the workflow, by an interpreter.",
        .params = schema::script_params.data(),
        .output = schema::run_output,
        .examples = schema::script_examples,
        .flags = starts_programs,
    }),
    oa::function<system_module::service>({
        .name = "service",
        .title = "Manage a service",
        .summary = "Starts, stops, enables or looks at a systemd unit.",
        .params = schema::service_params,
        .output = schema::service_output,
        .examples = schema::service_examples,
        .flags = common | OA_F_PROCESSES | OA_F_FILESYSTEM,
    }),
    oa::function<system_module::info>({
        .name = "info",
        .title = "Look at the machine",
        .summary = "Tells name, system, processors, load, memory and disks of this machine.",
        .params = schema::info_params,
        .output = schema::info_output,
        .examples = schema::info_examples,
        .flags = common | OA_F_FILESYSTEM | OA_F_IDEMPOTENT,
    }),
    oa::function<system_module::runcmd>({
        .name = "runcmd",
        .title = "Run a shell command (older)",
        .summary = "Runs a shell command, as oa-system.runcmd of version 3 did.",
        .params = schema::runcmd_params,
        .output = schema::runcmd_output,
        .examples = schema::runcmd_examples,
        .flags = starts_programs,
        .aliases = runcmd_names,
        .deprecated = &runcmd_end,
    }),
    oa::function<system_module::execute_script>({
        .name = "execute_script",
        .title = "Run a script file (older)",
        .summary = "Runs a script file, as oa-system.execute_script of version 3 did.",
        .params = schema::execute_script_params,
        .output = schema::execute_script_output,
        .examples = schema::execute_script_examples,
        .flags = starts_programs,
        .aliases = execute_script_names,
        .deprecated = &execute_script_end,
    }),
};

}  // namespace

OA_PLUGIN(oa::Module{.id = "org.openautomator.system",
                     .name = "system",
                     .version = "1.0.0",
                     .summary = "Programs, scripts and services of this machine.",
                     .vendor = "Open Automator"},
          functions)
