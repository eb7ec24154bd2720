#include "tests/workflows/workflow_fixture.hpp"

namespace oa::test {
namespace {

struct BackupWithRotationTest : WorkflowTest {
    [[nodiscard]] bool is_there(const std::string& name) const {
        return std::filesystem::exists(folder / name);
    }
};

TEST_F(BackupWithRotationTest, KeepsTheNewestArchivesWithTheirChecksums) {
    folder.write("data/sub/a.txt", "kept");
    folder.write("data/b.tmp", "left out");
    for (const char* day : {"01", "02", "03"}) {
        const std::string name = std::string("backups/data-2020-01-") + day + ".tar.gz";
        folder.write(name, "older");
        folder.write(name + ".sha256", "older");
    }
    folder.write("backups/data-notes.tar.gz", "no backup");
    folder.write("backups/data-2-2020-01-01.tar.gz", "of something else");

    const auto document = run("backup-with-rotation", {{"keep", 2}}, 0);

    const std::string archive = text_of(document.at("outputs").at("archive"));
    EXPECT_EQ(document.at("outputs").at("removed"), 2);
    EXPECT_FALSE(is_there("backups/data-2020-01-01.tar.gz"));
    EXPECT_FALSE(is_there("backups/data-2020-01-02.tar.gz.sha256"));
    EXPECT_TRUE(is_there("backups/data-2020-01-03.tar.gz.sha256"));
    EXPECT_TRUE(is_there("backups/data-notes.tar.gz"));
    EXPECT_TRUE(is_there("backups/data-2-2020-01-01.tar.gz"));
    const std::string where = folder.at("backups");
    const std::string name = archive.substr(archive.rfind('/') + 1);
    EXPECT_EQ(
        run_program({"/usr/bin/sha256sum", "--check", name + ".sha256"}, {.folder = where}).out,
        name + ": OK\n");
    EXPECT_EQ(run_program({"/usr/bin/tar", "-tzf", name}, {.folder = where}).out,
              "data/\ndata/sub/\ndata/sub/a.txt\n");
    EXPECT_EQ(told(), std::vector<std::string>());
}

TEST_F(BackupWithRotationTest, RemovesNothingWhenItFailsAndTellsSo) {
    folder.write("backups/data-2020-01-01.tar.gz", "older");
    folder.write("backups/data-2020-01-02.tar.gz", "older");

    run("backup-with-rotation", {{"keep", 1}}, 1);

    EXPECT_TRUE(is_there("backups/data-2020-01-01.tar.gz"));
    const boost::json::value notice = core::parse_json(told_once());
    EXPECT_EQ(notice.at("backup"), "data");
    EXPECT_TRUE(has(text_of(notice.at("failed")), "data")) << notice;
    const boost::json::value request = core::parse_json(notices.requests().back());
    EXPECT_TRUE(has(text_of(request.at("headers").at("x-signature-256")), "sha256="));
}

}  // namespace
}  // namespace oa::test
