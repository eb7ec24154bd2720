#include "functions.hpp"

#include <string>
#include <utility>

#include "fault.hpp"
#include "result.hpp"
#include "session.hpp"
#include "statement.hpp"

namespace oa::database {

namespace {

BoundStatement statement_param(Call& call, Kind kind) {
    return bind_values(call, kind, call.param<std::string>("sql"), call.find_param("params"), "");
}

/// A file that is only read is not made.
Settings reading_settings(Call& call) {
    Settings out = settings_of(call);
    out.create = out.create && out.file == ":memory:";
    return out;
}

}  // namespace

Json query(Call& call) {
    const Settings settings = reading_settings(call);
    const BoundStatement statement = statement_param(call, settings.kind);
    const Decimals decimals = decimals_param(call);
    RowLimits limits = row_limits(call);
    limits.stop = true;
    BlobStore blobs(call);
    RowCollector rows(call, limits, blobs);
    Session session(call, settings);
    Json out = Json::object();
    session.run(Repeat::Safe, [&](Connection& connection) {
        connection.begin({.isolation = {}, .read_only = true});
        connection.execute(statement, decimals, rows);
        if (!rows.has_result()) {
            throw invalid_params("/sql", "the statement has no result: run it by execute");
        }
        if (!rows.truncated()) {
            connection.name_types(rows.columns());
            connection.rollback();
        }
    });
    rows.move_into(out);
    blobs.keep();
    return out;
}

Json execute(Call& call) {
    const Settings settings = settings_of(call);
    const BoundStatement statement = statement_param(call, settings.kind);
    const Decimals decimals = decimals_param(call);
    BlobStore blobs(call);
    RowCollector rows(call, row_limits(call), blobs);
    Session session(call, settings);
    Json out = session.run(Repeat::Unsafe, [&](Connection& connection) {
        const Outcome outcome = connection.execute(statement, decimals, rows);
        return told(connection, outcome, rows);
    });
    blobs.keep();
    return out;
}

}  // namespace oa::database
