#include "host/store/run_documents.hpp"

#include "host/store/chain_hash.hpp"

namespace oa::host {

std::string document_name(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string name = "sha256:";
    for (const std::byte byte : hash_of(text)) {
        name += digits[std::to_integer<std::size_t>(byte >> 4U)];
        name += digits[std::to_integer<std::size_t>(byte & std::byte{0x0F})];
    }
    return name;
}

bool has_document(SqliteDatabase& database, const std::string& name) {
    SqliteStatement statement(database, "SELECT 1 FROM documents WHERE name = ?1");
    statement.bind(1, std::string_view(name));
    return statement.step();
}

void insert_document(SqliteDatabase& database, const std::string& name, std::string_view text) {
    SqliteStatement(database, "INSERT OR IGNORE INTO documents (name, content) VALUES (?1, ?2)")
        .bind(1, std::string_view(name))
        .bind(2, text)
        .run();
}

std::optional<std::string> read_document(SqliteDatabase& database, const std::string& name) {
    SqliteStatement statement(database, "SELECT content FROM documents WHERE name = ?1");
    statement.bind(1, std::string_view(name));
    if (!statement.step()) {
        return std::nullopt;
    }
    std::string text(statement.text(0));
    if (document_name(text) != name) {
        throw StoreDamaged(database.file().string() + ": document " + name +
                           " is damaged: it is not what its name was made from");
    }
    return text;
}

bool DocumentNames::give_out(const std::string& name) {
    const std::lock_guard lock(mutex_);
    Name& given = names_[name];
    given.given_out = std::chrono::steady_clock::now();
    return given.is_kept;
}

void DocumentNames::note_kept(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(name);
    if (found != names_.end()) {
        found->second.is_kept = true;
    }
}

void DocumentNames::remove_unused(SqliteDatabase& database, std::chrono::seconds grace) {
    std::vector<std::string> unused;
    {
        SqliteStatement statement(database,
                                  "SELECT name FROM documents WHERE NOT EXISTS "
                                  "(SELECT 1 FROM runs WHERE runs.documents = documents.name) "
                                  "AND NOT EXISTS (SELECT 1 FROM workflow_versions AS version "
                                  "WHERE version.documents = documents.name)");
        while (statement.step()) {
            unused.emplace_back(statement.text(0));
        }
    }
    for (const std::string& name : unused) {
        if (may_go(name, grace)) {
            SqliteStatement(database, "DELETE FROM documents WHERE name = ?1")
                .bind(1, std::string_view(name))
                .run();
        }
    }
}

bool DocumentNames::may_go(const std::string& name, std::chrono::seconds grace) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(name);
    if (found == names_.end()) {
        return true;
    }
    if (std::chrono::steady_clock::now() - found->second.given_out < grace) {
        return false;
    }
    names_.erase(found);
    return true;
}

}  // namespace oa::host
