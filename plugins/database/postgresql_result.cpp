#include "postgresql_result.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "fault.hpp"
#include "postgresql_value.hpp"
#include "value.hpp"

namespace oa::database::postgresql {

namespace {

/// Bytes before character number `position` (from 1) of UTF-8 text.
std::size_t byte_offset(std::string_view text, std::size_t position) {
    std::size_t at = 0;
    for (std::size_t left = position - 1; left > 0 && at < text.size(); --left) {
        do {
            ++at;
        } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
    }
    return at;
}

std::string field(const PGresult* result, int code) {
    const char* const text = PQresultErrorField(result, code);
    return text == nullptr ? "" : text;
}

}  // namespace

void fail(PGconn* connection, const PGresult* result, const BoundStatement* statement) {
    Report report;
    report.sqlstate = field(result, PG_DIAG_SQLSTATE);
    if (report.sqlstate.empty() && PQstatus(connection) == CONNECTION_BAD) {
        throw ConnectionLost("the connection to the PostgreSQL server was lost");
    }
    report.message = "PostgreSQL: " + field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (report.sqlstate.empty()) {
        report.message = std::string("PostgreSQL: ") + PQerrorMessage(connection);
    }
    report.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    report.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    const std::string position = field(result, PG_DIAG_STATEMENT_POSITION);
    if (statement != nullptr && !position.empty()) {
        report.at = byte_offset(statement->text, std::strtoul(position.c_str(), nullptr, 10));
    }
    // "COPY orders, line 3, column id": every row is a line.
    const std::string context = field(result, PG_DIAG_CONTEXT);
    if (const std::size_t line = context.find(", line ");
        context.starts_with("COPY ") && line != std::string::npos) {
        report.message +=
            " (row " + std::to_string(std::strtoul(context.c_str() + line + 7, nullptr, 10)) + ")";
    }
    throw fault(meaning_of_sqlstate(report.sqlstate), report, statement);
}

void Parameters::add(const Value& value, bool as_array) {
    const bool bytes = value.kind == Value::Kind::Bytes;
    types_.push_back(bytes ? bytea : 0);
    formats_.push_back(bytes ? 1 : 0);
    nulls_.push_back(!bytes && value.json.is_null());
    texts_.push_back(bytes                  ? value.bytes
                     : value.json.is_null() ? std::string()
                     : as_array             ? array_text(value.json)
                                            : bind_text(value.json));
}

bool Parameters::send(PGconn* connection, const std::string& sql) const {
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
        values.push_back(nulls_[i] ? nullptr : texts_[i].c_str());
        lengths.push_back(static_cast<int>(texts_[i].size()));
    }
    return PQsendQueryParams(connection, sql.c_str(), static_cast<int>(values.size()),
                             types_.data(), values.data(), lengths.data(), formats_.data(), 0) == 1;
}

std::int64_t affected_by(PGresult* result) {
    const std::string_view command = PQcmdStatus(result);
    std::int64_t count = 0;
    if (!command.starts_with("SELECT") && !command.starts_with("FETCH")) {
        const std::string_view text = PQcmdTuples(result);
        std::from_chars(text.data(), text.data() + text.size(), count);
    }
    return count;
}

std::vector<Column> columns_of(const PGresult* result) {
    std::vector<Column> columns;
    columns.reserve(static_cast<std::size_t>(PQnfields(result)));
    for (int i = 0; i < PQnfields(result); ++i) {
        const Oid type = PQftype(result, i);
        columns.push_back({PQfname(result, i), std::string(type_name(type)), type});
    }
    return columns;
}

void read_row(const PGresult* result,
              int index,
              const std::vector<Column>& columns,
              Decimals decimals,
              RowSink& sink,
              std::vector<Json>& row) {
    row.clear();
    for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
        if (PQgetisnull(result, index, i) == 1) {
            row.emplace_back();
            continue;
        }
        const std::string_view text(PQgetvalue(result, index, i),
                                    static_cast<std::size_t>(PQgetlength(result, index, i)));
        row.push_back(value_of(columns[static_cast<std::size_t>(i)].code, text, decimals, sink));
    }
}

}  // namespace oa::database::postgresql
