#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/audit/audit_log.hpp"
#include "tests/support/temporary_folder.hpp"

namespace oa::host {

struct AuditFixture : testing::Test {
    test::TemporaryFolder folder;
    AuditLog log{folder.path() / "audit.log"};

    void add(int count, const std::string& action = "tested") const {
        for (int i = 0; i < count; ++i) {
            EXPECT_EQ(log.append({action, "number " + std::to_string(i)}), "");
        }
    }
    [[nodiscard]] std::string content(const std::string& name = "audit.log") const {
        return folder.read(name);
    }
    static std::vector<std::string> lines_of(const std::string& text) {
        std::vector<std::string> lines;
        std::size_t begin = 0;
        for (std::size_t end = text.find('\n'); end != std::string::npos;
             end = text.find('\n', begin)) {
            lines.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
        return lines;
    }
    [[nodiscard]] std::vector<std::string> lines() const { return lines_of(content()); }
    static std::string joined(const std::vector<std::string>& lines) {
        std::string text;
        for (const std::string& line : lines) {
            text += line + '\n';
        }
        return text;
    }
    void put(const std::string& text, const std::string& name = "audit.log") const {
        folder.write(name, text);
    }
    void move_away(const std::string& name) const {
        std::filesystem::rename(log.file(), folder.path() / name);
    }
};

}  // namespace oa::host
