#include "host/store/log_lines.hpp"

#include <optional>
#include <utility>

#include "core/expression/cel/utf8.hpp"
#include "host/store/run_rows.hpp"

namespace oa::host {
namespace {

void write_line(SqliteDatabase& database,
                std::int64_t run,
                std::uint64_t sequence,
                const core::LogLine& line,
                const std::optional<std::string>& task) {
    const std::optional<std::string> fields =
        line.fields.empty() ? std::nullopt : std::optional(core::cel::repaired_utf8(line.fields));
    const std::string message = core::cel::repaired_utf8(line.message);
    SqliteStatement(database,
                    "INSERT INTO log_lines (run, sequence, at, task, level, message, fields) "
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .bind(1, run)
        .bind(2, static_cast<std::int64_t>(sequence))
        .bind(3, to_column(line.at))
        .bind(4, task)
        .bind(5, static_cast<std::int64_t>(line.level))
        .bind(6, std::string_view(message))
        .bind(7, fields)
        .run();
}

core::LogLine last_line(const core::LogLine& dropped, std::uint64_t bytes_max) {
    core::LogLine line;
    line.at = dropped.at;
    line.level = core::TaskLogLevel::Warn;
    line.message = "the rest of what this run says is dropped: the store keeps " +
                   std::to_string(bytes_max) + " bytes of it";
    return line;
}

}  // namespace

LogState read_log_state(SqliteDatabase& database, std::int64_t run) {
    SqliteStatement statement(database,
                              "SELECT coalesce(max(sequence), 0), "
                              "coalesce(sum(length(CAST(message AS BLOB)) + "
                              "coalesce(length(CAST(fields AS BLOB)), 0)), 0), "
                              "count(*) - count(task) FROM log_lines WHERE run = ?1");
    statement.bind(1, run);
    LogState state;
    if (statement.step()) {
        state.lines = static_cast<std::uint64_t>(statement.number(0));
        state.bytes = static_cast<std::uint64_t>(statement.number(1));
        state.is_complete = statement.number(2) > 0;
    }
    return state;
}

void write_lines(SqliteDatabase& database,
                 std::int64_t run,
                 LogState& state,
                 std::span<const core::LogLine> lines,
                 std::uint64_t bytes_max) {
    for (const core::LogLine& line : lines) {
        if (state.is_complete) {
            return;
        }
        const std::uint64_t bytes = state.bytes + line.message.size() + line.fields.size();
        state.is_complete = bytes > bytes_max;
        ++state.lines;
        if (state.is_complete) {
            write_line(database, run, state.lines, last_line(line, bytes_max), std::nullopt);
        } else {
            write_line(database, run, state.lines, line, core::cel::repaired_utf8(line.task));
            state.bytes = bytes;
        }
    }
}

void each_line(SqliteDatabase& database,
               std::int64_t run,
               std::uint64_t after,
               std::uint32_t limit,
               const std::function<void(StoredLine)>& use) {
    SqliteStatement statement(database,
                              "SELECT sequence, at, task, level, message, fields FROM log_lines "
                              "WHERE run = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3");
    statement.bind(1, run).bind(2, static_cast<std::int64_t>(after)).bind(3, std::int64_t{limit});
    while (statement.step()) {
        StoredLine stored;
        stored.sequence = static_cast<std::uint64_t>(statement.number(0));
        stored.line.at = to_time(statement.number(1));
        stored.line.task = perhaps_text(statement, 2);
        const std::int64_t level = statement.number(3);
        if (level < 0 || level > static_cast<std::int64_t>(core::TaskLogLevel::Error)) {
            throw StoreDamaged(database.file().string() + ": a row in `log_lines` has level " +
                               std::to_string(level) + ", which there is not");
        }
        stored.line.level = static_cast<core::TaskLogLevel>(level);
        stored.line.message = statement.text(4);
        stored.line.fields = perhaps_text(statement, 5);
        use(std::move(stored));
    }
}

std::string_view word_of(core::TaskLogLevel level) {
    switch (level) {
        case core::TaskLogLevel::Trace: return "trace";
        case core::TaskLogLevel::Debug: return "debug";
        case core::TaskLogLevel::Info: return "info";
        case core::TaskLogLevel::Warn: return "warn";
        case core::TaskLogLevel::Error: return "error";
    }
    return "unknown";
}

}  // namespace oa::host
