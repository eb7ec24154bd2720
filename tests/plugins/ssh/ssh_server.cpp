#include "tests/plugins/ssh/ssh_server.hpp"

#include <array>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace oa::test {

namespace {

constexpr const char* sshd = "/usr/sbin/sshd";

std::string first_words(const std::string& text, int count) {
    std::size_t end = 0;
    for (int i = 0; i < count && end != std::string::npos; ++i) {
        end = text.find_first_of(" \n", end == 0 ? 0 : end + 1);
    }
    return text.substr(0, end);
}

/// For PAM: says yes to one password.
constexpr const char* check_password = R"sh(#!/bin/sh
read -r given
[ "$given" = "correct horse" ]
)sh";

}  // namespace

bool is_root() {
    return ::geteuid() == 0;
}

std::string current_user() {
    const passwd* const entry = ::getpwuid(::geteuid());
    return entry == nullptr ? "" : entry->pw_name;
}

void make_key(const std::string& path,
              const std::string& type,
              const std::string& passphrase,
              const std::vector<std::string>& arguments) {
    std::vector<std::string> command{"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", path};
    command.insert(command.end(), arguments.begin(), arguments.end());
    must_run(command);
}

SshServer::SshServer(const Options& options)
    : host_(options.ipv6 ? "::1" : "127.0.0.1"), port_(free_port()) {
    if (::access(sshd, X_OK) != 0) {
        throw std::runtime_error("sshd is missing: install the package openssh-server");
    }
    if (is_root()) {
        ::mkdir("/run/sshd", 0755);  // what systemd does before it starts the server
    }
    make_key(folder_.at("host_key"), options.host_key);
    folder_.write("authorized_keys", "");
    std::string command = std::string("exec ") + sshd + " -D -f " + write_config(options) + " -E " +
                          folder_.at("log");
    std::vector<std::string> start;
    if (options.passwords || options.small_disk) {
        start = {"unshare", "--mount"};  // what is mounted is seen by this server alone
        if (options.passwords) {
            const std::string check = folder_.write("check", check_password);
            ::chmod(check.c_str(), 0755);
            const std::string pam =
                folder_.write("pam", "auth required pam_exec.so expose_authtok quiet " + check +
                                         "\nauth required pam_permit.so\naccount required "
                                         "pam_permit.so\nsession required pam_permit.so\n");
            command = "mount --bind " + pam + " /etc/pam.d/sshd && " + command;
        }
        if (options.small_disk) {
            ::mkdir(folder_.at("small").c_str(), 0755);
            command = "mount -t tmpfs -o size=1m tmpfs " + folder_.at("small") + " && " + command;
        }
    }
    start.insert(start.end(), {"sh", "-c", command});
    process_ = std::make_unique<ServerProcess>(start);
    // It listens on both addresses, so that this tells of either.
    if (!wait_for_port(port_, *process_)) {
        throw std::runtime_error("sshd does not start: " + folder_.read("log"));
    }
}

std::string SshServer::write_config(const Options& options) const {
    std::string text = "Port " + std::to_string(port_) +
                       "\nListenAddress 127.0.0.1\nListenAddress ::1\nHostKey " +
                       folder_.at("host_key") + "\nAuthorizedKeysFile " +
                       folder_.at("authorized_keys") + "\nPidFile none\nStrictModes no\n" +
                       "PermitRootLogin yes\nMaxStartups 200\nLoginGraceTime 20\n" +
                       "LogLevel VERBOSE\nAcceptEnv TEST_*\nPrintMotd no\nPrintLastLog no\n";
    text += options.passwords ? "UsePAM yes\n" : "UsePAM no\nPasswordAuthentication no\n";
    if (!options.sftp.empty()) {
        text += "Subsystem sftp " + options.sftp + "\n";
    }
    return folder_.write("sshd_config", options.extra + text);
}

std::string SshServer::public_key() const {
    return first_words(folder_.read("host_key.pub"), 2);
}

std::string SshServer::known_name() const {
    return "[" + host_ + "]:" + std::to_string(port_);
}

void SshServer::authorize(const std::string& public_key) const {
    std::ofstream(folder_.at("authorized_keys"), std::ios::app) << public_key << "\n";
}

}  // namespace oa::test
