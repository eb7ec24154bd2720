#include <oa/plugin.hpp>

#include "functions.hpp"
#include "schemas.hpp"

namespace {

namespace ssh = oa::ssh;
namespace schema = oa::ssh::schema;

constexpr std::uint32_t common = OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE |
                                 OA_F_SECRETS | OA_F_NETWORK | OA_F_FILESYSTEM;

constexpr const char* remotecommand_names[] = {"oa-system.remotecommand", nullptr};
constexpr oa_deprecation remotecommand_end{
    sizeof(oa_deprecation), "1.0.0", "ssh.run",
    "it takes passwords and the first key that a server shows"};
constexpr const char* systemd_names[] = {"oa-system.systemd", nullptr};
constexpr oa_deprecation systemd_end{sizeof(oa_deprecation), "1.0.0", "ssh.run",
                                     "a command says the same"};
constexpr const char* scp_names[] = {"oa-system.scp", nullptr};
constexpr oa_deprecation scp_end{sizeof(oa_deprecation), "1.0.0", "ssh.upload",
                                 "upload and download say which way files go"};
constexpr const char* remoteunzip_names[] = {"oa-system.remoteunzip", nullptr};
constexpr oa_deprecation remoteunzip_end{sizeof(oa_deprecation), "1.0.0", "ssh.upload",
                                         "files.unzip and then ssh.upload do the same"};

constexpr oa_function functions[] = {
    oa::function<ssh::run>({
        .name = "run",
        .title = "Run a command on another machine",
        .summary = "Runs a command over SSH and tells how it ended.",
        .params = schema::run_params.data(),
        .output = schema::run_output,
        .examples = schema::run_examples,
        .flags = common,
    }),
    oa::function<ssh::upload_files>({
        .name = "upload",
        .title = "Send files",
        .summary = "Sends a file or a folder over SFTP.",
        .params = schema::transfer_params.data(),
        .output = schema::transfer_output,
        .examples = schema::upload_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<ssh::download_files>({
        .name = "download",
        .title = "Fetch files",
        .summary = "Fetches a file or a folder over SFTP.",
        .params = schema::transfer_params.data(),
        .output = schema::transfer_output,
        .examples = schema::download_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<ssh::remotecommand>({
        .name = "remotecommand",
        .title = "Run a command on another machine (older)",
        .summary = "Runs a command over SSH, as oa-system.remotecommand of version 3 did.",
        .params = schema::remotecommand_params.data(),
        .output = schema::remotecommand_output,
        .examples = schema::remotecommand_examples,
        .flags = common,
        .aliases = remotecommand_names,
        .deprecated = &remotecommand_end,
    }),
    oa::function<ssh::systemd>({
        .name = "systemd",
        .title = "Manage a service of another machine (older)",
        .summary = "Runs systemctl over SSH, as oa-system.systemd of version 3 did.",
        .params = schema::systemd_params.data(),
        .output = schema::systemd_output,
        .examples = schema::systemd_examples,
        .flags = common,
        .aliases = systemd_names,
        .deprecated = &systemd_end,
    }),
    oa::function<ssh::scp>({
        .name = "scp",
        .title = "Copy files between machines (older)",
        .summary = "Sends or fetches files, as oa-system.scp of version 3 did.",
        .params = schema::scp_params.data(),
        .output = schema::scp_output,
        .examples = schema::scp_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = scp_names,
        .deprecated = &scp_end,
    }),
    oa::function<ssh::remoteunzip>({
        .name = "remoteunzip",
        .title = "Unpack a ZIP file on another machine (older)",
        .summary = "Sends what is in a ZIP file, as oa-system.remoteunzip of version 2 did.",
        .params = schema::remoteunzip_params.data(),
        .output = schema::remoteunzip_output,
        .examples = schema::remoteunzip_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = remoteunzip_names,
        .deprecated = &remoteunzip_end,
    }),
};

}  // namespace

OA_PLUGIN(oa::Module{.id = "org.openautomator.ssh",
                     .name = "ssh",
                     .version = "1.0.0",
                     .summary = "Commands and files of other machines, over SSH and SFTP.",
                     .vendor = "Open Automator",
                     .config = oa::common::network_config_schema,
                     .lifecycle = oa::lifecycle<ssh::Module>},
          functions)
