#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dialect.hpp"
#include "fault.hpp"
#include "functions.hpp"
#include "plugins/common/io.hpp"
#include "result.hpp"
#include "rows.hpp"
#include "session.hpp"
#include "statement.hpp"
#include "tokenizer.hpp"

// What oa-pg of Open Automator 3 offered: its parameters and outputs, over what this module does.

namespace oa::database {

namespace {

/// A parameter by its older name, or the one that the older README used.
const Json* find_either(Call& call, const char* name, const char* documented) {
    const Json* value = call.find_param(name);
    return value != nullptr ? value : call.find_param(documented);
}

std::string text_of(Call& call, const char* name, const char* documented) {
    const Json* value = find_either(call, name, documented);
    if (value == nullptr) {
        throw invalid_params(pointer_to(name), std::string(name) + " is missing");
    }
    return value->is_string() ? value->as_string() : value->dump();
}

Settings older_settings(Call& call) {
    Settings out;
    out.kind = Kind::Postgresql;
    out.host = text_of(call, "pgdbhost", "host");
    out.database = text_of(call, "pgdatabase", "database");
    const Json* const user = find_either(call, "pgdbusername", "user");
    out.user = user != nullptr ? text_of(call, "pgdbusername", "user")
                               : text_of(call, "pgdbusername", "username");
    out.password = text_of(call, "pgdbpassword", "password");
    const std::string port = text_of(call, "pgdbport", "port");
    if (port.empty() || port.size() > 5 ||
        port.find_first_not_of("0123456789") != std::string::npos || std::stoul(port) < 1 ||
        std::stoul(port) > 65535) {
        throw invalid_params("/pgdbport", "pgdbport has to be from 1 to 65535");
    }
    out.port = static_cast<std::uint16_t>(std::stoul(port));
    out.tls.mode = TlsMode::Prefer;  // as the older module connected
    return out;
}

/// The parameter, or what the task before gave as statement or query.
std::string older_statement(Call& call) {
    if (const auto given = call.find_param<std::string>("statement")) {
        return *given;
    }
    const Json* input = call.find_param("input");
    for (const char* name : {"statement", "query"}) {
        if (input != nullptr && (*input)[name].is_string()) {
            return (*input)[name].as_string();
        }
    }
    throw invalid_params("/statement",
                         "statement is missing, and the input has neither statement nor query");
}

/// Several statements could stand in one text.
std::vector<BoundStatement> split(const std::string& sql) {
    std::vector<BoundStatement> out;
    std::string part;
    const auto add = [&] {
        if (!is_blank(Kind::Postgresql, part)) {
            out.push_back({.text = part, .original = part, .pointer = "/statement"});
        }
        part.clear();
    };
    Tokenizer tokens(Kind::Postgresql, sql);
    for (Piece piece; tokens.next(piece);) {
        if (piece.token == Token::Mark && piece.text == ";") {
            add();
        } else {
            part += piece.text;
        }
    }
    add();
    if (out.empty()) {
        throw invalid_params("/statement", "statement is empty");
    }
    return out;
}

/// Of the last statement. `rows` collects its result.
struct OlderResult {
    Outcome outcome;
    bool has_result = false;
    Json rows;  // columns, rows, row_count
};

enum class End : std::uint8_t { Commit, Rollback };

OlderResult run_older(Call& call, const std::string& sql, bool as_objects, End end) {
    const std::vector<BoundStatement> statements = split(sql);
    RowLimits limits;
    limits.rows = std::uint64_t{1} << 40U;
    limits.as_objects = as_objects;
    BlobStore blobs(call);
    Session session(call, older_settings(call));
    OlderResult out;
    session.run(Repeat::Safe, [&](Connection& connection) {
        connection.begin({});
        for (const BoundStatement& statement : statements) {
            RowCollector rows(call, limits, blobs);
            out.outcome = connection.execute(statement, Decimals::Text, rows);
            out.has_result = rows.has_result();
            out.rows = Json::object();
            rows.move_into(out.rows);
        }
        if (end == End::Rollback) {
            connection.rollback();
        }
    });
    if (end == End::Commit) {
        session.run(Repeat::Unsafe, [](Connection& connection) { connection.commit(); });
    }
    blobs.keep();
    return out;
}

Json column_names(const Json& columns) {
    Json out = Json::array();
    for (const Json& column : columns.as_array()) {
        out.push_back(column.at("name"));
    }
    return out;
}

/// Rows as lists, made objects.
Json as_objects(const Json& columns, const Json& rows) {
    Json out = Json::array();
    for (const Json& row : rows.as_array()) {
        Json::Object object;
        for (std::size_t i = 0; i < row.size(); ++i) {
            object.set(columns.at(i).as_string(), row.at(i));
        }
        out.push_back(std::move(object));
    }
    return out;
}

void write_json_file(Call& call, const Json& content) {
    const auto path = call.find_param<std::string>("tojsonfile");
    if (!path || path->empty()) {
        return;
    }
    common::AtomicFile file(*path, {});
    file.write(content.dump(JsonStyle::Indented));
    file.commit();
}

Json insert_rows(Call& call, const Json& rows) {
    if (!rows.is_array() || rows.empty()) {
        throw invalid_params("/data", "there are no rows to insert");
    }
    const Settings settings = older_settings(call);
    InsertTarget target;
    target.table = quoted_table(Kind::Postgresql, call.param<std::string>("table"));
    const std::unique_ptr<RowSource> source = rows_of_json(call, rows, {}, "/data");
    target.columns = source->columns();
    Session session(call, settings);
    std::uint64_t written = 0;
    session.run(Repeat::Safe, [&](Connection& connection) {
        connection.begin({});
        connection.insert(target, *source, rows.size(), written);
    });
    session.run(Repeat::Unsafe, [](Connection& connection) { connection.commit(); });
    return {{"rows_inserted", written},
            {"table", call.param<std::string>("table")},
            {"database", settings.database},
            {"host", settings.host}};
}

/// `table` with rows in the input made an INSERT of its own.
const Json* rows_for_insert(Call& call) {
    const Json* input = call.find_param("input");
    const bool wanted = !call.find_param<std::string>("statement") &&
                        call.find_param<std::string>("table") && input != nullptr &&
                        (*input)["rows"].is_array() && !(*input)["statement"].is_string() &&
                        !(*input)["query"].is_string();
    return wanted ? input->find("rows") : nullptr;
}

}  // namespace

Json pg_select(Call& call) {
    const std::string statement = older_statement(call);
    const auto format = call.param<std::string>("format", "dict");
    OlderResult result = run_older(call, statement, false, End::Rollback);
    if (!result.has_result) {
        throw invalid_params("/statement", "the statement has no result");
    }
    const Json columns = column_names(result.rows.at("columns"));
    const Json maps = as_objects(columns, result.rows.at("rows"));
    write_json_file(call, maps);
    if (call.param<bool>("printout", false)) {
        call.log().info(maps.dump(JsonStyle::Indented));
    }
    return {{"rows", format == "dict"   ? maps
                     : format == "json" ? Json(maps.dump(JsonStyle::Indented))
                                        : result.rows.at("rows")},
            {"row_count", result.rows.at("row_count")},
            {"columns", columns},
            {"database", text_of(call, "pgdatabase", "database")},
            {"host", text_of(call, "pgdbhost", "host")},
            {"statement", statement}};
}

Json pg_execute(Call& call) {
    std::int64_t affected = 0;
    std::string statement;
    if (const Json* rows = rows_for_insert(call)) {
        statement = "INSERT INTO " + call.param<std::string>("table");
        affected = insert_rows(call, *rows).at("rows_inserted").as_int();
    } else {
        statement = older_statement(call);
        const OlderResult result = run_older(call, statement, true, End::Commit);
        affected =
            result.has_result ? result.rows.at("row_count").as_int() : result.outcome.affected;
    }
    const std::string database = text_of(call, "pgdatabase", "database");
    write_json_file(
        call, {{"rows_affected", affected}, {"statement", statement}, {"database", database}});
    if (call.param<bool>("printout", false)) {
        call.log().info("Rows affected: " + std::to_string(affected));
    }
    const bool failed = affected == 0 && call.param<bool>("fail_on_zero", false);
    Json out{{"rows_affected", affected},
             {"statement", statement},
             {"database", database},
             {"host", text_of(call, "pgdbhost", "host")},
             {"success", !failed}};
    if (failed) {
        call.result(out);
        throw failed_precondition("no rows were affected");
    }
    return out;
}

Json pg_insert(Call& call) {
    const Json* data = call.find_param("data");
    if (data == nullptr) {
        data = call.find_param("input");
        if (data != nullptr && (*data)["rows"].is_array()) {
            data = data->find("rows");
        }
    }
    if (data == nullptr || data->is_null()) {
        throw invalid_params("/data", "data is missing, and there is no input");
    }
    return insert_rows(call, data->is_object() ? Json::array({*data}) : *data);
}

}  // namespace oa::database
