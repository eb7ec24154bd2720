#pragma once

#include <string>
#include <vector>

#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// Podman's service, which speaks as Docker's engine does, with storage of its own in a folder and
/// one image, which holds busybox alone. Its containers end with it.
class PodmanService {
public:
    static constexpr const char* image = "localhost/oa-test:1";

    /// Whether the package podman is installed.
    [[nodiscard]] static bool is_there();

    /// Starts it; it answers a moment later. Throws std::runtime_error when the image cannot be
    /// made.
    explicit PodmanService(const TemporaryFolder& folder);
    ~PodmanService();
    PodmanService(const PodmanService&) = delete;
    PodmanService& operator=(const PodmanService&) = delete;

    [[nodiscard]] std::string socket() const { return folder_.at("sock"); }
    /// Runs the program podman on the same storage.
    [[nodiscard]] ProcessResult podman(const std::vector<std::string>& arguments) const;

private:
    [[nodiscard]] std::vector<std::string> command(std::vector<std::string> arguments) const;
    [[nodiscard]] Subprocess::Options options() const;
    [[nodiscard]] const TemporaryFolder& prepared() const;
    void end_monitors() const;

    const TemporaryFolder& folder_;
    Subprocess service_;
};

}  // namespace oa::test
