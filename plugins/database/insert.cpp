#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fault.hpp"
#include "file_format.hpp"
#include "functions.hpp"
#include "rows.hpp"
#include "session.hpp"

namespace oa::database {

namespace {

constexpr std::uint64_t all_rows = std::numeric_limits<std::uint64_t>::max();

std::vector<std::string> names_param(Call& call, std::string_view name) {
    auto names = call.param<std::vector<std::string>>(name, {});
    for (const std::string& text : names) {
        if (text.empty() || text.find('\0') != std::string::npos) {
            throw invalid_params(pointer_to(name),
                                 "a name of a column is empty or holds a NUL byte");
        }
    }
    return names;
}

/// The rows of `path`, `rows` or the input: a list, an object with a list called rows or data, or
/// one row.
std::unique_ptr<RowSource> source_param(Call& call, Json& single) {
    std::vector<std::string> columns = names_param(call, "columns");
    const Json* rows = call.find_param("rows");
    if (call.find_param<std::string>("path")) {
        if (rows != nullptr) {
            throw invalid_params("/rows", "give either rows or path");
        }
        return rows_of_file(call, file_options(call), std::move(columns));
    }
    std::string pointer = "/rows";
    if (rows == nullptr) {
        rows = call.find_param("input");
        pointer = "/input";
        for (const char* name : {"rows", "data"}) {
            if (rows != nullptr && rows->is_object() && (*rows)[name].is_array()) {
                rows = rows->find(name);
                pointer += pointer_to(name);
            }
        }
    }
    if (rows == nullptr || rows->is_null()) {
        throw invalid_params("/rows",
                             "there are no rows: give rows or path, or let a task with an "
                             "output come before");
    }
    if (rows->is_object()) {
        single = Json::array({*rows});
        rows = &single;
    }
    if (!rows->is_array()) {
        throw invalid_params(pointer, "rows has to be a list, not " + rows->describe());
    }
    return rows_of_json(call, *rows, std::move(columns), pointer);
}

InsertTarget target_param(Call& call, Kind kind, const RowSource& source) {
    InsertTarget out;
    out.table = quoted_table(kind, call.param<std::string>("table"));
    out.columns = source.columns();
    out.on_conflict = call.choice<OnConflict>("on_conflict",
                                              {{"error", OnConflict::Error},
                                               {"ignore", OnConflict::Ignore},
                                               {"update", OnConflict::Update}},
                                              OnConflict::Error);
    out.keys = names_param(call, "keys");
    out.batch = call.param<std::uint64_t>("batch_size", 1000);
    if (out.batch == 0) {
        throw invalid_params("/batch_size", "batch_size has to be 1 or more");
    }
    if (out.on_conflict == OnConflict::Update && out.keys.empty()) {
        throw invalid_params("/keys",
                             "on_conflict: update needs keys, the columns that tell rows "
                             "apart");
    }
    static_cast<void>(conflict_clause(kind, out));  // whether the kind can do it
    return out;
}

struct Counts {
    std::uint64_t read = 0;
    std::uint64_t written = 0;
};

/// Inserts and commits up to `count` rows; returns how many it read.
std::uint64_t insert_batch(Session& session,
                           const InsertTarget& target,
                           RowSource& rows,
                           std::uint64_t count,
                           Counts& counts) {
    std::uint64_t written = counts.written;
    const std::uint64_t read = session.run(Repeat::Safe, [&](Connection& connection) {
        connection.begin({});
        return connection.insert(target, rows, count, written);
    });
    session.run(target.on_conflict == OnConflict::Error ? Repeat::Unsafe : Repeat::Safe,
                [](Connection& connection) { connection.commit(); });
    counts.read += read;
    counts.written = written;
    return read;
}

/// A failure after a part has been committed: what comes again must not insert that part twice.
[[noreturn]] void fail_in_part(const Error& error,
                               const InsertTarget& target,
                               const Counts& counts) {
    Json details = error.details().is_object() ? error.details() : Json::object();
    details["rows_committed"] = counts.read;
    const bool again = target.on_conflict != OnConflict::Error && error.retry() == Retry::Yes;
    throw Error(error.code(), std::string(error.what()) + " (" + std::to_string(counts.read) +
                                  " rows before are committed)")
        .with_pointer(error.pointer())
        .with_details(std::move(details))
        .with_retry(again ? Retry::Yes : Retry::No);
}

Counts insert_all(Call& call, const Settings& settings, RowSource& rows, bool by_batches) {
    const InsertTarget target = target_param(call, settings.kind, rows);
    Counts counts;
    if (target.columns.empty()) {  // there are no rows
        return counts;
    }
    Session session(call, settings);
    if (!by_batches) {
        insert_batch(session, target, rows, all_rows, counts);
        return counts;
    }
    try {
        while (insert_batch(session, target, rows, target.batch, counts) == target.batch) {
            call.progress(std::to_string(counts.read) + " rows");
        }
    } catch (const Cancelled&) {
        throw;
    } catch (const Error& error) {
        if (counts.read == 0) {
            throw;
        }
        fail_in_part(error, target, counts);
    }
    return counts;
}

}  // namespace

Json insert(Call& call) {
    Settings settings = settings_of(call);
    settings.count_found = false;
    const bool by_batches = call.choice<bool>("commit", {{"all", false}, {"batch", true}}, false);
    Json single;
    const std::unique_ptr<RowSource> rows = source_param(call, single);
    const Counts counts = insert_all(call, settings, *rows, by_batches);
    return {{"table", call.param<std::string>("table")},
            {"rows_read", counts.read},
            {"rows_written", counts.written}};
}

}  // namespace oa::database
