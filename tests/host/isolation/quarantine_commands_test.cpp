#include "host/cli/quarantine_commands.hpp"

#include <sstream>

#include <boost/json.hpp>

#include "tests/host/isolation/isolation_fixture.hpp"

namespace oa::host {
namespace {

struct QuarantineCommandsTest : testing::Test {
    test::TemporaryFolder folder;
    isolation::SetClock clock;
    isolation::Quarantine quarantine{folder / "state", clock, {}};
    std::ostringstream out;
    std::ostringstream problems;

    void bar(const std::string& module) {
        quarantine.refuse_now({.hash = "0123456789abcdef" + module,
                               .module = module,
                               .id = "com.acme." + module,
                               .version = "1.4.2",
                               .file = "/plugins/" + module + ".so"},
                              "broke the worker protocol: nonsense");
    }
    ExitStatus run(PluginQuarantineOptions options) {
        return plugin_quarantine(options, quarantine, out, problems, 80);
    }
};

TEST_F(QuarantineCommandsTest, SaysThatNothingIsInQuarantine) {
    EXPECT_EQ(run({}), ExitStatus::Ok);
    EXPECT_EQ(out.str(), "No plug-in is in quarantine.\n");
}

TEST_F(QuarantineCommandsTest, ListsEachFileWithTheReason) {
    bar("acme");

    EXPECT_EQ(run({}), ExitStatus::Ok);

    EXPECT_EQ(out.str(),
              "acme 1.4.2 (com.acme.acme), 0123456789ab: not called any more\n"
              "  since 2027-01-15T08:00:00Z: it broke the worker protocol: nonsense\n"
              "  /plugins/acme.so\n"
              "`oa plugin release NAME` lets one run again.\n");
}

TEST_F(QuarantineCommandsTest, ListsForPrograms) {
    bar("acme");
    PluginQuarantineOptions options;
    options.json = true;

    EXPECT_EQ(run(options), ExitStatus::Ok);

    const auto document = boost::json::parse(out.str());
    const auto& entry = document.at("quarantine").at(0);
    EXPECT_EQ(entry.at("module").as_string(), "acme");
    EXPECT_EQ(entry.at("state").as_string(), "refused");
    EXPECT_EQ(entry.at("since").as_string(), "2027-01-15T08:00:00Z");
}

TEST_F(QuarantineCommandsTest, ReleasesOneAndLeavesTheOthers) {
    bar("acme");
    bar("other");
    PluginQuarantineOptions options;
    options.action = PluginQuarantineOptions::Action::Release;
    options.name = "acme";

    EXPECT_EQ(run(options), ExitStatus::Ok);

    EXPECT_EQ(out.str(), "released acme 1.4.2 (0123456789ab)\n");
    ASSERT_EQ(quarantine.list().size(), 1U);
    EXPECT_EQ(quarantine.list()[0].content.module, "other");
}

TEST_F(QuarantineCommandsTest, AnUnknownNameIsAProblem) {
    PluginQuarantineOptions options;
    options.action = PluginQuarantineOptions::Action::Release;
    options.name = "nobody";

    EXPECT_EQ(run(options), ExitStatus::PluginTrouble);
    EXPECT_EQ(out.str(), "");
    EXPECT_NE(problems.str().find("'nobody'"), std::string::npos);
}

}  // namespace
}  // namespace oa::host
