// What the documentation shows is true: titled workflows run, and commands print what is shown
// below them.

#include <map>
#include <regex>
#include <sstream>

#include "tests/cli/cli_test.hpp"
#include "tests/cli/doc_pages.hpp"

namespace oa::test {
namespace {

namespace fs = std::filesystem;

/// A line "$ ..." of a console block, and what is shown below it.
struct ShownCommand {
    std::string command;
    std::string output;
};

std::vector<ShownCommand> shown_commands(const std::string& text) {
    std::vector<ShownCommand> commands;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("$ ", 0) == 0) {
            commands.push_back({line.substr(2), ""});
        } else if (!commands.empty()) {
            commands.back().output += line + "\n";
        }
    }
    return commands;
}

/// Without the lines of the log, which a terminal does not show, whatever day it was and whatever
/// time it took.
std::string printed(const std::string& text) {
    static const std::regex log_line("[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3} .*");
    static const std::regex day("[0-9]{4}-[0-9]{2}-[0-9]{2}(?![T0-9])");
    static const std::regex time(" in [0-9.]+(ms|s|m)( [0-9.]+(ms|s))?(?=[: ]|$)");
    std::string out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!std::regex_match(line, log_line)) {
            line = std::regex_replace(line, time, " in 5ms");
            out += std::regex_replace(line, day, "2026-01-31") + "\n";
        }
    }
    return out;
}

/// The examples of one page, in a folder of their own.
class PageExamples {
public:
    explicit PageExamples(const fs::path& page) : page_(page) {
        fs::create_directory(folder_ / "bin");
        fs::create_symlink(OA_PROGRAM, folder_ / "bin" / "oa");
    }

    void run() {
        for (const DocBlock& block : doc_blocks(page_)) {
            if (block.language == "yaml" && !block.title.empty()) {
                run_if_open(block.title);
                folder_.write(block.title, block.text);
                ++workflows_;
                open_[block.title] = !block.inner;
            } else if (block.language != "console" && !block.title.empty()) {
                folder_.write(block.title, block.text);
            } else if (block.language == "console") {
                for (const ShownCommand& shown : shown_commands(block.text)) {
                    check(shown);
                }
            }
        }
        for (const auto& [title, open] : open_) {
            run_if_open(title);
        }
    }

    [[nodiscard]] int workflows() const { return workflows_; }
    [[nodiscard]] int commands() const { return commands_; }

private:
    /// A workflow that no command names has to run as it is.
    void run_if_open(const std::string& title) {
        if (open_[title]) {
            const ProcessResult result = shell("oa run " + title);
            EXPECT_EQ(result.exit_status, 0) << page_ << ": " << title << "\n"
                                             << result.err << result.out;
        }
    }

    void check(const ShownCommand& shown) {
        ++commands_;
        for (auto& [title, open] : open_) {
            open = open && shown.command.find(title) == std::string::npos;
        }
        const ProcessResult result = shell(shown.command);
        if (shown.output.empty()) {
            EXPECT_EQ(result.exit_status, 0) << page_ << ": " << shown.command << "\n"
                                             << result.err << result.out;
        } else {
            EXPECT_EQ(printed(result.err + result.out), printed(shown.output))
                << page_ << ": " << shown.command;
        }
    }

    [[nodiscard]] ProcessResult shell(const std::string& command) const {
        return run_program({"/bin/sh", "-c", command},
                           {.environment = {{"PATH", folder_.at("bin") + ":/usr/bin:/bin"}},
                            .folder = folder_.path().string()});
    }

    fs::path page_;
    TemporaryFolder folder_;
    std::map<std::string, bool> open_;  // title, and whether it is still to be run
    int workflows_ = 0;
    int commands_ = 0;
};

TEST(DocExamplesTest, RunAndPrintWhatIsShown) {
    int workflows = 0;
    int commands = 0;
    for (const fs::path& page : doc_pages()) {
        PageExamples examples(page);
        examples.run();
        workflows += examples.workflows();
        commands += examples.commands();
    }
    EXPECT_GE(workflows, 30);
    EXPECT_GE(commands, 30);
}

}  // namespace
}  // namespace oa::test
