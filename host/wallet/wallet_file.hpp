#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/wallet/careful_file.hpp"
#include "host/wallet/wallet.hpp"
#include "host/wallet/wallet_writing.hpp"

namespace oa::host {

struct WalletSettings {
    std::filesystem::path file;
    /// Whether a wallet of plain JSON may be used; each time with a warning.
    bool allow_plain = false;
    std::function<void(const std::string&)> warn;  ///< takes a sentence for the operator
    WalletAudit audit;
    std::function<std::int64_t()> now;  ///< seconds since 1970; empty: the system's clock
    std::chrono::milliseconds lock_wait{10'000};
    WalletWriteHooks hooks;
};

struct CreateWallet {
    WalletFormat format = WalletFormat::Sealed;
    crypto::Cipher cipher = crypto::Cipher::XChaCha20Poly1305;
    PasswordStrength strength;
    WalletEntries entries;  ///< what it has from the beginning
};

struct RotatedWallet {
    std::vector<std::string> kept;     ///< "slot 1: password"
    std::vector<std::string> dropped;  ///< slots whose key was not at hand
};

struct VerifiedWallet {
    WalletInfo info;
    enum class Previous { None, Opens, DoesNotOpen };
    Previous previous = Previous::None;
    std::string previous_problem;  ///< why WALLET.1 does not open
};

struct ImportSecrets {
    bool replace = false;        ///< secrets that are there already; else they stay
    bool even_if_short = false;  ///< less than 6 bytes
};
struct ImportedSecrets {
    std::vector<std::string> added;
    std::vector<std::string> replaced;
    std::vector<std::string> unchanged;  ///< were there with the same value
    std::vector<std::string> left;  ///< were there with another value, and `replace` was not set
};

/// What can be done with the file of a wallet. Every operation reads the file anew, and those that
/// change it do so under the lock from the reading to the end of the writing, so none of two
/// changes is lost. They throw WalletError; WalletNotOpened when the key does not open it. May be
/// copied and used by several threads, as far as the functions in its settings may be.
class WalletFile {
public:
    explicit WalletFile(WalletSettings settings);

    [[nodiscard]] const std::filesystem::path& path() const { return settings_.file; }
    [[nodiscard]] bool exists() const;
    /// What can be known without a key: what to ask for, for one.
    [[nodiscard]] WalletInfo look() const;

    [[nodiscard]] Wallet open(const WalletKey& key) const;
    struct Opened {
        Wallet wallet;
        WalletFileIdentity identity;  ///< of the file that it was read from
    };
    [[nodiscard]] Opened open_identified(const WalletKey& key) const;

    /// Never replaces a file.
    void create(const WalletKey& key, const CreateWallet& options) const;
    /// `change` is called once, under the lock; the wallet is saved when it returns and something
    /// has changed. What it throws comes out, and then nothing is saved. Gives what was saved.
    Wallet modify(const WalletKey& key, const std::function<void(Wallet&)>& change) const;

    /// Takes the place of the password in the slot that `current` opens, which must have one. The
    /// data key stays, so whoever has an old copy of the file and the old password has not lost
    /// it: rotate() after a leak.
    void change_password(const WalletKey& current,
                         const core::Secret& password,
                         const PasswordStrength& strength) const;
    void add_slot(const WalletKey& current,
                  const WalletKey& added,
                  const PasswordStrength& strength) const;
    /// Counted from 0, as in WalletInfo. Never the one that `current` opens, so there is always one
    /// left.
    void remove_slot(const WalletKey& current, std::size_t slot) const;
    /// A new data key. A slot can only go on if its key is at hand, since it has to wrap the new
    /// one: those that `current` or one of `others` opens are kept, the others are dropped.
    RotatedWallet rotate(const WalletKey& current, std::span<const WalletKey> others) const;

    /// Opens the wallet and WALLET.1. Throws when the wallet itself does not open.
    [[nodiscard]] VerifiedWallet verify(const WalletKey& key) const;
    /// All or nothing.
    ImportedSecrets import_into(const WalletKey& key,
                                const WalletEntries& entries,
                                const ImportSecrets& options) const;
    /// All secrets, not sealed, as write_json_text() has them.
    [[nodiscard]] core::Secret export_json(const WalletKey& key) const;
    /// Writes a sealed wallet of its own, with the same secrets under another key. Never replaces a
    /// file.
    void back_up(const WalletKey& key,
                 const std::filesystem::path& target,
                 const WalletKey& target_key,
                 const PasswordStrength& strength) const;

private:
    /// How a wallet gets into the file.
    struct Saving {
        std::optional<WalletFileIdentity> replaces;
        const WalletKey& key;  ///< opens what is written
        PreviousWallet previous = PreviousWallet::Kept;
        bool has_new_slots = false;  ///< so the key has to be tried
    };
    using Action = WalletAuditRecord::Action;

    [[nodiscard]] Opened read(const WalletKey& key) const;
    [[nodiscard]] Wallet open_bytes(std::string_view bytes, const WalletKey& key) const;
    [[nodiscard]] Wallet open_sealed_bytes(std::string_view bytes, const WalletKey& key) const;
    [[nodiscard]] Wallet open_fernet_bytes(std::string_view bytes, const WalletKey& key) const;
    [[nodiscard]] Wallet open_plain_bytes(std::string_view bytes) const;
    [[nodiscard]] Wallet::Origin origin() const;
    void save(const WalletLock& lock, Wallet& wallet, const Saving& how) const;
    void save_sealed(const WalletLock& lock, Wallet& wallet, const Saving& how) const;
    void save_older(const WalletLock& lock, const Wallet& wallet, const Saving& how) const;
    /// `change` gives what the audit log says of it. `afterwards` opens what is written.
    void change_slots(const WalletKey& current,
                      Action action,
                      const WalletKey& afterwards,
                      const std::function<std::string(Wallet&)>& change) const;
    void tell(Action action,
              std::vector<std::string> names,
              std::string detail,
              std::uint64_t generation) const;
    [[noreturn]] void refuse(const std::string& why) const;

    WalletSettings settings_;
};

}  // namespace oa::host
