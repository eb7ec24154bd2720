#include "known_hosts.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <unistd.h>

#include "oa/error.hpp"
#include "sockets.hpp"
#include "wire.hpp"

namespace oa::ssh {

namespace {

constexpr const char* system_file = "/etc/ssh/ssh_known_hosts";

struct KeyType {
    const char* name;
    int host_key;  // LIBSSH2_HOSTKEY_TYPE_*
    int known;     // LIBSSH2_KNOWNHOST_KEY_*
};
constexpr std::array<KeyType, 5> key_types{{
    {"ssh-ed25519", LIBSSH2_HOSTKEY_TYPE_ED25519, LIBSSH2_KNOWNHOST_KEY_ED25519},
    {"ecdsa-sha2-nistp256", LIBSSH2_HOSTKEY_TYPE_ECDSA_256, LIBSSH2_KNOWNHOST_KEY_ECDSA_256},
    {"ecdsa-sha2-nistp384", LIBSSH2_HOSTKEY_TYPE_ECDSA_384, LIBSSH2_KNOWNHOST_KEY_ECDSA_384},
    {"ecdsa-sha2-nistp521", LIBSSH2_HOSTKEY_TYPE_ECDSA_521, LIBSSH2_KNOWNHOST_KEY_ECDSA_521},
    {"ssh-rsa", LIBSSH2_HOSTKEY_TYPE_RSA, LIBSSH2_KNOWNHOST_KEY_SSHRSA},
}};

struct HostsDeleter {
    void operator()(LIBSSH2_KNOWNHOSTS* hosts) const noexcept { ::libssh2_knownhost_free(hosts); }
};

std::string base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                       static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

/// The files of known hosts, read line by line: one that makes no sense must not hide the others.
class KnownHosts {
public:
    KnownHosts(LIBSSH2_SESSION* session, const Target& target)
        : hosts_(::libssh2_knownhost_init(session)) {
        if (!hosts_) {
            throw exhausted("no memory for the known hosts");
        }
        for (const std::string& file : {target.known_hosts, std::string(system_file)}) {
            read(file);
        }
    }

    /// LIBSSH2_KNOWNHOST_CHECK_*
    [[nodiscard]] int check(const std::string& host, const std::string& key, int known_type) const {
        return ::libssh2_knownhost_check(
            hosts_.get(), host.c_str(), key.data(), key.size(),
            LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_BASE64 | known_type, nullptr);
    }
    /// Whether some key of this kind is known of the host.
    [[nodiscard]] bool knows(const std::string& host, int known_type) const {
        return check(host, "AAAA", known_type) == LIBSSH2_KNOWNHOST_CHECK_MISMATCH;
    }
    [[nodiscard]] bool is_revoked(const std::string& key) const {
        for (const std::string& line : revoked_) {
            if (line.find(key) != std::string::npos) {
                return true;
            }
        }
        return false;
    }

private:
    void read(const std::string& path) {
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("@revoked")) {
                revoked_.push_back(line);
            } else if (!line.starts_with('@')) {  // certificates are not used
                ::libssh2_knownhost_readline(hosts_.get(), line.data(), line.size(),
                                             LIBSSH2_KNOWNHOST_FILE_OPENSSH);
            }
        }
    }

    std::unique_ptr<LIBSSH2_KNOWNHOSTS, HostsDeleter> hosts_;
    std::vector<std::string> revoked_;
};

void remember(const Target& target, std::string_view key) {
    const std::filesystem::path path = target.known_hosts;
    std::error_code ignored;
    if (path.has_parent_path() &&
        std::filesystem::create_directories(path.parent_path(), ignored)) {
        std::filesystem::permissions(path.parent_path(), std::filesystem::perms::owner_all,
                                     ignored);
    }
    const Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600));
    const std::string line = target.known_name() + " " +
                             std::string(WireReader(key).text().value_or("")) + " " + base64(key) +
                             "\n";
    // One write, so that calls at the same time do not mix their lines.
    if (!file.is_open() ||
        ::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
        const int error = errno;
        throw permission_denied("the key of " + target.name() + " cannot be added to " +
                                target.known_hosts + ": " + std::generic_category().message(error));
    }
}

void require_pinned(const Target& target, std::string_view key) {
    const std::string found = fingerprint_of(key);
    if (found != target.host_key) {
        throw unauthenticated(target.name() + " has the key " + found + ", but host_key is " +
                              target.host_key);
    }
}

}  // namespace

std::string fingerprint_of(std::string_view key) {
    std::string hash(SHA256_DIGEST_LENGTH, '\0');
    ::SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(),
             reinterpret_cast<unsigned char*>(hash.data()));
    std::string text = base64(hash);
    text.erase(text.find_last_not_of('=') + 1);
    return "SHA256:" + text;
}

std::string known_key_types(LIBSSH2_SESSION* session, const Target& target) {
    const KnownHosts hosts(session, target);
    std::string known;
    std::string others;
    for (const KeyType& type : key_types) {
        std::string& list = hosts.knows(target.known_name(), type.known) ? known : others;
        list += (list.empty() ? "" : ",") + std::string(type.name);
    }
    return known + (known.empty() || others.empty() ? "" : ",") + others;
}

void require_known(LIBSSH2_SESSION* session, const Target& target, std::string_view key, int type) {
    if (!target.host_key.empty()) {
        require_pinned(target, key);
        return;
    }
    if (target.host_key_check == HostKeyCheck::Insecure) {
        return;
    }
    int known_type = LIBSSH2_KNOWNHOST_KEY_UNKNOWN;
    for (const KeyType& candidate : key_types) {
        if (candidate.host_key == type) {
            known_type = candidate.known;
        }
    }
    const KnownHosts hosts(session, target);
    const std::string text = base64(key);
    const std::string fingerprint = fingerprint_of(key);
    if (hosts.is_revoked(text)) {
        throw unauthenticated("the key " + fingerprint + " of " + target.name() +
                              " is revoked in the known hosts");
    }
    if (hosts.check(target.known_name(), text, known_type) == LIBSSH2_KNOWNHOST_CHECK_MATCH) {
        return;
    }
    // A key of another kind is a change as well: it may come from somebody in between.
    for (const KeyType& known : key_types) {
        if (hosts.knows(target.known_name(), known.known)) {
            throw unauthenticated(
                "the key of " + target.name() + " has changed: it is " + fingerprint +
                " now, and another one in " + target.known_hosts +
                ". Somebody may be listening in. If the change is right, remove the old key: "
                "ssh-keygen -R '" +
                target.known_name() + "' -f " + target.known_hosts);
        }
    }
    if (target.host_key_check == HostKeyCheck::AcceptNew) {
        remember(target, key);
        return;
    }
    throw unauthenticated(target.name() + " is unknown: its key " + fingerprint + " is not in " +
                          target.known_hosts +
                          ". Add it there, name it as host_key, or write host_key_check: "
                          "accept-new to trust it the first time");
}

}  // namespace oa::ssh
