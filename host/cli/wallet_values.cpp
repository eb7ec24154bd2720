#include "host/cli/wallet_values.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "core/secret/wiped_buffer.hpp"
#include "host/cli/secret_sources.hpp"
#include "host/wallet/import_text.hpp"
#include "host/wallet/password_source.hpp"
#include "host/wallet/terminal_prompt.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

core::Secret read_all(int descriptor, const std::string& what) {
    core::WipedBuffer out;
    std::array<char, 4096> room{};
    for (;;) {
        const ssize_t got = ::read(descriptor, room.data(), room.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw WalletError(what + " cannot be read: " + std::strerror(errno));
        }
        if (got == 0) {
            break;
        }
        out.append(std::string_view(room.data(), static_cast<std::size_t>(got)));
        if (out.size() > wallet_value_bytes_max) {
            throw WalletError(what + " has more than " +
                              std::to_string(wallet_value_bytes_max >> 20U) + " MiB");
        }
    }
    core::wipe(room.data(), room.size());
    return out.take();
}

void write_all(int descriptor, std::string_view text, const std::string& what) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            throw WalletError(what + " cannot be written: " + std::strerror(errno));
        }
        text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
}

bool is_env_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '.' || c == '-';
    });
}

void append_env_value(core::WipedBuffer& out, std::string_view value) {
    out.append('"');
    for (const char c : value) {
        switch (c) {
            case '\n': out.append("\\n"); break;
            case '\r': out.append("\\r"); break;
            case '\t': out.append("\\t"); break;
            case '"':
            case '\\':
            case '$':
                out.append('\\');
                out.append(c);
                break;
            default: out.append(c);
        }
    }
    out.append('"');
}

/// Nothing when the file is none of the wallets.
std::optional<WalletFormat> wallet_format(const core::Secret& content) {
    try {
        return format_of(content.reveal());
    } catch (const WalletFormatError&) {
        return std::nullopt;
    }
}

}  // namespace

core::Secret read_value(const std::string& name) {
    if (::isatty(STDIN_FILENO) == 1) {
        return prompt_new_secret("Value of " + printable(name) + ": ", "The same again: ");
    }
    core::Secret value = read_all(STDIN_FILENO, "standard input");
    const std::string_view text = value.reveal();
    value.shrink(text.size() - (text.ends_with("\r\n") ? 2 : text.ends_with('\n') ? 1 : 0));
    return value;
}

core::Secret read_value_file(const fs::path& file) {
    if (file == "-") {
        return read_all(STDIN_FILENO, "standard input");
    }
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        throw WalletError("the file " + file.string() +
                          " cannot be opened: " + std::strerror(errno));
    }
    try {
        core::Secret value = read_all(descriptor, "the file " + file.string());
        ::close(descriptor);
        return value;
    } catch (...) {
        ::close(descriptor);
        throw;
    }
}

void write_value(const core::Secret& value, LineEnd line_end) {
    write_all(STDOUT_FILENO, value.reveal(), "standard output");
    if (line_end == LineEnd::Add && !value.reveal().ends_with('\n')) {
        write_all(STDOUT_FILENO, "\n", "standard output");
    }
}

void write_private_file(const fs::path& file, const core::Secret& content) {
    constexpr mode_t private_mode = 0600;
    const std::string what = "the file " + file.string();
    const int descriptor =
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, private_mode);
    if (descriptor < 0) {
        throw WalletError(errno == EEXIST ? what + " exists; choose another name, or remove it"
                                          : what + " cannot be made: " + std::strerror(errno));
    }
    try {
        write_all(descriptor, content.reveal(), what);
        ::close(descriptor);
    } catch (...) {
        ::close(descriptor);
        ::unlink(file.c_str());  // half a file of secrets is of no use
        throw;
    }
}

WalletEntries read_import(const fs::path& file,
                          const WalletAccess& access,
                          const Workbench& workbench) {
    const core::Secret content = file == "-" ? read_value_file(file) : read_import_file(file);
    const auto format = wallet_format(content);
    if (!format || *format == WalletFormat::Plain) {
        return read_import_text(content.reveal());
    }
    const WalletFile source = wallet_file(file, workbench);
    PasswordSources sources;
    sources.wallet = file.filename().string();
    sources.descriptor = access.password_fd;
    sources.password_file = access.password_file;
    sources.key_file = access.key_file;
    sources.password_too = !source.look().takes_key_file();
    const core::Secret none;
    sources.from_environment = &none;
    return clone(source.open(find_wallet_key(sources).key).entries());
}

core::Secret write_env_text(const WalletEntries& entries) {
    core::WipedBuffer out;
    for (const auto& [name, entry] : entries) {
        if (!is_env_name(name)) {
            throw WalletError("the secret '" + name +
                              "' has a name that no .env file can have; use --format json");
        }
        if (entry.kind == ValueKind::Binary ||
            entry.value.reveal().find('\0') != std::string_view::npos) {
            throw WalletError("the secret '" + name +
                              "' is no text, so no .env file can have it; use --format json");
        }
        out.append(name);
        out.append('=');
        append_env_value(out, entry.value.reveal());
        out.append('\n');
    }
    return out.take();
}

}  // namespace oa::host
