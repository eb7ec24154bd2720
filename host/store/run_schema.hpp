#pragma once

#include <cstdint>

#include "host/store/sqlite_database.hpp"

namespace oa::host {

/// What bring_up_to_date() leads to.
inline constexpr std::int64_t store_schema = 3;

/// Makes the tables of a store in an empty database, or brings older ones to the newest schema, a
/// step in a transaction each. Before that, one that has something in it is copied to
/// <file>.schema-<number>, unless there is a copy already. Throws StoreTooNew for what a newer
/// program made; StoreError when the database is something else.
enum class OlderCopy { Keep, Skip };
void bring_up_to_date(SqliteDatabase& database, OlderCopy copy = OlderCopy::Keep);

/// Whether a store of any schema has the tables `workflow_versions` and `tokens`.
[[nodiscard]] bool has_versions_and_tokens(SqliteDatabase& database);

/// For those who only read. Throws as bring_up_to_date() does, and StoreError for an older schema.
void demand_up_to_date(SqliteDatabase& database);

}  // namespace oa::host
