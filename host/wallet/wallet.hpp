#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret/secret.hpp"
#include "host/wallet/crypto.hpp"
#include "host/wallet/key_slot.hpp"
#include "host/wallet/older_format.hpp"
#include "host/wallet/wallet_entries.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {

/// One thing that happened to a wallet, for the audit log. It has names of secrets, never values.
struct WalletAuditRecord {
    enum class Action {
        Opened,
        NotOpened,  ///< `detail` says why
        Created,
        Changed,  ///< `names` were set or removed
        Used,     ///< `names` were read
        PasswordChanged,
        SlotAdded,
        SlotRemoved,
        Rotated,
        Exported,  ///< `names` were given out, not sealed
        BackedUp,  ///< `detail` is where to
        Verified
    };

    Action action = Action::Opened;
    std::filesystem::path file;
    std::vector<std::string> names;
    std::string detail;            ///< for people
    std::uint64_t generation = 0;  ///< 0 in the older formats, and when it is not known
    std::int64_t time = 0;         ///< seconds since 1970
};
/// "opened", "not opened", ...
[[nodiscard]] const char* to_text(WalletAuditRecord::Action action);
/// Called in the thread that does it. Must not throw.
using WalletAudit = std::function<void(const WalletAuditRecord&)>;

/// What can be known of a wallet. Without a key, what is in the header of a sealed one.
struct WalletInfo {
    struct Slot {
        SlotKind kind = SlotKind::Password;
        crypto::Argon2Cost cost{0, 0, 0};  ///< zeros for a key file alone
    };

    WalletFormat format = WalletFormat::Sealed;
    std::string uuid;              ///< empty in the older formats
    std::uint64_t generation = 0;  ///< 0 in the older formats
    std::optional<crypto::Cipher> cipher;
    std::vector<Slot> slots;
    std::optional<std::size_t> opened_by;  ///< index of the slot
    std::optional<std::size_t> count;      ///< of secrets; only when it was opened

    /// Whether a password alone, a key file alone can open it.
    [[nodiscard]] bool takes_password() const;
    [[nodiscard]] bool takes_key_file() const;
    [[nodiscard]] bool takes_both() const;
    [[nodiscard]] bool needs_key() const { return format != WalletFormat::Plain; }
};

/// A secret without its value.
struct WalletEntryFacts {
    std::string name;
    ValueKind kind = ValueKind::Text;
    std::size_t size = 0;  ///< bytes
    std::uint64_t version = 1;
    std::int64_t created = 0;  ///< seconds since 1970; 0: not known
    std::int64_t updated = 0;
    std::string note;
};

struct SetSecret {
    bool even_if_short = false;       ///< less than 6 bytes
    std::optional<std::string> note;  ///< empty: the note stays
};

/// An open wallet: its secrets, in memory that is locked and overwritten. Changes stay in memory,
/// unless they are made in WalletFile::modify(). Several threads may read it at a time.
class Wallet {
public:
    Wallet(Wallet&&) noexcept = default;
    Wallet& operator=(Wallet&&) noexcept = default;
    ~Wallet() = default;
    Wallet(const Wallet&) = delete;
    Wallet& operator=(const Wallet&) = delete;

    /// Nothing when there is no such secret. Told to the audit log, as a use, with `user` as the
    /// detail: who asked for it.
    [[nodiscard]] std::optional<core::Secret> find(std::string_view name,
                                                   std::string_view user = {}) const;
    [[nodiscard]] bool has(std::string_view name) const { return entries_.contains(name); }
    /// In alphabetical order.
    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] std::vector<WalletEntryFacts> facts() const;
    [[nodiscard]] const WalletInfo& info() const { return info_; }
    /// With the values: for moving them to another wallet. Not told to the audit log.
    [[nodiscard]] const WalletEntries& entries() const { return entries_; }

    /// Adds a secret or gives it a new value. Throws WalletError for a name or a note that cannot
    /// be one, for a value that is too short or too long, and for one secret too many.
    void set(std::string_view name, core::Secret value, const SetSecret& options = {});
    /// False when there is no such secret.
    bool remove(std::string_view name);
    /// Takes an entry as it is, times and versions included. The same errors as set().
    void put(std::string_view name, WalletEntry entry, const SetSecret& options = {});

private:
    friend class WalletFile;

    /// Where it came from, and what is needed to save it.
    struct Origin {
        std::filesystem::path file;
        WalletAudit audit;
        std::function<std::int64_t()> now;
        std::string uuid;
        std::vector<KeySlot> slots;
        core::Secret data_key;
    };

    Wallet(WalletInfo info, WalletEntries entries, Origin origin);
    void tell(WalletAuditRecord::Action action,
              std::vector<std::string> names,
              std::string_view detail = {}) const;
    void changed(std::string_view name);

    WalletInfo info_;
    WalletEntries entries_;
    Origin origin_;
    std::vector<std::string> changed_;  ///< names, since it was read
};

}  // namespace oa::host
