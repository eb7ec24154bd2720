#pragma once

#include <string>

#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// The server of git_http_server.py, without TLS, for the repositories in a folder.
class GitServer {
public:
    explicit GitServer(const TemporaryFolder& folder)
        : process_({"python3", "-I", OA_SOURCE_DIR "/tests/support/git_http_server.py",
                    folder.path().string()}),
          address_("http://127.0.0.1:" + process_.first_line()) {}

    [[nodiscard]] const std::string& address() const { return address_; }
    /// `mode` is one of those that git_http_server.py knows, such as open or private.
    [[nodiscard]] std::string url(const std::string& mode, const std::string& repository) const {
        return address_ + "/" + mode + "/" + repository;
    }

private:
    ServerProcess process_;
    std::string address_;
};

}  // namespace oa::test
