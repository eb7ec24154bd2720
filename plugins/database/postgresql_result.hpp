#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "connection.hpp"
#include "statement.hpp"

namespace oa::database::postgresql {

struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

/// Throws what an error result tells, or that the connection is lost. `result` may be null.
[[noreturn]] void fail(PGconn* connection, const PGresult* result, const BoundStatement* statement);

/// Values as libpq takes them. Their types are left to the server, which knows what it needs.
class Parameters {
public:
    void add(const Value& value, bool as_array);
    /// False when it could not even be sent.
    [[nodiscard]] bool send(PGconn* connection, const std::string& sql) const;

private:
    std::vector<Oid> types_;
    std::vector<int> formats_;
    std::vector<bool> nulls_;
    std::vector<std::string> texts_;
};

/// How many rows a statement has inserted, changed or removed.
[[nodiscard]] std::int64_t affected_by(PGresult* result);

[[nodiscard]] std::vector<Column> columns_of(const PGresult* result);

/// Row number `index` of a result.
void read_row(const PGresult* result,
              int index,
              const std::vector<Column>& columns,
              Decimals decimals,
              RowSink& sink,
              std::vector<Json>& row);

}  // namespace oa::database::postgresql
