#pragma once

#include <filesystem>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/echo_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// The most memory that this process has had so far, in KiB. 0 under a sanitizer, which holds back
/// what was freed.
inline long most_memory() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return OA_SANITIZED == 0 ? used.ru_maxrss : 0;
}

/// The plug-in, the small server and a folder to work in.
struct HttpFixture : ::testing::Test {
    EchoServer server;
    TemporaryFolder folder;
    PluginHarness http{OA_PLUGIN_FILE};

    /// How many files there are, hidden ones included.
    [[nodiscard]] std::size_t names() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(folder.path()), {}));
    }
    /// The headers of all requests for a file of the small server.
    [[nodiscard]] oa::Json seen(const std::string& name) {
        return http.run("get", {{"url", server.url("/seen/" + name)}}).json["json"];
    }
};

}  // namespace oa::test
