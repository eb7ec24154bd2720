#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/audit/audit_chain.hpp"
#include "host/audit/audit_file.hpp"

namespace oa::host {

struct AuditVerification {
    struct Problem {
        std::filesystem::path file;
        std::uint64_t line = 0;  ///< from 1
        std::string what;        ///< the rest of a sentence that begins with the line
    };

    std::uint64_t records = 0;      ///< of the chain
    std::uint64_t older_lines = 0;  ///< of a program that made no hashes, which the chain covers
    std::uint64_t bytes = 0;
    std::uint64_t first = 0;        ///< the number of the first record; others are in an older file
    ChainPlace last;                ///< to compare with one that was kept elsewhere
    bool end_is_known = false;      ///< whether the last record of all is there
    std::vector<Problem> problems;  ///< so many as are told
    std::uint64_t problem_count = 0;

    [[nodiscard]] bool is_sound() const { return problem_count == 0; }
};

/// Reads files of a log, the oldest first, and says whether they are what was written. The end of
/// the last one is compared with what is noted beside it; with `is_log` that must be there. Others
/// may write meanwhile: what is there when this begins is looked at. Throws AuditError for a file
/// that cannot be read.
[[nodiscard]] AuditVerification verify_audit(const std::vector<std::filesystem::path>& files,
                                             bool is_log);

}  // namespace oa::host
