#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "host/audit/audit_record.hpp"

namespace oa::host {

/// Whether a record is on the disk when append() is back, or some time later. Either way, what the
/// process has written stays when it dies.
enum class AuditSync { Later, Now };

/// A file of JSON lines, one a record, in the order in which they came:
///
///   {"seq":7,"time":"2026-03-01T10:00:00.000Z","user":"ops","uid":1000,"pid":4711,
///    "who":{"token":"x8Kq0aZ3fT","name":"deploy"},"action":"workflow.changed","object":"nightly",
///    "source":"192.0.2.7","request":"01J...","result":"ok","hash":"9f86d0..."}
///
/// on one line each. Records form a chain, so that what is changed, removed, put in or exchanged is
/// found by verify_audit(). `hash` is the last member, and is the SHA-256 of
///
///   * the 32 bytes of the hash before: of the record before, or of what `continues` or `older`
///     says, or 32 zero bytes for record 1;
///   * the bytes of the line without its hash: from its beginning up to the comma before "hash",
///     and then '}'.
///
/// `seq` counts from 1, and goes on where a file is moved away: a new one begins with a record that
/// has the last hash of the one before in `continues`. In a file of a program that made no hashes,
/// the first that has one says in `older` how many bytes are before it, and the hash before is the
/// SHA-256 of those. `tail` says that the end of the file was not as it had been left when a record
/// was added: "incomplete" or "missing". The chain then goes on from what is in `continues`.
///
/// The number and the hash of the last record also stand in <file>.head, which is what all writers
/// lock, and tells whether the end of the file is there. None of it is a seal against somebody who
/// may write to both files.
///
/// The files belong to the user who runs the host, mode 0600; they are opened anew for each record,
/// so the log may be moved away at any time. Processes and threads share the chain. Thread safe.
class AuditLog {
public:
    /// Nothing is opened yet.
    explicit AuditLog(std::filesystem::path file) : file_(std::move(file)) {}

    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    /// Writes a record; makes the file, and the folder that it is in, where they are not there. Why
    /// it could not; empty when it is written. For what must not happen without a record: write it
    /// first, with AuditSync::Now, and go on when this is empty.
    [[nodiscard]] std::string append(const AuditRecord& record,
                                     AuditSync sync = AuditSync::Later) const noexcept;

private:
    std::filesystem::path file_;
};

}  // namespace oa::host
