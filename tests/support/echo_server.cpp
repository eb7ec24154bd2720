#include "tests/support/echo_server.hpp"

#include <sstream>

namespace oa::test {

EchoServer::EchoServer()
    : process_({"python3", "-I", "-S", OA_SOURCE_DIR "/tests/support/echo_server.py"}) {
    std::istringstream ports(process_.first_line());
    ports >> port_ >> port6_;
}

std::string EchoServer::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::string EchoServer::url6(const std::string& path) const {
    return "http://[::1]:" + std::to_string(port6_) + path;
}

std::string EchoServer::raw(const std::string& response) const {
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const char c : response) {
        hex += digits[static_cast<unsigned char>(c) >> 4U];
        hex += digits[static_cast<unsigned char>(c) & 15U];
    }
    return url("/raw/" + hex);
}

}  // namespace oa::test
