#include "host/store/run_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <utility>

#include "host/store/run_rows.hpp"

namespace oa::host {
namespace {

// ----- the statements: one for each index, so that a page costs what is on it -----

template <std::size_t head_size, std::size_t tail_size>
consteval auto joined(const char (&head)[head_size], const char (&tail)[tail_size]) {
    std::array<char, head_size + tail_size - 1> text{};
    std::copy_n(head, head_size - 1, text.begin());
    std::copy_n(tail, tail_size, text.begin() + head_size - 1);
    return text;
}

constexpr char conditions[] =
    " AND created >= ?4 AND created < ?5 AND (created, key) < (?6, ?7) "
    "AND (?1 IS NULL OR workflow = ?1) AND (?2 IS NULL OR status = ?2) "
    "AND (?8 IS NULL OR triggered_by = ?8) AND (?9 IS NULL OR concurrency_key = ?9) "
    "AND (?10 IS NULL OR retry_of = ?10) AND (?11 IS NULL OR paused = ?11) "
    "AND (?12 IS NULL OR (waits > 0) = ?12) "
    "AND (?13 IS NULL OR ended >= ?13) AND (?14 IS NULL OR ended < ?14) "
    "ORDER BY created DESC, key DESC LIMIT ?15";

constexpr auto newest =
    joined("SELECT * FROM runs INDEXED BY runs_newest WHERE parent IS NULL", conditions);
constexpr auto of_workflow =
    joined("SELECT * FROM runs INDEXED BY runs_of_workflow WHERE parent IS NULL AND workflow = ?1",
           conditions);
constexpr auto of_status =
    joined("SELECT * FROM runs INDEXED BY runs_of_status WHERE parent IS NULL AND status = ?2",
           conditions);
constexpr auto of_workflow_and_status = joined(
    "SELECT * FROM runs INDEXED BY runs_of_workflow_and_status WHERE parent IS NULL "
    "AND workflow = ?1 AND status = ?2",
    conditions);
constexpr auto within =
    joined("SELECT * FROM runs INDEXED BY runs_within WHERE parent = ?3", conditions);
// All that ended in that time are looked at, and put in order: for a time in which few did.
constexpr auto ended_in = joined(
    "SELECT * FROM runs INDEXED BY runs_ended WHERE parent IS NULL AND ended IS NOT NULL "
    "AND ended >= ifnull(?13, -9223372036854775808) "
    "AND ended <= ifnull(?14, 9223372036854775807)",
    conditions);

/// Where many ended, a page of them is found sooner by looking through the newest.
bool few_ended_in(SqliteDatabase& database, const TimeRange& time) {
    if (!time.from && !time.before) {
        return false;
    }
    constexpr std::int64_t few = 2000;
    SqliteStatement statement(
        database,
        "SELECT count(*) FROM (SELECT 1 FROM runs INDEXED BY runs_ended WHERE ended IS NOT NULL "
        "AND ended >= ifnull(?1, -9223372036854775808) "
        "AND ended <= ifnull(?2, 9223372036854775807) LIMIT ?3)");
    statement.bind(1, perhaps_column(time.from)).bind(2, perhaps_column(time.before)).bind(3, few);
    return statement.step() && statement.number(0) < few;
}

SqlText statement_for(SqliteDatabase& database, const RunQuery& query, bool has_status) {
    if (query.parent_run_id) {
        return within.data();
    }
    if (few_ended_in(database, query.ended)) {
        return ended_in.data();
    }
    if (query.workflow) {
        return has_status ? SqlText(of_workflow_and_status.data()) : SqlText(of_workflow.data());
    }
    return has_status ? SqlText(of_status.data()) : SqlText(newest.data());
}

// ----- values -----

constexpr RunCursor beginning{std::numeric_limits<std::int64_t>::max(),
                              std::numeric_limits<std::int64_t>::max()};

std::optional<std::int64_t> perhaps_number(const std::optional<bool>& truth) {
    return truth ? std::optional(std::int64_t{*truth ? 1 : 0}) : std::nullopt;
}

/// The index ends where the page begins.
std::int64_t created_before(const RunQuery& query, const RunCursor& after) {
    const std::int64_t wanted = perhaps_column(query.created.before).value_or(beginning.created);
    return after.created == beginning.created ? wanted : std::min(wanted, after.created + 1);
}

void read_rows(SqliteDatabase& database,
               const RunQuery& query,
               const std::optional<std::string>& status,
               std::vector<RunRow>& rows) {
    const RunCursor after = query.after.value_or(beginning);
    SqliteStatement statement(database, statement_for(database, query, status.has_value()));
    statement.bind(1, query.workflow)
        .bind(2, status)
        .bind(3, query.parent_run_id)
        .bind(4,
              perhaps_column(query.created.from).value_or(std::numeric_limits<std::int64_t>::min()))
        .bind(5, created_before(query, after))
        .bind(6, after.created)
        .bind(7, after.key)
        .bind(8, query.trigger)
        .bind(9, query.key)
        .bind(10, query.retry_of)
        .bind(11, perhaps_number(query.is_paused))
        .bind(12, perhaps_number(query.is_waiting))
        .bind(13, perhaps_column(query.ended.from))
        .bind(14, perhaps_column(query.ended.before))
        .bind(15, std::int64_t{query.limit} + 1);
    while (statement.step()) {
        rows.push_back(run_row_of(statement));
    }
}

RunCursor place_of(const RunRow& row) {
    return {to_column(row.summary.created), row.key};
}

}  // namespace

std::string to_string(const RunCursor& cursor) {
    return std::to_string(cursor.created) + '.' + std::to_string(cursor.key);
}

std::optional<RunCursor> parse_run_cursor(std::string_view text) {
    RunCursor cursor;
    const char* const end = text.data() + text.size();
    const auto created = std::from_chars(text.data(), end, cursor.created);
    if (created.ec != std::errc{} || created.ptr == end || *created.ptr != '.') {
        return std::nullopt;
    }
    const auto key = std::from_chars(created.ptr + 1, end, cursor.key);
    if (key.ec != std::errc{} || key.ptr != end) {
        return std::nullopt;
    }
    return cursor;
}

RunPage list_runs(SqliteDatabase& database, const RunQuery& query) {
    std::vector<RunRow> rows;
    if (query.statuses.empty()) {
        read_rows(database, query, std::nullopt, rows);
    } else {
        // Each has its index, and what they give is put together here, from one state.
        const SqliteSnapshot snapshot(database);
        std::vector<core::RunStatus> statuses = query.statuses;
        std::sort(statuses.begin(), statuses.end());
        statuses.erase(std::unique(statuses.begin(), statuses.end()), statuses.end());
        for (const core::RunStatus status : statuses) {
            read_rows(database, query, std::string(core::to_string(status)), rows);
        }
        std::sort(rows.begin(), rows.end(), [](const RunRow& left, const RunRow& right) {
            return place_of(left) > place_of(right);
        });
    }
    RunPage page;
    if (rows.size() > query.limit) {
        rows.resize(query.limit);
        page.next = rows.empty() ? query.after.value_or(beginning) : place_of(rows.back());
    }
    page.runs.reserve(rows.size());
    for (RunRow& row : rows) {
        page.runs.push_back(std::move(row.summary));
    }
    return page;
}

}  // namespace oa::host
