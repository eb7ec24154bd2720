#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/plugins/files/files_fixture.hpp"
#include "tests/support/subprocess.hpp"

namespace oa::test {

/// Archives that other programs write and read.
struct ArchiveFixture : FilesFixture {
    std::string odd_name = "Grüße\n";

    /// A program that has to be there and to succeed; what it says.
    std::string program(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "/usr/bin/env");
        const ProcessResult result = run_program(
            arguments, {.environment = {{"LC_ALL", "C.UTF-8"}}, .folder = folder.path().string()});
        EXPECT_EQ(result.exit_status, 0)
            << arguments[1] << " (Debian packages zip, unzip, tar, python3): " << result.err;
        return result.out;
    }

    /// Writes a tar archive by Python, which checks nothing: `lines` call add(name, ...).
    std::string hostile_tar(std::string_view name, const std::string& lines) {
        program({"python3", "-c",
                 "import io, sys, tarfile\n"
                 "t = tarfile.open(sys.argv[1], 'w')\n"
                 "def add(name, data=b'', type=tarfile.REGTYPE, link='', mode=0o644, size=None):\n"
                 "    i = tarfile.TarInfo(name)\n"
                 "    i.type, i.linkname, i.mode = type, link, mode\n"
                 "    i.size = len(data) if size is None else size\n"
                 "    t.addfile(i, io.BytesIO(data))\n" +
                     lines + "\nt.close()\n",
                 folder.at(name)});
        return folder.at(name);
    }
    /// The same for a ZIP archive: add(name, data, mode).
    std::string hostile_zip(std::string_view name, const std::string& lines) {
        program({"python3", "-W", "ignore", "-c",
                 "import sys, zipfile\n"
                 "z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)\n"
                 "def add(name, data=b'', mode=0o100644):\n"
                 "    i = zipfile.ZipInfo(name)\n"
                 "    i.external_attr = mode << 16\n"
                 "    z.writestr(i, data, zipfile.ZIP_DEFLATED)\n" +
                     lines + "\nz.close()\n",
                 folder.at(name)});
        return folder.at(name);
    }

    Reply pack(std::string_view function, std::string_view path, oa::Json params) {
        params["path"] = folder.at(path);
        return files.run(function, params);
    }
    Reply unpack(std::string_view function,
                 std::string_view path,
                 std::string_view destination,
                 oa::Json params = oa::Json::object()) {
        params["path"] = folder.at(path);
        params["destination"] = folder.at(destination);
        return files.run(function, params);
    }

    /// tree/{a, empty/, sub/{b, "two words", link -> ../a}, "Grüße\n"}
    void make_tree() {
        namespace fs = std::filesystem;
        fs::create_directories(folder.at("tree/sub"));
        fs::create_directories(folder.at("tree/empty"));
        put_file(folder.at("tree/a"), "aaa");
        put_file(folder.at("tree/sub/b"), std::string(300'000, 'b'));
        put_file(folder.at("tree/sub/two words"), "");
        put_file(folder.at("tree/Grüße\n"), "odd");
        fs::create_symlink("../a", folder.at("tree/sub/link"));
        fs::permissions(folder.at("tree/a"), fs::perms(0640));
        fs::permissions(folder.at("tree/sub"), fs::perms(0750));
        const timespec times[2] = {{1'600'000'000, 0}, {1'600'000'000, 0}};
        ::utimensat(AT_FDCWD, folder.at("tree/a").c_str(), times, 0);
        ::utimensat(AT_FDCWD, folder.at("tree/sub").c_str(), times, 0);
    }
    void expect_tree(const std::string& at) const {
        namespace fs = std::filesystem;
        EXPECT_EQ(content_of(at + "/a"), "aaa");
        EXPECT_EQ(content_of(at + "/sub/b"), std::string(300'000, 'b'));
        EXPECT_TRUE(fs::exists(at + "/sub/two words"));
        EXPECT_TRUE(fs::is_directory(at + "/empty"));
        EXPECT_EQ(content_of(at + "/" + odd_name), "odd");
        EXPECT_EQ(fs::read_symlink(at + "/sub/link"), "../a");
        EXPECT_EQ(stat_of(at + "/a").st_mode & 07777U, 0640U);
        EXPECT_EQ(stat_of(at + "/sub").st_mode & 07777U, 0750U);
        EXPECT_EQ(stat_of(at + "/a").st_mtim.tv_sec, 1'600'000'000);
        EXPECT_EQ(stat_of(at + "/sub").st_mtim.tv_sec, 1'600'000'000);
    }
    static struct stat stat_of(const std::string& path) {
        struct stat info {};
        EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
        return info;
    }
    /// All that is below the folder of the test, sorted.
    std::vector<std::string> everything() {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
            names.push_back(entry.path().lexically_relative(folder.path()).string());
        }
        std::sort(names.begin(), names.end());
        return names;
    }
};

}  // namespace oa::test
