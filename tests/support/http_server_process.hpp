#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace oa::test {

/// A program that a test started; it ends with this object, by its process id.
class ServerProcess {
public:
    /// Looks the program up in PATH. Throws std::runtime_error when it cannot start.
    explicit ServerProcess(const std::vector<std::string>& command);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    /// The first line that it writes to standard output; throws after ten seconds without one.
    [[nodiscard]] std::string first_line();
    /// Whether it has ended by itself.
    [[nodiscard]] bool ended();
    /// Asks it to end by a signal, and waits up to ten seconds until it has.
    void stop(int signal);

private:
    pid_t pid_ = -1;
    int output_ = -1;
};

/// Runs a program to its end. Throws std::runtime_error unless it succeeds.
void must_run(const std::vector<std::string>& command);

/// A TCP port of 127.0.0.1 that nobody uses now. Another program may take it before the caller
/// does.
[[nodiscard]] int free_port();
/// A TCP port of 127.0.0.1 that refuses connections, and that nobody takes as long as this process
/// lives.
[[nodiscard]] int refusing_port();
/// Waits until 127.0.0.1:port takes connections; false when `server` ends first or after ten
/// seconds.
[[nodiscard]] bool wait_for_port(int port, ServerProcess& server);

}  // namespace oa::test
