#include "tests/workflows/ssh_account.hpp"

namespace oa::test {
namespace {

/// Two machines, which are one in truth.
struct DiskSpaceWatchTest : WorkflowTest {
    boost::json::object watch(boost::json::array hosts, int limit, int exit_status) {
        hosts.push_back({{"host", machine.host()}, {"port", machine.port()}});
        return run("disk-space-watch",
                   {{"hosts", hosts}, {"user", current_user()}, {"limit", limit}}, exit_status);
    }

    SshAccount machine{home()};
};

TEST_F(DiskSpaceWatchTest, IsQuietWhereThereIsRoom) {
    const auto document = watch({{{"host", machine.host()}, {"port", machine.port()}}}, 100, 0);

    const boost::json::value& disks = document.at("outputs").at("disks");
    ASSERT_EQ(disks.as_array().size(), 2U);
    EXPECT_EQ(disks.at(0).at(0).at("disk"), "/");
    EXPECT_EQ(told(), std::vector<std::string>());
}

TEST_F(DiskSpaceWatchTest, TellsWhichDisksAreFullAndWhoIsSilent) {
    const auto document = watch({{{"host", "localhost"}, {"port", refusing_port()}}}, 0, 1);

    const boost::json::value notice = core::parse_json(told_once());
    EXPECT_EQ(notice.at("silent"), (boost::json::array{"localhost"}));
    EXPECT_EQ(text_of(notice.at("full").at(0).at("host")), machine.host());
    EXPECT_EQ(notice.at("full").at(0).at("disks").at(0).at("disk"), "/");
    EXPECT_TRUE(has(error(document), "1 machines have full disks, 1 do not answer"))
        << error(document);
}

}  // namespace
}  // namespace oa::test
