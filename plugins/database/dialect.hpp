#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kind.hpp"

namespace oa::database {

/// What happens to a row whose key is there already.
enum class OnConflict : std::uint8_t { Error, Ignore, Update };

/// Where a bulk insert goes, and how.
struct InsertTarget {
    std::string table;  ///< quoted
    std::vector<std::string> columns;
    OnConflict on_conflict = OnConflict::Error;
    std::vector<std::string>
        keys;                 ///< columns that tell rows apart; for Update, optional for Ignore
    std::uint64_t batch = 0;  ///< rows of one statement at most
};

/// A name as the database takes it, whatever characters it has.
[[nodiscard]] std::string quoted_name(Kind kind, std::string_view name);
/// A table, with its schema before a dot: "sales.orders". A name with a dot of its own is given in
/// double quotes. Throws oa::Error (INVALID_PARAMS) for what is no such name.
[[nodiscard]] std::string quoted_table(Kind kind, std::string_view name);
/// "a", "b"
[[nodiscard]] std::string quoted_list(Kind kind, const std::vector<std::string>& names);

/// `INSERT INTO t (a, b) VALUES (?, ?), ...` for that many rows, with what on_conflict asks for.
[[nodiscard]] std::string insert_statement(Kind kind,
                                           const InsertTarget& target,
                                           std::uint64_t rows);
/// The end of an INSERT: `ON CONFLICT ...` or `ON DUPLICATE KEY ...`; empty for Error. Throws
/// UNIMPLEMENTED for a kind that has no such thing.
[[nodiscard]] std::string conflict_clause(Kind kind, const InsertTarget& target);

/// "READ COMMITTED"
[[nodiscard]] std::string_view isolation_name(Isolation isolation);

}  // namespace oa::database
