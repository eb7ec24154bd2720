#include "host/cli/config_flags.hpp"

#include <string>

namespace oa::host {

namespace {

template <typename From, typename To>
void take(const std::optional<From>& flag,
          const char* name,
          const char* setting,
          To& target,
          Config& config) {
    if (flag) {
        target = *flag;
        config.sources[setting] = {ConfigSource::Kind::Flag, name};
    }
}

}  // namespace

void take_flags(const GlobalOptions& options, Config& config) {
    take(options.log_level, "--log-level", "log_level", config.log_level, config);
    take(options.log_format, "--log-format", "log_format", config.log_format, config);
}

void take_flags(const ServeOptions& options, Config& config) {
    take(options.data, "--data", "data", config.data_folder, config);
    take(options.durability, "--durability", "durability", config.durability, config);
    take(options.workflows, "--workflows", "workflows", config.workflows_folder, config);
    take(options.listen, "--listen", "server.listen", config.server.listen, config);
    take(options.port, "--port", "server.port", config.server.port, config);
    take(options.wallet.file, "--wallet", "wallet.file", config.wallet.file, config);
    take(options.wallet.password_file, "--password-file", "wallet.password_file",
         config.wallet.password_file, config);
    take(options.wallet.key_file, "--key-file", "wallet.key_file", config.wallet.key_file, config);
}

}  // namespace oa::host
