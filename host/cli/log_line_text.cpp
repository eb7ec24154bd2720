#include "host/cli/log_line_text.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/wall_time.hpp"
#include "host/log/logger.hpp"
#include "host/store/log_lines.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

std::string_view level_name(core::TaskLogLevel level) {
    constexpr std::array<std::string_view, 5> names{"TRACE", "DEBUG", "INFO", "WARN", "ERROR"};
    return names.at(static_cast<std::size_t>(level));
}

}  // namespace

void print_line(const core::LogLine& line, const std::string& task, std::ostream& out) {
    out << core::format_time(line.at) << ' ' << level_name(line.level) << ' '
        << (line.task.empty() ? "" : printable(task) + ": ") << printable(line.message);
    if (!line.fields.empty()) {
        out << ' ' << printable(line.fields);
    }
    out << '\n';
}

void print_line_as_json(const core::LogLine& line,
                        const std::string& run,
                        const std::string& task,
                        std::ostream& out) {
    json::object object{{"at", core::format_time(line.at)},
                        {"run", run},
                        {"task", line.task.empty() ? json::value() : json::value(task)},
                        {"level", word_of(line.level)},
                        {"message", line.message}};
    if (!line.fields.empty()) {
        object["fields"] = core::parse_json(line.fields);
    }
    out << core::write_json(object) << '\n';
}

bool is_named(const std::string& name, const std::string& task) {
    return name == task || name == task.substr(0, task.rfind('['));
}

}  // namespace oa::host
