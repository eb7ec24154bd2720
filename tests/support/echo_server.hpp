#pragma once

#include <string>

#include "tests/support/http_server_process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// A small HTTP server that answers as its path tells, wrongly too; echo_server.py lists the paths.
class EchoServer {
public:
    EchoServer();

    /// "http://127.0.0.1:<port><path>"
    [[nodiscard]] std::string url(const std::string& path) const;
    /// "http://[::1]:<port><path>"; port 0 where the machine has no IPv6.
    [[nodiscard]] std::string url6(const std::string& path) const;
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] int port6() const { return port6_; }
    /// The address whose answer is these bytes, after which the connection closes.
    [[nodiscard]] std::string raw(const std::string& response) const;

private:
    ServerProcess process_;
    int port_ = 0;
    int port6_ = 0;
};

}  // namespace oa::test
