#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "oa/plugin.hpp"

namespace oa::database {

/// Where the bytes of blobs go: as base64 into the rows, or into files of a folder, whose paths
/// then stand in the rows. Files are removed with this object unless keep() was called.
class BlobStore {
public:
    /// Parameter `blob_folder`.
    explicit BlobStore(Call& call);
    BlobStore(const BlobStore&) = delete;
    BlobStore& operator=(const BlobStore&) = delete;
    ~BlobStore();

    [[nodiscard]] Json put(std::string_view bytes);
    void keep() { files_.clear(); }

private:
    std::string folder_;
    std::vector<std::string> files_;
};

/// Names of columns, each made unlike those before it: "id", "id_2".
[[nodiscard]] std::vector<std::string> distinct_names(const std::vector<Column>& columns);
/// [{"name": ..., "type": ...}]
[[nodiscard]] Json described(const std::vector<Column>& columns);

/// How many rows an answer holds, and what is done about more.
struct RowLimits {
    std::uint64_t rows = 1000;
    bool truncate = false;   ///< else more rows are an error
    bool stop = false;       ///< and they are not even asked for
    bool as_objects = true;  ///< else lists
};
/// Parameter `decimals`.
[[nodiscard]] Decimals decimals_param(Call& call);
/// Parameters `max_rows`, `on_max_rows` and `row_format`.
[[nodiscard]] RowLimits row_limits(Call& call);

/// Keeps the rows of a statement for the answer.
class RowCollector final : public RowSink {
public:
    RowCollector(Call& call, RowLimits limits, BlobStore& blobs)
        : call_(&call), limits_(limits), blobs_(&blobs) {}

    void begin(const std::vector<Column>& columns) override;
    Flow row(std::vector<Json>& values) override;
    Json blob(std::string_view bytes) override { return blobs_->put(bytes); }

    [[nodiscard]] bool has_result() const { return has_result_; }
    [[nodiscard]] bool truncated() const { return truncated_; }
    [[nodiscard]] std::vector<Column>& columns() { return columns_; }
    /// Puts columns, rows, row_count and truncated into an output.
    void move_into(Json& output);

private:
    [[nodiscard]] Flow refuse(const std::string& what);

    Call* call_;
    RowLimits limits_;
    BlobStore* blobs_;
    std::vector<Column> columns_;
    std::vector<std::string> names_;
    Json::Array rows_;
    std::size_t names_size_ = 0;  // of the members of one row
    std::size_t bytes_ = 0;
    bool has_result_ = false;
    bool truncated_ = false;
};

/// What a statement did, as an output: rows_affected, last_insert_id, and its rows.
[[nodiscard]] Json told(Connection& connection, const Outcome& outcome, RowCollector& rows);

}  // namespace oa::database
