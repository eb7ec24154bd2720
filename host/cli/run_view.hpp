#pragma once

#include <memory>

#include "core/port/event_sink.hpp"
#include "host/cli/terminal.hpp"
#include "host/log/logger.hpp"

namespace oa::host {

/// Progress as log lines: for files, pipes and programs.
[[nodiscard]] std::unique_ptr<core::EventSink> make_plain_view(Logger& logger);

/// Progress for a person: what ended and what tasks say scrolls by, what runs and a bar stay at the
/// bottom of the terminal on standard error. Nothing else may write to that terminal between
/// run_started and run_ended. `level` is the least level of task output shown.
[[nodiscard]] std::unique_ptr<core::EventSink> make_live_view(const Terminal& terminal,
                                                              LogLevel level);

}  // namespace oa::host
