#include <string>
#include <utility>
#include <vector>

#include "fault.hpp"
#include "functions.hpp"
#include "result.hpp"
#include "session.hpp"
#include "statement.hpp"

namespace oa::database {

namespace {

TransactionOptions transaction_options(Call& call) {
    TransactionOptions out;
    out.read_only = call.param<bool>("read_only", false);
    if (!call.find_param<std::string>("isolation")) {
        return out;
    }
    out.isolation =
        call.choice<Isolation>("isolation", {{"read_uncommitted", Isolation::ReadUncommitted},
                                             {"read_committed", Isolation::ReadCommitted},
                                             {"repeatable_read", Isolation::RepeatableRead},
                                             {"serializable", Isolation::Serializable}});
    return out;
}

/// A statement that would end the transaction around it breaks the promise of all or nothing.
void refuse_control(Kind kind, const BoundStatement& statement) {
    const std::vector<std::string> words = leading_words(kind, statement.original, 2);
    const std::string first = words.empty() ? "" : words.front();
    const std::string second = words.size() < 2 ? "" : words.back();
    for (const char* word : {"BEGIN", "START", "COMMIT", "END", "ABORT"}) {
        if (first == word) {
            throw invalid_params(statement.pointer,
                                 first +
                                     " is not for a list of statements: transaction begins and "
                                     "commits by itself");
        }
    }
    if (first == "ROLLBACK" && second != "TO") {
        throw invalid_params(statement.pointer,
                             "ROLLBACK would undo the statements before it: leave it out");
    }
    if (kind != Kind::Mysql || second == "TEMPORARY") {
        return;
    }
    for (const char* word : {"CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE", "LOCK", "GRANT",
                             "REVOKE", "ANALYZE", "OPTIMIZE", "REPAIR"}) {
        if (first == word) {
            throw invalid_params(statement.pointer,
                                 first +
                                     " commits what came before it on MySQL and MariaDB: run it "
                                     "by execute");
        }
    }
}

std::vector<BoundStatement> statements_param(Call& call, Kind kind) {
    const Json* list = call.find_param("statements");
    if (list == nullptr || !list->is_array() || list->empty()) {
        throw invalid_params("/statements", "statements has to be a list with a statement or more");
    }
    std::vector<BoundStatement> out;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Json& item = list->at(i);
        const std::string pointer = pointer_to("statements", i);
        const Json& sql = item.is_string() ? item : item["sql"];
        if (!sql.is_string()) {
            throw invalid_params(pointer, "a statement has to be a text, or an object with sql");
        }
        BoundStatement bound =
            bind_values(call, kind, sql.as_string(), item.find("params"), pointer);
        if (item.is_string()) {
            bound.pointer = pointer;
        }
        refuse_control(kind, bound);
        out.push_back(std::move(bound));
    }
    return out;
}

/// Runs statement number `index`, and says which one it was when it fails.
Json run_one(Session& session,
             const BoundStatement& statement,
             std::size_t index,
             Decimals decimals,
             RowCollector& rows) {
    try {
        return session.run(Repeat::Safe, [&](Connection& connection) {
            const Outcome outcome = connection.execute(statement, decimals, rows);
            return told(connection, outcome, rows);
        });
    } catch (const Cancelled&) {
        throw;
    } catch (const Error& error) {
        const std::string message = "statement " + std::to_string(index + 1) +
                                    " failed, and nothing was done: " + error.what();
        throw moved_to(with_message(error, message), statement.pointer);
    }
}

}  // namespace

Json transaction(Call& call) {
    const Settings settings = settings_of(call);
    const std::vector<BoundStatement> statements = statements_param(call, settings.kind);
    const TransactionOptions options = transaction_options(call);
    const Decimals decimals = decimals_param(call);
    const RowLimits limits = row_limits(call);
    BlobStore blobs(call);
    Session session(call, settings);
    session.run(Repeat::Safe, [&](Connection& connection) { connection.begin(options); });
    Json results = Json::array();
    for (std::size_t i = 0; i < statements.size(); ++i) {
        RowCollector rows(call, limits, blobs);
        results.push_back(run_one(session, statements[i], i, decimals, rows));
    }
    session.run(options.read_only ? Repeat::Safe : Repeat::Unsafe,
                [](Connection& connection) { connection.commit(); });
    blobs.keep();
    return {{"results", std::move(results)}};
}

}  // namespace oa::database
