#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <errmsg.h>
#include <mysql.h>
#include <sys/socket.h>

#include "connection.hpp"
#include "fault.hpp"
#include "mysql_open.hpp"
#include "mysql_row.hpp"
#include "value.hpp"

// MySQL and MariaDB through MariaDB's client library: Poco's connector makes numbers of decimals,
// and has no way to cancel.

namespace oa::database {

namespace {

constexpr std::size_t parameters_max = 65'535;  // of one statement

/// Where in the statement "... near 'FORM t' at line 2" means: all that the server tells of it.
std::optional<std::size_t> place_in(const std::string& message, const BoundStatement& statement) {
    const std::size_t near = message.find("near '");
    const std::size_t at_line = message.rfind("' at line ");
    if (near == std::string::npos || at_line == std::string::npos || at_line < near + 6) {
        return std::nullopt;
    }
    std::size_t begin = 0;
    for (auto line = std::strtoul(message.c_str() + at_line + 10, nullptr, 10); line > 1; --line) {
        const std::size_t end = statement.text.find('\n', begin);
        if (end == std::string::npos) {
            break;
        }
        begin = end + 1;
    }
    const std::size_t found =
        statement.text.find(message.substr(near + 6, at_line - near - 6), begin);
    return found == std::string::npos ? begin : found;
}

[[noreturn]] void fail(unsigned int code,
                       const std::string& message,
                       const std::string& sqlstate,
                       const BoundStatement* statement) {
    if (code == CR_SERVER_LOST || code == CR_SERVER_GONE_ERROR || code == CR_COMMANDS_OUT_OF_SYNC ||
        code == CR_SSL_CONNECTION_ERROR) {
        throw ConnectionLost("the connection to the MySQL server was lost");
    }
    Meaning meaning = mysql::meaning_of(code);
    if (meaning.code == ErrorCode::Internal) {
        meaning = meaning_of_sqlstate(sqlstate);
    }
    Report report{.message = "MySQL: " + message,
                  .sqlstate = sqlstate == "HY000" ? "" : sqlstate,
                  .native = static_cast<std::int64_t>(code)};
    if (statement != nullptr) {
        report.at = place_in(message, *statement);
    }
    throw fault(meaning, report, statement);
}

[[noreturn]] void fail(MYSQL* connection, const BoundStatement* statement = nullptr) {
    fail(mysql_errno(connection), mysql_error(connection), mysql_sqlstate(connection), statement);
}

[[noreturn]] void fail(MYSQL_STMT* prepared, const BoundStatement* statement) {
    fail(mysql_stmt_errno(prepared), mysql_stmt_error(prepared), mysql_stmt_sqlstate(prepared),
         statement);
}

/// What cancelling needs, for a thread that may outlive the connection.
struct Canceller {
    Settings settings;
    unsigned long connection_id = 0;
    std::atomic<bool> busy = false;

    void run() {
        try {
            const mysql::Handle second = mysql::connect(settings);
            const std::string kill = "KILL QUERY " + std::to_string(connection_id);
            mysql_real_query(second.get(), kill.data(), kill.size());
        } catch (const Error&) {
            // Then the connection is cut.
        }
        busy = false;
    }
};

class MysqlConnection final : public Connection {
public:
    explicit MysqlConnection(const Settings& settings)
        : handle_(mysql::connect(settings)),
          socket_(static_cast<int>(mysql_get_socket(handle_.get()))),
          canceller_(std::make_shared<Canceller>()) {
        canceller_->settings = settings;
        canceller_->connection_id = mysql_thread_id(handle_.get());
    }

    [[nodiscard]] Kind kind() const override { return Kind::Mysql; }
    Outcome execute(const BoundStatement& statement, Decimals decimals, RowSink& sink) override;
    void begin(const TransactionOptions& options) override;
    void commit() override { run("COMMIT"); }
    void rollback() override { run("ROLLBACK"); }
    std::uint64_t insert(const InsertTarget& target,
                         RowSource& rows,
                         std::uint64_t count,
                         std::uint64_t& written) override;
    void cancel() noexcept override;
    void sever() noexcept override { ::shutdown(socket_, SHUT_RDWR); }

private:
    void run(const std::string& sql);
    [[nodiscard]] mysql::Prepared prepare(const std::string& text, const BoundStatement* statement);
    void give_rows(MYSQL_STMT* prepared,
                   const BoundStatement& statement,
                   Decimals decimals,
                   RowSink& sink);
    [[nodiscard]] std::size_t packet_max();

