#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret/secret.hpp"

namespace oa::host {

/// A descriptor that is closed with its owner.
class FileDescriptor {
public:
    explicit FileDescriptor(int number) noexcept : number_(number) {}
    ~FileDescriptor();
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

private:
    int number_;
};

/// Tells whether a file is still the one that was read.
struct WalletFileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t changed_seconds = 0;
    std::int64_t changed_nanoseconds = 0;

    friend bool operator==(const WalletFileIdentity&, const WalletFileIdentity&) = default;
};
/// Of what is there now, a link not followed; nothing when there is nothing.
[[nodiscard]] std::optional<WalletFileIdentity> identity_of(const std::filesystem::path& file);

/// Who may see a secret file beside its owner.
enum class SecretReaders {
    OwnerAlone,
    AsRootSays  ///< others may read it, if it belongs to root: as credentials of a service are
};

/// What is read, and how it is called in messages.
struct SecretFileRequest {
    std::filesystem::path file;
    const char* what = "the wallet";
    std::size_t bytes_max = 16U << 20U;
    SecretReaders readers = SecretReaders::OwnerAlone;
};

struct SecretFile {
    core::Secret content;
    WalletFileIdentity identity;
};

/// Reads a file of secrets, if nobody else can have read or changed it: a regular file, no link,
/// that belongs to this user or to root and has mode 0600 or less, in folders that others cannot
/// write to (see check_folders). Throws WalletError, which names the file and the command that
/// mends it.
[[nodiscard]] SecretFile read_secret_file(const SecretFileRequest& request);

/// Every folder from the one that the file lies in up to / must belong to this user or to root, and
/// only its owner may write to it. One with the sticky bit, such as /tmp, may be writable by all:
/// there, others can neither remove nor replace what is not theirs, and what they put there
/// themselves fails by its owner. Throws WalletError.
void check_folders(const std::filesystem::path& file, const char* what);

/// "the wallet /etc/oa/wallet"
[[nodiscard]] std::string name_of(const char* what, const std::filesystem::path& file);

/// Reads all that comes, at most `bytes_max`; nothing, with errno set, when that fails. EFBIG when
/// there is more.
[[nodiscard]] std::optional<core::Secret> read_to_end(int descriptor, std::size_t bytes_max);

}  // namespace oa::host
