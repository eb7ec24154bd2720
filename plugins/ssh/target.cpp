#include "target.hpp"

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <pwd.h>
#include <unistd.h>

#include "oa/error.hpp"

namespace oa::ssh {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct User {
    std::string name;
    std::string home;
};

User current_user() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr) {
        return {};
    }
    return {entry.pw_name, entry.pw_dir};
}

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

}  // namespace

std::string Target::name() const {
    const bool brackets = host.find(':') != std::string::npos;
    return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Target::known_name() const {
    return port == 22 ? host : "[" + host + "]:" + std::to_string(port);
}

std::string home_folder() {
    const std::string home = environment("HOME");
    return home.empty() ? current_user().home : home;
}

std::string local_user() {
    return current_user().name;
}

std::string local_path(const std::string& path) {
    return path == "~" || path.starts_with("~/") ? home_folder() + path.substr(1) : path;
}

std::string plain_text(Call& call, std::string_view name, std::string fallback) {
    auto text = call.param<std::string>(name, std::move(fallback));
    if (text.find('\0') != std::string::npos) {
        throw invalid_params(pointer_to(name), std::string(name) + " holds a NUL byte");
    }
    return text;
}

Target target_params(Call& call) {
    Target target;
    target.host = plain_text(call, "host");
    if (target.host.starts_with('[') && target.host.ends_with(']')) {
        target.host = target.host.substr(1, target.host.size() - 2);
    }
    if (target.host.empty() || target.host.find_first_of(" /@\n") != std::string::npos) {
        throw invalid_params("/host", "host is no name or address of a machine");
    }
    const auto port = call.param<std::int64_t>("port", 22);
    if (port < 1 || port > 65535) {
        throw invalid_params("/port", "port is not from 1 to 65535");
    }
    target.port = static_cast<std::uint16_t>(port);
    target.family = call.choice<Family>(
        "address_family", {{"any", Family::Any}, {"ipv4", Family::IPv4}, {"ipv6", Family::IPv6}},
        Family::Any);
    target.user = plain_text(call, "user", local_user());
    if (target.user.empty()) {
        throw invalid_params("/user", "user is missing");
    }
    target.private_key = call.param<std::string>("private_key", "");
    target.private_key_file = local_path(plain_text(call, "private_key_file"));
    target.passphrase = plain_text(call, "passphrase");
    target.password = plain_text(call, "password");
    target.agent = call.find_param<bool>("agent");
    target.agent_socket =
        local_path(plain_text(call, "agent_socket", environment("SSH_AUTH_SOCK")));
    target.host_key_check = call.choice<HostKeyCheck>("host_key_check",
                                                      {{"strict", HostKeyCheck::Strict},
                                                       {"accept-new", HostKeyCheck::AcceptNew},
                                                       {"insecure", HostKeyCheck::Insecure}},
                                                      HostKeyCheck::Strict);
    target.host_key = plain_text(call, "host_key");
    if (!target.host_key.empty() && !target.host_key.starts_with("SHA256:")) {
        throw invalid_params("/host_key",
                             "host_key does not start with SHA256:, as ssh-keygen -l prints it");
    }
    if (target.host_key.empty() && target.host_key_check == HostKeyCheck::Insecure) {
        call.log().warn("the key of the server is not checked: host_key_check is insecure");
    }
    target.known_hosts = local_path(plain_text(call, "known_hosts", "~/.ssh/known_hosts"));
    target.connect_timeout = call.param<milliseconds>("connect_timeout", 10s);
    target.keepalive = call.param<milliseconds>("keepalive", 15s);
    return target;
}

}  // namespace oa::ssh
