#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/json/json.hpp"
#include "tests/support/subprocess.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// Runs the real program against the real plug-ins.
struct CliTest : testing::Test {
    TemporaryFolder folder;

    static std::vector<std::string> command(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), OA_PROGRAM);
        return arguments;
    }
    static ProcessResult oa(std::vector<std::string> arguments,
                            const Subprocess::Options& options = {}) {
        return run_program(command(std::move(arguments)), options);
    }
    /// A file that nobody else may read, as wallets and passwords have to be.
    [[nodiscard]] std::string private_file(const std::string& name, std::string_view text) const {
        const std::string file = folder.write(name, text);
        std::filesystem::permissions(
            file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        return file;
    }
    static boost::json::object json(const ProcessResult& result) {
        return core::parse_json(result.out).as_object();
    }
    /// The tasks of an `oa run --json` document by name.
    static boost::json::object task(const boost::json::object& document, std::string_view name) {
        for (const auto& item : document.at("tasks").as_array()) {
            if (item.at("name").as_string() == name) {
                return item.as_object();
            }
        }
        ADD_FAILURE() << "no task " << name;
        return {};
    }
};

}  // namespace oa::test
