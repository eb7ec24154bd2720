#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/store/sqlite_database.hpp"

// The documents that runs are made from, and that versions of workflows are, each kept once. All of
// it throws SqliteError.
namespace oa::host {

/// "sha256:" and the hash of the text in hexadecimal digits.
[[nodiscard]] std::string document_name(std::string_view text);

[[nodiscard]] bool has_document(SqliteDatabase& database, const std::string& name);
void insert_document(SqliteDatabase& database, const std::string& name, std::string_view text);
/// Throws StoreDamaged when the text is not what it was named for.
[[nodiscard]] std::optional<std::string> read_document(SqliteDatabase& database,
                                                       const std::string& name);

/// The names that this process has given out: those documents are there, and stay for a while, so
/// that a run that is about to be made from one finds it. Thread safe.
class DocumentNames {
public:
    /// From now on it stays. True: it has been kept already.
    [[nodiscard]] bool give_out(const std::string& name);
    void note_kept(const std::string& name);
    /// Removes the documents that no run is made from, no version of a workflow names and nobody
    /// was given the name of since `grace`. In a transaction of the caller.
    void remove_unused(SqliteDatabase& database, std::chrono::seconds grace);

private:
    struct Name {
        std::chrono::steady_clock::time_point given_out;
        bool is_kept = false;
    };
    /// Forgets it, if it may go.
    [[nodiscard]] bool may_go(const std::string& name, std::chrono::seconds grace);

    std::mutex mutex_;
    std::map<std::string, Name> names_;
};

}  // namespace oa::host
