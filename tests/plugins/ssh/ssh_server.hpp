#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// A real sshd on the loopback with keys of its own, for the user who runs the tests. It ends with
/// this object.
class SshServer {
public:
    struct Options {
        std::string extra{};                 ///< lines for its configuration
        std::string sftp = "internal-sftp";  ///< empty: no SFTP
        bool ipv6 = false;
        /// Passwords are checked by PAM: right is "correct horse". Only root can set that up.
        bool passwords = false;
        /// A file system of 1 MiB that it alone sees, as folder/small. Only root can do that.
        bool small_disk = false;
        std::string host_key = "ed25519";  ///< kind of its key
    };

    SshServer() : SshServer(Options()) {}
    explicit SshServer(const Options& options);

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] const std::string& host() const { return host_; }
    /// "ssh-ed25519 AAAA..." of its key.
    [[nodiscard]] std::string public_key() const;
    /// As known_hosts names it.
    [[nodiscard]] std::string known_name() const;
    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }
    /// Lets another public key in.
    void authorize(const std::string& public_key) const;

private:
    std::string write_config(const Options& options) const;

    TemporaryFolder folder_;
    std::string host_;
    int port_ = 0;
    std::unique_ptr<ServerProcess> process_;
};

/// Makes a key pair at `path` and path.pub, with ssh-keygen and these arguments.
void make_key(const std::string& path,
              const std::string& type,
              const std::string& passphrase = "",
              const std::vector<std::string>& arguments = {});

/// The name of the user who runs the tests.
[[nodiscard]] std::string current_user();
[[nodiscard]] bool is_root();

}  // namespace oa::test
