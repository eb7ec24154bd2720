#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

namespace oa::core {
class Masker;
}

namespace oa::host {

enum class LogLevel { Trace, Debug, Info, Warn, Error, Off };
enum class LogFormat { Text, Json };

/// "trace" ... "error", "off"; nothing for any other text.
[[nodiscard]] std::optional<LogLevel> log_level_from(std::string_view name);
/// The same, the other way round.
[[nodiscard]] std::string_view name_of(LogLevel level);
[[nodiscard]] std::optional<LogFormat> log_format_from(std::string_view name);

/// Text that came from elsewhere, made safe for a terminal or a log line: control characters,
/// escape sequences, direction marks and invalid UTF-8 become visible escapes (\n, \x1b, \u{202e}),
/// tabs stay.
[[nodiscard]] std::string printable(std::string_view text);

/// The lines of a text, without their ends; a line end at the very end makes no further line.
[[nodiscard]] std::vector<std::string_view> split_lines(std::string_view text);

/// Writes log lines to standard error, with every secret masked that the masker knows of. Text:
/// "12:34:56.789 INFO  message key=value"; JSON: one object a line with time, level, message and
/// the fields. Thread safe.
class Logger {
public:
    /// Without a masker nothing is masked.
    Logger(LogLevel level, LogFormat format, std::shared_ptr<const core::Masker> masker = nullptr);
    ~Logger();
    Logger(const Logger&) = delete;
    Logger& operator=(const Logger&) = delete;

    [[nodiscard]] bool wants(LogLevel level) const noexcept { return level >= level_; }
    [[nodiscard]] LogFormat format() const noexcept { return format_; }

    /// The message may hold anything; it is made printable. In JSON its line ends are kept. Fields
    /// are added in their order.
    void write(LogLevel level, std::string_view message);
    void write(LogLevel level, std::string_view message, const boost::json::object& fields);

private:
    void write_line(LogLevel level, std::string_view message, const boost::json::object& fields);

    struct Sink;  // keeps spdlog out of every file that includes this one
    LogLevel level_;
    LogFormat format_;
    std::shared_ptr<const core::Masker> masker_;
    std::unique_ptr<Sink> sink_;
};

}  // namespace oa::host
