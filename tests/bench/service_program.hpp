#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/raw_client.hpp"
#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// The real program as a service with its real plug-ins, on the disk that has TMPDIR, and the
/// workflows `three` and `forty`, named for their tasks.
class ServiceProgram {
public:
    explicit ServiceProgram(const std::string& durability, const std::string& config = "") {
        folder_.write("workflows/three.yaml", chain(3));
        folder_.write("workflows/forty.yaml", chain(40));
        const auto begun = std::chrono::steady_clock::now();
        program_ = std::make_unique<Subprocess>(std::vector<std::string>{
            OA_PROGRAM, "--config", folder_.write("oa.yaml", config), "serve", "--data",
            folder_.at("data"), "--workflows", folder_.at("workflows"), "--port", "0",
            "--durability", durability, "--log-level", "warn"});
        const std::string mark = "listening on http://127.0.0.1:";
        if (!program_->wait_for(mark)) {
            throw std::runtime_error(program_->said());
        }
        start_ = std::chrono::steady_clock::now() - begun;
        const std::string said = program_->said();
        port_ = std::stoi(said.substr(said.find(mark) + mark.size()));
        std::ifstream(folder_.at("data/admin-token")) >> token_;
    }

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] double start_ms() const {
        return std::chrono::duration<double, std::milli>(start_).count();
    }
    [[nodiscard]] double resident_mib() const {
        std::ifstream status(proc() + "/statm");
        double pages = 0;
        status >> pages >> pages;
        return pages * 4 / 1024;
    }
    [[nodiscard]] std::size_t descriptors() const { return entries(proc() + "/fd"); }
    [[nodiscard]] std::size_t threads() const { return entries(proc() + "/task"); }
    [[nodiscard]] double data_mib() const {
        double bytes = 0;
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(folder_.at("data"))) {
            std::error_code gone;
            const auto size = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
            bytes += gone ? 0 : static_cast<double>(size);
        }
        return bytes / (1U << 20U);
    }
    [[nodiscard]] std::string request(const std::string& method,
                                      const std::string& target,
                                      const std::string& fields = "") const {
        return method + " " + target + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port_) +
               "\r\nAuthorization: Bearer " + token_ + "\r\n" + fields + "\r\n";
    }

private:
    static std::string chain(int tasks) {
        std::string text = "tasks:\n";
        for (int task = 0; task < tasks; ++task) {
            text += "  - name: t" + std::to_string(task) + "\n    utils.noop: {}\n";
        }
        return text;
    }
    [[nodiscard]] std::string proc() const { return "/proc/" + std::to_string(program_->pid()); }
    static std::size_t entries(const std::string& folder) {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) {
            ++count;
        }
        return count;
    }

    TemporaryFolder folder_;
    std::unique_ptr<Subprocess> program_;
    std::chrono::steady_clock::duration start_{};
    int port_ = 0;
    std::string token_;
};

/// Whether a request that was sent is answered with 200 or 202.
inline bool ask(RawClient& client, const std::string& request) {
    if (!client.send(request)) {
        return false;
    }
    const auto answer = client.answer();
    return answer && (answer->status == 200 || answer->status == 202);
}

}  // namespace oa::test
