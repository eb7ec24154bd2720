#pragma once

#include <filesystem>
#include <string>

#include "tests/plugins/ssh/ssh_server.hpp"
#include "tests/workflows/workflow_fixture.hpp"

namespace oa::test {

/// A server of SSH that the user of the run may log in to with the key in the home's .ssh.
class SshAccount {
public:
    explicit SshAccount(const std::string& home) {
        const std::filesystem::path keys = std::filesystem::path(home) / ".ssh";
        std::filesystem::create_directories(keys);
        make_key((keys / "id_ed25519").string(), "ed25519");
        std::ifstream key(keys / "id_ed25519.pub");
        server_.authorize({std::istreambuf_iterator<char>(key), {}});
        std::ofstream(keys / "known_hosts")
            << server_.known_name() << " " << server_.public_key() << "\n";
    }

    [[nodiscard]] const std::string& host() const { return server_.host(); }
    [[nodiscard]] int port() const { return server_.port(); }

private:
    SshServer server_;
};

}  // namespace oa::test
