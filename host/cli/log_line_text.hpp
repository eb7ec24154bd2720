#pragma once

#include <ostream>
#include <string>

#include "core/port/journal.hpp"

namespace oa::host {

/// "TIME LEVEL task: message {fields}". `task` is how the line's task is called; it is not shown
/// where the line has none.
void print_line(const core::LogLine& line, const std::string& task, std::ostream& out);
/// {"at", "run", "task", "level", "message", "fields"} in one line.
void print_line_as_json(const core::LogLine& line,
                        const std::string& run,
                        const std::string& task,
                        std::ostream& out);
/// Whether a task has that name, as it is or without the number of its element.
[[nodiscard]] bool is_named(const std::string& name, const std::string& task);

}  // namespace oa::host
