#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "oa/call.hpp"

namespace oa::common {

/// Takes what a program writes to one of its streams: keeps the start of it for the output of the
/// task, and gives it line by line to the task's log. Needs no more memory than its limits.
class OutputCapture {
public:
    struct Options {
        std::size_t limit = 0;  ///< bytes to keep
        bool log = true;
        LogLevel level = LogLevel::Info;
    };

    /// `stream` is "stdout" or "stderr"; the log's lines name it.
    OutputCapture(const Call& call, std::string stream, const Options& options);

    void add(std::string_view bytes);
    /// After the last add(): the last line may have no line break.
    void finish();

    /// What was kept, as UTF-8.
    [[nodiscard]] std::string text() const;
    /// All that was written, in bytes.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] bool truncated() const { return size_ > kept_.size(); }
    /// The last line that is not blank, cut to a length that fits a message.
    [[nodiscard]] const std::string& last_line() const { return last_line_; }

private:
    void add_to_line(std::string_view bytes);
    void end_line();

    const Call& call_;
    std::string stream_;
    Options options_;
    std::string kept_;
    std::uint64_t size_ = 0;
    std::string line_;
    bool line_cut_ = false;  // the rest of a very long line is left out
    std::string last_line_;
    std::size_t lines_logged_ = 0;
};

}  // namespace oa::common
