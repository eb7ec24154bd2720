#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connection.hpp"
#include "oa/plugin.hpp"

namespace oa::database {

/// The rows of a list of objects (or of lists, when `columns` is given). Columns that are not given
/// are the members of the first row. A row may lack members (they are null) but not have others.
/// Throws INVALID_PARAMS that points below `pointer`. `rows` outlives the source.
[[nodiscard]] std::unique_ptr<RowSource> rows_of_json(Call& call,
                                                      const Json& rows,
                                                      std::vector<std::string> columns,
                                                      std::string pointer);

struct FileOptions {
    std::string path;
    bool csv = true;  ///< else JSON lines
    char delimiter = ',';
    bool header = true;     ///< CSV: the first record names the columns
    std::string null_text;  ///< CSV: a field without quotes of this text is null
};

/// The rows of a file, read as they are asked for. A CSV file without a header needs `columns`;
/// with one, `columns` chooses from it. Memory: one row, and a piece of the file.
[[nodiscard]] std::unique_ptr<RowSource> rows_of_file(Call& call,
                                                      const FileOptions& options,
                                                      std::vector<std::string> columns);

}  // namespace oa::database
