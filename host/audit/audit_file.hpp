#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace oa::host {

/// A file of the audit log cannot be used. what() names it and says why.
class AuditError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// An open file. All of it throws AuditError.
class AuditFile {
public:
    enum class Use { Read, Append, Note };
    /// To append to, or to note something in, it is made where it is not there, for its owner
    /// alone. A link is not followed then.
    AuditFile(const std::filesystem::path& path, Use use);
    ~AuditFile();
    AuditFile(const AuditFile&) = delete;
    AuditFile& operator=(const AuditFile&) = delete;

    [[nodiscard]] std::uint64_t size() const;
    /// Less where the file ends.
    [[nodiscard]] std::string read(std::uint64_t offset, std::size_t size) const;
    /// All of it or nothing, as far as the system can take back what it wrote.
    void append(std::string_view bytes);
    /// At its beginning, over what is there.
    void note(std::string_view bytes);
    void sync();
    /// Until this is destroyed, others wait: all of them, or those who want to be alone.
    void lock_alone();
    void lock_shared();

private:
    [[noreturn]] void fail(const char* what) const;
    void lock(int operation);

    std::filesystem::path path_;
    int descriptor_ = -1;
};

/// Makes what has been made in a folder stay there.
void sync_folder(const std::filesystem::path& folder);

}  // namespace oa::host
