#include "tests/support/podman_service.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace oa::test {

namespace {

namespace fs = std::filesystem;

constexpr const char* program = "/usr/bin/podman";

void make_image_archive(const TemporaryFolder& folder) {
    fs::create_directories(folder / "image/bin");
    fs::copy_file("/bin/busybox", folder / "image/bin/busybox");
    for (const char* name : {"sh", "echo", "sleep", "env", "head"}) {
        fs::create_symlink("busybox", folder / "image/bin" / name);
    }
    const ProcessResult packed =
        run_program({"/usr/bin/tar", "-C", folder.at("image"), "-cf", folder.at("image.tar"), "."});
    if (packed.exit_status != 0) {
        throw std::runtime_error("cannot pack the image: " + packed.err);
    }
}

}  // namespace

bool PodmanService::is_there() {
    return fs::exists(program);
}

PodmanService::PodmanService(const TemporaryFolder& folder)
    : folder_(folder),
      service_(command({"system", "service", "--time=0", "unix://" + prepared().at("sock")}),
               options()) {}

PodmanService::~PodmanService() {
    static_cast<void>(podman({"rm", "--all", "--force", "--time=0"}));
    end_monitors();
}

ProcessResult PodmanService::podman(const std::vector<std::string>& arguments) const {
    return run_program(command(arguments), options());
}

std::vector<std::string> PodmanService::command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {program, "--root", folder_.at("root"), "--runroot",
                                         folder_.at("run"), "--storage-driver", "vfs"});
    return arguments;
}

Subprocess::Options PodmanService::options() const {
    Subprocess::Options out;
    out.environment = {{"CONTAINERS_CONF", folder_.at("containers.conf")},
                       {"HOME", folder_.path().string()}};
    return out;
}

/// The folder, with the settings and the image.
const TemporaryFolder& PodmanService::prepared() const {
    folder_.write("containers.conf",
                  "[engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\n[containers]\n"
                  "default_ulimits = [\"nofile=1024:1024\",\"nproc=1000:1000\"]\n");
    make_image_archive(folder_);
    const ProcessResult made = podman({"import", folder_.at("image.tar"), image});
    if (made.exit_status != 0) {
        throw std::runtime_error("podman cannot import the image: " + made.err);
    }
    return folder_;
}

/// Podman leaves a process for every exec that lingers for five minutes; those that name our
/// folder are ours.
void PodmanService::end_monitors() const {
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string pid = entry.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        std::ifstream file(entry.path() / "cmdline", std::ios::binary);
        const std::string line{std::istreambuf_iterator<char>(file), {}};
        if (line.find("conmon") != std::string::npos &&
            line.find(folder_.path().string() + "/") != std::string::npos) {
            ::kill(std::stoi(pid), SIGKILL);
        }
    }
}

}  // namespace oa::test
