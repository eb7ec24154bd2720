#include "host/wallet/password_source.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/wallet/careful_file.hpp"
#include "host/wallet/crypto.hpp"
#include "host/wallet/terminal_prompt.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

constexpr std::size_t password_bytes_max = 4096;
constexpr const char* variable = "OA_WALLET_PASSWORD";
constexpr const char* credential = "oa-wallet-password";

/// Without the line end that editors put at the end of a file.
core::Secret one_line(core::Secret text, const std::string& source) {
    std::size_t size = text.size();
    if (size > 0 && text.reveal()[size - 1] == '\n') {
        --size;
        size -= size > 0 && text.reveal()[size - 1] == '\r' ? 1 : 0;
    }
    text.shrink(size);
    if (text.empty()) {
        throw WalletError(source + " has no password in it");
    }
    return text;
}

std::optional<core::Secret> from_credential() {
    const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder == '\0') {
        return std::nullopt;
    }
    const auto file = std::filesystem::path(folder) / credential;
    if (!identity_of(file)) {
        return std::nullopt;
    }
    constexpr const char* what = "the credential";
    return one_line(
        read_secret_file({file, what, password_bytes_max, SecretReaders::AsRootSays}).content,
        name_of(what, file));
}

core::Secret from_descriptor(int descriptor) {
    const std::string source = "the file descriptor " + std::to_string(descriptor);
    auto text = read_to_end(descriptor, password_bytes_max);
    if (!text) {
        throw WalletError(source + " cannot be read: " + std::strerror(errno));
    }
    return one_line(std::move(*text), source);
}

core::Secret from_file(const std::filesystem::path& file) {
    constexpr const char* what = "the password file";
    return one_line(
        read_secret_file({file, what, password_bytes_max, SecretReaders::AsRootSays}).content,
        name_of(what, file));
}

core::Secret from_terminal(const PasswordSources& sources) {
    if (!sources.may_prompt) {
        throw WalletError("there is no password for the wallet " + sources.wallet +
                          "; give one by --password-file, --password-fd or a systemd credential");
    }
    try {
        const std::string of_wallet = " of the wallet '" + sources.wallet + "': ";
        core::Secret typed = sources.is_new
                                 ? prompt_new_secret("New password" + of_wallet,
                                                     "The same again: ", sources.terminal)
                                 : prompt_secret("Password" + of_wallet, sources.terminal);
        if (typed.empty()) {
            throw WalletError("nothing was typed");
        }
        return typed;
    } catch (const WalletError& error) {
        throw WalletError("there is no password for the wallet " + sources.wallet + ": " +
                          error.what() +
                          "; type one, or give one by --password-file, --password-fd or a systemd "
                          "credential");
    }
}

void use(FoundKey& found, core::Secret password, std::string source) {
    found.key.password = std::move(password);
    found.password_from = std::move(source);
}

}  // namespace

FoundKey find_wallet_key(const PasswordSources& sources) {
    FoundKey found;
    // Whether it is used or not: nothing that is started later shall have it.
    auto from_environment = take_from_environment(variable);
    if (sources.from_environment != nullptr) {
        from_environment = sources.from_environment->clone();
    }
    if (auto password = from_credential()) {
        use(found, std::move(*password), "systemd credential");
    } else if (sources.descriptor) {
        use(found, from_descriptor(*sources.descriptor), "file descriptor");
    } else if (sources.password_file) {
        use(found, from_file(*sources.password_file), "password file");
    }
    if (sources.key_file) {
        found.key.key_file = read_key_file(*sources.key_file);
    }
    if (found.key.password || (found.key.key_file && !sources.password_too)) {
        return found;
    }
    if (from_environment && !from_environment->empty()) {
        use(found, std::move(*from_environment), "environment");
        found.warnings.push_back(
            std::string("the password of the wallet ") + sources.wallet + " came from " + variable +
            ", which whatever was started before could read as well; give it by --password-file or "
            "a systemd credential");
        return found;
    }
    use(found, from_terminal(sources), "terminal");
    return found;
}

std::optional<core::Secret> take_from_environment(const char* name) {
    char* const value = std::getenv(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    const std::size_t size = std::strlen(value);
    core::Secret taken(std::string_view(value, size));
    core::wipe(value, size);  // the very bytes that /proc/PID/environ shows
    ::unsetenv(name);
    return taken;
}

core::Secret read_key_file(const std::filesystem::path& file) {
    constexpr const char* what = "the key file";
    core::Secret content =
        read_secret_file({file, what, key_file_bytes_max, SecretReaders::AsRootSays}).content;
    if (content.size() < key_file_bytes_min) {
        throw WalletError(name_of(what, file) +
                          " has less than 32 bytes, which can be guessed; make "
                          "another one with: head -c 32 /dev/urandom > '" +
                          file.string() + '\'');
    }
    return content;
}

void create_key_file(const std::filesystem::path& file) {
    const core::Secret content = crypto::random_secret(key_file_bytes_min);
    const FileDescriptor out(::open(
        file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!out.is_open()) {
        throw WalletError(name_of("the key file", file) +
                          (errno == EEXIST
                               ? std::string(" exists already; name another file")
                               : std::string(" cannot be made: ") + std::strerror(errno)));
    }
    const auto size = static_cast<ssize_t>(content.size());
    if (::write(out.get(), content.reveal().data(), content.size()) != size ||
        ::fsync(out.get()) != 0) {
        const int error = errno;
        ::unlink(file.c_str());
        throw WalletError(name_of("the key file", file) +
                          " cannot be written: " + std::strerror(error));
    }
}

}  // namespace oa::host
