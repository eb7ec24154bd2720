#include "dialect.hpp"

#include <algorithm>

#include "oa/error.hpp"

namespace oa::database {

namespace {

/// The parts of a table's name: split at dots outside of double quotes, which are taken away.
std::vector<std::string> name_parts(std::string_view name) {
    std::vector<std::string> parts(1);
    bool quoted = false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '"' && quoted && i + 1 < name.size() && name[i + 1] == '"') {
            parts.back() += name[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == '.' && !quoted) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    const bool usable = !quoted && parts.size() <= 3 &&
                        std::none_of(parts.begin(), parts.end(), [](const std::string& part) {
                            return part.empty() || part.find('\0') != std::string::npos;
                        });
    if (!usable) {
        throw invalid_params("/table",
                             "table is no name such as orders, sales.orders or \"odd.name\"");
    }
    return parts;
}

std::vector<std::string> columns_to_update(const InsertTarget& target) {
    std::vector<std::string> out;
    for (const std::string& column : target.columns) {
        if (std::find(target.keys.begin(), target.keys.end(), column) == target.keys.end()) {
            out.push_back(column);
        }
    }
    return out;
}

std::string duplicate_key_clause(const InsertTarget& target) {
    std::vector<std::string> updated;
    if (target.on_conflict == OnConflict::Update) {
        updated = columns_to_update(target);
    }
    std::string out = " ON DUPLICATE KEY UPDATE ";
    if (updated.empty()) {
        // INSERT IGNORE would also let values through that do not fit.
        const std::string column = quoted_name(Kind::Mysql, target.columns.front());
        return out + column + " = " + target.table + "." + column;
    }
    for (const std::string& column : updated) {
        const std::string name = quoted_name(Kind::Mysql, column);
        out.append(name).append(" = VALUES(").append(name).append("), ");
    }
    out.resize(out.size() - 2);
    return out;
}

}  // namespace

std::string quoted_name(Kind kind, std::string_view name) {
    const char quote = kind == Kind::Mysql ? '`' : '"';
    std::string out(1, quote);
    for (const char c : name) {
        if (c == quote) {
            out += c;
        }
        out += c;
    }
    out += quote;
    return out;
}

std::string quoted_table(Kind kind, std::string_view name) {
    std::string out;
    for (const std::string& part : name_parts(name)) {
        out += (out.empty() ? "" : ".") + quoted_name(kind, part);
    }
    return out;
}

std::string quoted_list(Kind kind, const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) {
        out += (out.empty() ? "" : ", ") + quoted_name(kind, name);
    }
    return out;
}

std::string insert_statement(Kind kind, const InsertTarget& target, std::uint64_t rows) {
    std::string row = "(";
    for (std::size_t i = 0; i < target.columns.size(); ++i) {
        row += i == 0 ? "?" : ",?";
    }
    row += ')';
    std::string out =
        "INSERT INTO " + target.table + " (" + quoted_list(kind, target.columns) + ") VALUES ";
    for (std::uint64_t i = 0; i < rows; ++i) {
        out += i == 0 ? "" : ",";
        out += row;
    }
    return out + conflict_clause(kind, target);
}

std::string conflict_clause(Kind kind, const InsertTarget& target) {
    if (target.on_conflict == OnConflict::Error) {
        return {};
    }
    if (kind == Kind::Odbc) {
        throw Error(ErrorCode::Unimplemented,
                    "on_conflict needs a kind of database of its own: over ODBC only \"error\" is "
                    "known to every database")
            .with_pointer("/on_conflict");
    }
    if (kind == Kind::Mysql) {
        return duplicate_key_clause(target);
    }
    std::string out = " ON CONFLICT";
    if (!target.keys.empty()) {
        out += " (" + quoted_list(kind, target.keys) + ")";
    }
    const std::vector<std::string> updated = columns_to_update(target);
    if (target.on_conflict == OnConflict::Ignore || updated.empty()) {
        return out + " DO NOTHING";
    }
    out += " DO UPDATE SET ";
    for (const std::string& column : updated) {
        const std::string name = quoted_name(kind, column);
        out.append(name).append(" = excluded.").append(name).append(", ");
    }
    out.resize(out.size() - 2);
    return out;
}

std::string_view isolation_name(Isolation isolation) {
    switch (isolation) {
        case Isolation::ReadUncommitted: return "READ UNCOMMITTED";
        case Isolation::ReadCommitted: return "READ COMMITTED";
        case Isolation::RepeatableRead: return "REPEATABLE READ";
        case Isolation::Serializable: break;
    }
    return "SERIALIZABLE";
}

}  // namespace oa::database
