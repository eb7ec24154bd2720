#include <oa/plugin.hpp>

#include "functions.hpp"
#include "schemas.hpp"

namespace {

namespace database = oa::database;
namespace schema = oa::database::schema;

// SQLite is a file, and so are certificates.
constexpr std::uint32_t common = OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE |
                                 OA_F_SECRETS | OA_F_NETWORK | OA_F_FILESYSTEM;

constexpr const char* select_names[] = {"oa-pg.select", "oadatabase.select", nullptr};
constexpr const char* execute_names[] = {"oa-pg.execute", "oa-pg.exexute", "oadatabase.execute",
                                         nullptr};
constexpr const char* insert_names[] = {"oa-pg.insert", "oadatabase.insert",
                                        "oadatabase.insert_records", nullptr};
constexpr oa_deprecation select_end{sizeof(oa_deprecation), "1.0.0", "database.query",
                                    "query binds values and keeps their types"};
constexpr oa_deprecation execute_end{sizeof(oa_deprecation), "1.0.0", "database.execute",
                                     "execute binds values"};
constexpr oa_deprecation insert_end{sizeof(oa_deprecation), "1.0.0", "database.insert",
                                    "insert takes any number of rows, for any kind of database"};

constexpr oa_function functions[] = {
    oa::function<database::query>({
        .name = "query",
        .title = "Query",
        .summary = "Asks a database for rows, in a transaction that only reads.",
        .params = schema::query_params.data(),
        .output = schema::query_output.data(),
        .examples = schema::query_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<database::execute>({
        .name = "execute",
        .title = "Run a statement",
        .summary = "Runs one statement that changes something; rows that it returns are there too.",
        .params = schema::query_params.data(),
        .output = schema::execute_output.data(),
        .examples = schema::execute_examples,
        .flags = common,
    }),
    oa::function<database::insert>({
        .name = "insert",
        .title = "Insert rows",
        .summary = "Inserts many rows at once, from a list or a CSV or JSON lines file.",
        .params = schema::insert_params.data(),
        .output = schema::insert_output,
        .examples = schema::insert_examples,
        .flags = common,
    }),
    oa::function<database::transaction>({
        .name = "transaction",
        .title = "Transaction",
        .summary = "Runs a list of statements: all of them, or nothing.",
        .params = schema::transaction_params.data(),
        .output = schema::transaction_output.data(),
        .examples = schema::transaction_examples,
        .flags = common,
    }),
    oa::function<database::export_rows>({
        .name = "export",
        .title = "Export rows",
        .summary = "Writes all rows of a query to a CSV or JSON lines file, whatever their number.",
        .params = schema::export_params.data(),
        .output = schema::export_output,
        .examples = schema::export_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<database::pg_select>({
        .name = "pg_select",
        .title = "Select from PostgreSQL (older)",
        .summary = "Asks a PostgreSQL database for rows, as oa-pg.select did.",
        .params = schema::pg_select_params.data(),
        .output = schema::pg_select_output,
        .examples = schema::pg_select_examples,
        .flags = common,
        .aliases = select_names,
        .deprecated = &select_end,
    }),
    oa::function<database::pg_execute>({
        .name = "pg_execute",
        .title = "Run a statement on PostgreSQL (older)",
        .summary = "Runs statements on a PostgreSQL database, as oa-pg.execute did.",
        .params = schema::pg_execute_params.data(),
        .output = schema::pg_execute_output,
        .examples = schema::pg_execute_examples,
        .flags = common,
        .aliases = execute_names,
        .deprecated = &execute_end,
    }),
    oa::function<database::pg_insert>({
        .name = "pg_insert",
        .title = "Insert into PostgreSQL (older)",
        .summary = "Inserts rows into a PostgreSQL table, as oa-pg.insert did.",
        .params = schema::pg_insert_params.data(),
        .output = schema::pg_insert_output,
        .examples = schema::pg_insert_examples,
        .flags = common,
        .aliases = insert_names,
        .deprecated = &insert_end,
    }),
};

}  // namespace

// A connection that a call has given up on is closed by a thread that may outlive it.
OA_PLUGIN(oa::Module{.id = "org.openautomator.database",
                     .name = "database",
                     .version = "1.0.0",
                     .summary = "SQLite, PostgreSQL, MySQL and MariaDB, and ODBC.",
                     .vendor = "Open Automator",
                     .flags = OA_M_NO_UNLOAD},
          functions)
