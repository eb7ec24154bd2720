#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kind.hpp"
#include "oa/plugin.hpp"

namespace oa::database {

/// A value to bind.
struct Value {
    /// Json: as it is, lists and objects as their JSON text. Bytes: a blob, in `bytes`.
    enum class Kind { Json, Bytes };

    Kind kind = Kind::Json;
    Json json;
    std::string bytes;
};

/// A statement as the database takes it. Placeholders are `$1` for PostgreSQL, `?` elsewhere.
struct BoundStatement {
    std::string text = {};
    std::vector<Value> values = {};
    std::string original = {};              ///< as the workflow has it
    std::string pointer = {};               ///< to it in the parameters
    std::vector<std::size_t> origins = {};  ///< pairs: an offset in text, and the same in original
};

/// The values of `params` put into `sql`:
///   a list    its values stand for `?`, in order; `??` is a question mark
///   an object its members stand for `:name`; a name may come more than once
///   null      nothing stands for anything; the statement is not looked at
/// Strings, quoted names, comments, dollar quotes and `::` are skipped, as `kind` writes them.
/// Throws INVALID_PARAMS that points into `pointer` + "/params" for values that are missing or that
/// the statement does not use. {"$base64": text}, {"$file": path} and {"$blob": index} are bytes.
[[nodiscard]] BoundStatement bind_values(
    Call& call, Kind kind, std::string sql, const Json* params, const std::string& pointer);

/// A value to bind from JSON.
[[nodiscard]] Value value_of(Call& call, const Json& json, const std::string& pointer);

/// Where an offset (in bytes) of the text that was sent lies in the original.
[[nodiscard]] std::size_t original_offset(const BoundStatement& statement, std::size_t offset);

/// The first words of a statement in upper case, without comments: "DROP", "TABLE".
[[nodiscard]] std::vector<std::string> leading_words(Kind kind,
                                                     std::string_view sql,
                                                     std::size_t count);

/// Whether there is anything but blanks, comments and semicolons.
[[nodiscard]] bool is_blank(Kind kind, std::string_view sql);

}  // namespace oa::database
