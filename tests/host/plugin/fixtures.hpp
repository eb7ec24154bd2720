#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <stdexcept>
#include <string>
#include <string_view>

#include <unistd.h>

#include "host/plugin/plugin_registry.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {

/// The library of a fixture.
inline std::filesystem::path fixture(const std::string& name) {
    return std::filesystem::path(OA_FIXTURE_DIR) / name / (name + ".so");
}

inline PluginPlace place(const std::filesystem::path& path) {
    return {path, "test"};
}

/// A search path of fixtures. The folder of a build may belong to anybody, so trust has tests of
/// its own.
template <typename... Names>
PluginSearch search_for(const Names&... names) {
    return {{place(fixture(names))...}, TrustPolicy::Ignore};
}

inline std::string read_bytes(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Lets a test and a function of a fixture wait for each other.
class Pipe {
public:
    Pipe() {
        if (pipe(ends_.data()) != 0) {
            throw std::runtime_error("no pipe");
        }
    }
    ~Pipe() {
        close(ends_[0]);
        close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] int reader() const { return ends_[0]; }
    [[nodiscard]] int writer() const { return ends_[1]; }
    [[nodiscard]] char wait() const {
        char byte = 0;
        return read(ends_[0], &byte, 1) == 1 ? byte : '\0';
    }
    void signal() const {
        if (write(ends_[1], "x", 1) != 1) {
            throw std::runtime_error("a pipe is full");
        }
    }

private:
    std::array<int, 2> ends_{};
};

}  // namespace oa::host
