#include "host/wallet/careful_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "tests/host/wallet/wallet_fixture.hpp"

namespace oa::host {
namespace {

struct CarefulFileTest : WalletFixture {
    static std::string problem(const std::string& file) {
        return thrown_by([&] { static_cast<void>(read_secret_file({file})); });
    }
    static std::string said(const std::string& file, const std::string& rest) {
        return "the wallet " + file + ' ' + rest;
    }
};

TEST_F(CarefulFileTest, ReadsAFileOfItsOwn) {
    const auto file = write_private("w", "content");
    const SecretFile read = read_secret_file({file});
    EXPECT_EQ(read.content.reveal(), "content");
    EXPECT_EQ(read.identity, identity_of(std::filesystem::path(file)));
    EXPECT_EQ(problem(write_private("empty", "")), "");
}

TEST_F(CarefulFileTest, FollowsNoLinks) {
    write_private("w", "content");
    std::filesystem::create_symlink(folder / "w", folder / "link");
    EXPECT_EQ(problem(folder.at("link")),
              said(folder.at("link"),
                   "is a link, and links are not followed; name the file that it leads to"));
}

TEST_F(CarefulFileTest, RefusesWhatOthersCanReach) {
    const auto file = write_private("w", "content");
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0777U}) {
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
        const std::string why = problem(file);
        EXPECT_NE(why.find("chmod 600 '" + file + "'"), std::string::npos) << why;
    }
    ASSERT_EQ(::chmod(file.c_str(), 0400), 0);
    EXPECT_EQ(problem(file), "");
}

TEST_F(CarefulFileTest, RefusesFoldersThatOthersCanWriteTo) {
    const auto file = write_private("outer/inner/w", "content");
    const std::string outer = folder.at("outer");
    ASSERT_EQ(::chmod(outer.c_str(), 0770), 0);
    EXPECT_NE(problem(file).find("chmod go-w '" + std::filesystem::canonical(outer).string() + "'"),
              std::string::npos);
    ASSERT_EQ(::chmod(outer.c_str(), 01777), 0);
    EXPECT_EQ(problem(file), "") << "with the sticky bit, others can replace nothing";
    ASSERT_EQ(::chmod(outer.c_str(), 0755), 0);
    EXPECT_EQ(problem(file), "");
}

TEST_F(CarefulFileTest, RefusesFilesOfOthers) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can give files away";
    }
    const auto file = write_private("w", "content");
    ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
    EXPECT_NE(problem(file).find("belongs to the user 12345"), std::string::npos);
    const auto other = write_private("theirs/w", "content");
    ASSERT_EQ(::chown(folder.at("theirs").c_str(), 12345, 12345), 0);
    EXPECT_NE(problem(other).find("which belongs to the user 12345"), std::string::npos);
}

TEST_F(CarefulFileTest, LetsRootSayWhoReadsCredentials) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root has files of root";
    }
    const auto file = write_private("w", "content");
    SecretFileRequest request{file, "the password file", 100, SecretReaders::AsRootSays};
    ASSERT_EQ(::chmod(file.c_str(), 0444), 0);
    EXPECT_EQ(thrown_by([&] { static_cast<void>(read_secret_file(request)); }), "");
    ASSERT_EQ(::chmod(file.c_str(), 0464), 0);
    EXPECT_NE(thrown_by([&] { static_cast<void>(read_secret_file(request)); }), "");
}

TEST_F(CarefulFileTest, SaysWhatIsNoFile) {
    const auto pipe = folder.at("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(problem(pipe), said(pipe, "is no file"));
    EXPECT_EQ(problem(folder.at("none")), said(folder.at("none"), "does not exist"));
    EXPECT_EQ(problem(folder.at("no/where")), said(folder.at("no/where"), "does not exist"));
    const auto large = write_private("large", "");
    ASSERT_EQ(::truncate(large.c_str(), (16L << 20L) + 1), 0);
    EXPECT_EQ(problem(large), said(large,
                                   "has more than 16777216 bytes, which is the most that is "
                                   "read"));
}

}  // namespace
}  // namespace oa::host
