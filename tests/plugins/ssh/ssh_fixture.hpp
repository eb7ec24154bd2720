#pragma once

#include <string>

#include <gtest/gtest.h>

#include "tests/plugins/ssh/ssh_server.hpp"
#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// A server, a key that it lets in, a file that knows the server, and the plug-in.
struct SshFixture : ::testing::Test {
    explicit SshFixture(const SshServer::Options& options = {});

    /// The connection's parameters, and these.
    [[nodiscard]] Json with(Json params) const;
    [[nodiscard]] Json with(const SshServer& other, Json params) const;
    Reply run(const std::string& command, Json params = Json::object());
    Reply upload(const std::string& local, const std::string& remote, Json params = Json::object());
    Reply download(const std::string& remote,
                   const std::string& local,
                   Json params = Json::object());

    TemporaryFolder folder;
    SshServer server;
    std::string key = folder.at("key");
    std::string known_hosts = folder.at("known_hosts");
    PluginHarness ssh{OA_PLUGIN_FILE};
};

}  // namespace oa::test
