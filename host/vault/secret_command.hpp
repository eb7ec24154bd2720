#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/duration.hpp"
#include "host/vault/secret_provider.hpp"
#include "host/vault/vault_time.hpp"

namespace oa::host::vault {

class AnswerCache;

/// `secret_command:` of the configuration: a program that prints secrets.
struct CommandSettings {
    /// The program, a path or a name that is looked for in PATH, and its arguments. `{name}` in an
    /// argument is replaced by the name of the secret; when no argument has it, the name becomes
    /// the last one.
    std::vector<std::string> command;
    std::vector<std::string> environment;  ///< names of further variables that the program gets
    core::Milliseconds timeout{10'000};
    core::Milliseconds cache{5'000};  ///< how long what it printed is good; 0 for no cache
    int missing_status = 44;  ///< exit status that says that there is no such secret; 1 to 255
    std::size_t output_bytes_max = 1U << 20U;
};

/// The environment of this process, as "NAME=value".
[[nodiscard]] std::vector<std::string> process_environment();

/// Those variables that a program for secrets gets: PATH, HOME, LANG, LC_*, USER, LOGNAME, XDG_*,
/// GNUPGHOME, PASSWORD_STORE_DIR, DBUS_SESSION_BUS_ADDRESS, and those that `more` names.
[[nodiscard]] std::vector<std::string> allowed_environment(
    const std::vector<std::string>& environment, const std::vector<std::string>& more);

/// Secrets that a program prints: never by a shell, and as run_command() says. What it printed is
/// kept for a while in the memory of secrets, that there is none included; those who want the same
/// at the same time run it once. Exit status 0: standard output is the secret, without one line end
/// at its end. `missing_status`: there is no such secret. Anything else is an error.
class SecretCommand final : public SecretProvider {
public:
    /// `environment` is that of the process. Throws std::invalid_argument when the settings cannot
    /// work, or the program cannot be trusted as check_program() has it.
    SecretCommand(CommandSettings settings,
                  const std::vector<std::string>& environment,
                  VaultTime time = {});
    ~SecretCommand() override;
    SecretCommand(const SecretCommand&) = delete;
    SecretCommand& operator=(const SecretCommand&) = delete;

    /// Refuses names that are empty, begin with '-', have control characters in them or more than
    /// 1,024 bytes. The program is not told who `user` is.
    [[nodiscard]] std::optional<core::Secret> find(std::string_view key,
                                                   std::string_view user) const override;
    /// "the secret_command /usr/bin/pass"
    [[nodiscard]] std::string name() const override;

private:
    [[nodiscard]] std::optional<core::Secret> run(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> arguments_for(std::string_view key) const;

    CommandSettings settings_;
    std::filesystem::path program_;
    std::vector<std::string> environment_;
    std::unique_ptr<AnswerCache> cache_;
};

}  // namespace oa::host::vault
