#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/plugins/support/plugin_harness.hpp"
#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

using oa::Json;

/// A bare repository "shop.git" with two commits on main, and helpers to look into repositories by
/// git itself. The settings of whoever runs the tests do not count.
struct GitTest : ::testing::Test {
    GitTest() {
        ::setenv("HOME", folder.at("home").c_str(), 1);
        ::setenv("XDG_CONFIG_HOME", folder.at("home").c_str(), 1);
        std::filesystem::create_directories(folder / "home");
        git("", {"init", "--quiet", "--bare", "--initial-branch=main", origin});
        git("", {"clone", "--quiet", origin, seed});
        add(seed, "readme.txt", "one\n", "First");
        add(seed, "prices.txt", "tea 3\n", "Prices\n\nAll of them.");
        git(seed, {"push", "--quiet", "origin", "HEAD:main"});
    }

    /// Runs git as a user would; its standard output without the last line break.
    std::string git(const std::string& where, std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"/usr/bin/git", "-c", "user.name=Ada", "-c",
                                             "user.email=ada@example.com"});
        Subprocess::Options options;
        options.folder = where;
        options.environment = {{"HOME", folder.at("home")}, {"GIT_CONFIG_NOSYSTEM", "1"}};
        const ProcessResult result = run_program(arguments, options);
        EXPECT_EQ(result.exit_status, 0) << result.err;
        return result.out.substr(0, result.out.find_last_not_of('\n') + 1);
    }
    void add(const std::string& where,
             const std::string& file,
             const std::string& content,
             const std::string& message) const {
        write(where, file, content);
        git(where, {"add", "--all"});
        git(where, {"commit", "--quiet", "-m", message});
    }
    void write(const std::string& where,
               const std::string& file,
               const std::string& content) const {
        folder.write(std::filesystem::relative(where, folder.path()).string() + "/" + file,
                     content);
    }
    std::string head(const std::string& where) const { return git(where, {"rev-parse", "HEAD"}); }

    Reply run(const std::string& function, const Json& params) {
        return plugin.run(function, params);
    }
    Reply clone(const std::string& url, const std::string& path, Json more = Json::object()) {
        more["url"] = url;
        more["path"] = path;
        return run("clone", more);
    }
    /// A clone of the bare repository, made by the plug-in.
    std::string work() {
        std::string path = folder.at("work");
        const Reply reply = clone(origin, path);
        EXPECT_EQ(reply.status, OA_OK) << reply.message;
        EXPECT_EQ(joined(reply.violations), "");
        return path;
    }
    static Json named() { return {{"author_name", "Bob"}, {"author_email", "bob@example.com"}}; }

    TemporaryFolder folder;
    std::string origin = folder.at("shop.git");
    std::string seed = folder.at("seed");
    PluginHarness plugin{OA_PLUGIN_FILE};
};

}  // namespace oa::test
