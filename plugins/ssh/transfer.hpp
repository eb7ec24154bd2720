#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oa/call.hpp"
#include "sftp.hpp"
#include "tree.hpp"

namespace oa::ssh {

struct TransferOptions {
    std::string local;
    std::string remote;
    bool recursive = false;
    bool resume = false;
    bool atomic = true;
    bool preserve = true;
    bool follow_links = false;
    bool checksum = false;
    std::optional<std::uint32_t> mode;
};

struct TransferTotals {
    std::uint64_t files = 0;
    std::uint64_t folders = 0;  ///< that were made
    std::uint64_t bytes = 0;    ///< that went over the line
    std::uint64_t resumed = 0;  ///< bytes that were there already
    std::uint64_t skipped = 0;  ///< links and special files
    std::string checksum;       ///< of the last file, where it was asked for
    std::string target;         ///< the file or folder that was written
};

/// Throws Error; files that are complete stay.
[[nodiscard]] TransferTotals upload(Call& call, Sftp& sftp, const TransferOptions& options);
[[nodiscard]] TransferTotals download(Call& call, Sftp& sftp, const TransferOptions& options);

/// Tells how far a transfer is, a few times a second.
class TransferProgress {
public:
    TransferProgress(const Call& call, std::uint64_t total) : call_(call), total_(total) {}
    void add(std::uint64_t bytes);

private:
    const Call& call_;
    std::uint64_t total_;
    std::uint64_t done_ = 0;
    std::chrono::steady_clock::time_point next_{};
};

/// The name under which a file is written until it is whole. With `resume` every run knows it, else
/// only the attempts of this task.
[[nodiscard]] std::string temporary_name(const Call& call, const std::string& name, bool resume);

/// How much of a part's end is compared before it is gone on with.
inline constexpr std::uint64_t compared_tail = std::uint64_t{256} * 1024;

}  // namespace oa::ssh
