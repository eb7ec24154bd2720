#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oa/json.hpp"
#include "oa/plugin.h"
#include "oa/testing.hpp"

namespace oa::test {

using oa::testing::CallOptions;
using oa::testing::FakeCall;
using oa::testing::FakeHost;
using Reply = oa::testing::Result;

/// Loads a plug-in as the host does and calls its functions through the C interface alone. The
/// library stays loaded until the process ends.
///     PluginHarness utils{OA_PLUGIN_FILE};
///     const Reply reply = utils.run("uuid", {{"version", 7}});
///     EXPECT_EQ(reply.status, OA_OK) << reply.message;
class PluginHarness {
public:
    /// Creates and starts the module. Throws std::runtime_error when anything of that fails.
    explicit PluginHarness(const std::string& file, const oa::Json& config = oa::Json::object());
    PluginHarness(const PluginHarness&) = delete;
    PluginHarness& operator=(const PluginHarness&) = delete;
    ~PluginHarness() = default;

    [[nodiscard]] const oa_module& module() const { return host_.module(); }
    /// By name or alias; throws when there is none.
    [[nodiscard]] const oa_function& function(std::string_view name) const {
        return host_.function(name);
    }
    [[nodiscard]] std::vector<std::string> function_names() const;
    [[nodiscard]] FakeHost& host() noexcept { return host_; }

    Reply run(std::string_view function, const oa::Json& params = oa::Json::object());
    /// With input blobs, a deadline or a small host; `options.params` is replaced.
    Reply run(std::string_view function, const oa::Json& params, CallOptions options);
    /// A call that the test made, to cancel it meanwhile from another thread.
    Reply run(std::string_view function, const FakeCall& call);

    /// Runs every example of a function and compares the output, or the code of the error, where
    /// one is given. What is wrong, one text each; empty when all is well.
    [[nodiscard]] std::vector<std::string> run_examples(std::string_view function);
    /// What is wrong with the texts and schemas of the whole module: unreadable or open schemas,
    /// parameters without description, missing examples, examples with parameters that do not
    /// exist or without required ones. Runs nothing.
    [[nodiscard]] std::vector<std::string> check_descriptor() const;

private:
    FakeHost host_;
};

/// For one EXPECT_EQ(joined(...), "").
[[nodiscard]] std::string joined(const std::vector<std::string>& problems);

/// What a call warned of, one line each.
[[nodiscard]] std::string warnings_of(const Reply& reply);

}  // namespace oa::test
