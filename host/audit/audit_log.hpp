#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace oa::host {

/// Something that somebody will want to know of later: who opened what, who used which secret. It
/// has names, never values.
struct AuditRecord {
    std::string action;  ///< "wallet.used"
    std::string object;  ///< what it was done to: a file
    std::vector<std::string> names = {};
    std::string detail = {};  ///< for people: "run 01J... of 'deploy', task 'push'"
};

/// A file of JSON lines, one a record, in the order in which they came:
///
///   {"time":"2026-03-01T10:00:00.000Z","user":"ops","uid":1000,"pid":4711,
///    "action":"wallet.used","object":"/etc/oa/wallet","names":["token"],"detail":"run ..."}
///
/// The file belongs to the user who runs the host, mode 0600; it is opened anew for each record, so
/// it may be moved away at any time. Records of several processes do not mix. Thread safe.
class AuditLog {
public:
    /// Nothing is opened yet.
    explicit AuditLog(std::filesystem::path file) : file_(std::move(file)) {}

    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    /// Writes a record; makes the file, and the folder that it is in, where they are not there. Why
    /// it could not; empty when it is written.
    [[nodiscard]] std::string append(const AuditRecord& record) const noexcept;

private:
    std::filesystem::path file_;
};

}  // namespace oa::host