    mysql::Handle handle_;
    int socket_;
    std::shared_ptr<Canceller> canceller_;
};

void MysqlConnection::run(const std::string& sql) {
    if (mysql_real_query(handle_.get(), sql.data(), sql.size()) != 0) {
        fail(handle_.get());
    }
}

mysql::Prepared MysqlConnection::prepare(const std::string& text, const BoundStatement* statement) {
    mysql::Prepared prepared(mysql_stmt_init(handle_.get()));
    if (mysql_stmt_prepare(prepared.get(), text.data(), text.size()) != 0) {
        fail(prepared.get(), statement);
    }
    return prepared;
}

Outcome MysqlConnection::execute(const BoundStatement& statement,
                                 Decimals decimals,
                                 RowSink& sink) {
    const mysql::Prepared prepared = prepare(statement.text, &statement);
    if (const auto wanted = mysql_stmt_param_count(prepared.get());
        wanted != statement.values.size()) {
        throw invalid_params(statement.pointer, "the statement has " + std::to_string(wanted) +
                                                    " placeholders, and params gives values for " +
                                                    std::to_string(statement.values.size()));
    }
    mysql::Parameters parameters;
    for (const Value& value : statement.values) {
        parameters.add(value);
    }
    mysql_stmt_bind_param(prepared.get(), parameters.data());
    if (mysql_stmt_execute(prepared.get()) != 0) {
        fail(prepared.get(), &statement);
    }
    Outcome out;
    if (mysql_stmt_field_count(prepared.get()) > 0) {
        try {
            give_rows(prepared.get(), statement, decimals, sink);
        } catch (...) {
            sever();  // closing the statement would read the rest first
            throw;
        }
        return out;
    }
    out.affected = static_cast<std::int64_t>(mysql_stmt_affected_rows(prepared.get()));
    if (const auto id = mysql_stmt_insert_id(prepared.get()); id != 0) {
        out.last_insert_id = static_cast<std::int64_t>(id);
    }
    return out;
}

void MysqlConnection::give_rows(MYSQL_STMT* prepared,
                                const BoundStatement& statement,
                                Decimals decimals,
                                RowSink& sink) {
    mysql::RowReader reader(prepared);
    sink.begin(reader.columns());
    std::vector<Json> row;
    int status = 0;
    while ((status = reader.fetch()) == 0) {
        reader.read(decimals, sink, row);
        if (sink.row(row) == Flow::Stop) {
            sever();
            return;
        }
    }
    if (status != MYSQL_NO_DATA) {
        fail(prepared, &statement);
    }
    // A procedure may give more results; the first is the one that counts.
    while (mysql_stmt_next_result(prepared) == 0) {
        mysql_stmt_free_result(prepared);
    }
}

void MysqlConnection::begin(const TransactionOptions& options) {
    if (options.isolation) {
        run(std::string("SET TRANSACTION ISOLATION LEVEL ")
                .append(isolation_name(*options.isolation)));
    }
    run(options.read_only ? "START TRANSACTION READ ONLY" : "START TRANSACTION");
}

std::size_t MysqlConnection::packet_max() {
    run("SELECT @@max_allowed_packet");
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(
        mysql_store_result(handle_.get()), mysql_free_result);
    const MYSQL_ROW row = result ? mysql_fetch_row(result.get()) : nullptr;
    return row == nullptr || row[0] == nullptr ? std::size_t{1} << 20U : std::stoul(row[0]);
}

std::uint64_t MysqlConnection::insert(const InsertTarget& target,
                                      RowSource& rows,
                                      std::uint64_t count,
                                      std::uint64_t& written) {
    const std::size_t bytes_max = packet_max() / 2;
    const std::uint64_t batch_max = std::max<std::uint64_t>(
        1, std::min<std::uint64_t>(target.batch, parameters_max / target.columns.size()));
    mysql::Prepared whole;  // for a full batch, used again
    std::uint64_t done = 0;
    bool more = true;
    while (more && done < count) {
        std::vector<std::vector<Value>> batch;
        mysql::Parameters parameters;
        while (batch.size() < batch_max && done + batch.size() < count &&
               parameters.bytes() < bytes_max) {
            std::vector<Value> values;
            more = rows.next(values);
            if (!more) {
                break;
            }
            batch.push_back(std::move(values));
            for (const Value& value : batch.back()) {
                parameters.add(value);
            }
        }
        if (batch.empty()) {
            break;
        }
        const bool full = batch.size() == batch_max;
        mysql::Prepared part;
        if (!full || !whole) {
            (full ? whole : part) =
                prepare(insert_statement(Kind::Mysql, target, batch.size()), nullptr);
        }
        MYSQL_STMT* const prepared = full ? whole.get() : part.get();
        mysql_stmt_bind_param(prepared, parameters.data());
        if (mysql_stmt_execute(prepared) != 0) {
            try {
                fail(prepared, nullptr);
            } catch (const ConnectionLost&) {
                throw;
            } catch (const Error& error) {
                throw with_message(error, "the rows up to " + rows.place() + ": " + error.what());
            }
        }
        const auto affected = mysql_stmt_affected_rows(prepared);
        // An update counts twice, and one that changes nothing not at all.
        written += target.on_conflict == OnConflict::Update ? batch.size() : affected;
        done += batch.size();
    }
    return done;
}

/// Asking means a connection of its own, which may take long: on a thread that nobody waits for.
void MysqlConnection::cancel() noexcept {
    if (canceller_->busy.exchange(true)) {
        return;
    }
    try {
        std::thread([canceller = canceller_] { canceller->run(); }).detach();
    } catch (const std::system_error&) {
        canceller_->busy = false;  // no thread is to be had now: asked again soon, cut in the end
    }
}

}  // namespace

std::unique_ptr<Connection> open_mysql(const Settings& settings) {
    return std::make_unique<MysqlConnection>(settings);
}

}  // namespace oa::database
