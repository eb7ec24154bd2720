#include "host/wallet/wallet_file.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "host/wallet/sealed_body.hpp"
#include "host/wallet/sealed_format.hpp"

namespace oa::host {
namespace {

std::int64_t system_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

WalletInfo info_of(const SealedHeader& header) {
    WalletInfo info;
    info.uuid = uuid_text(header.uuid);
    info.generation = header.generation;
    info.cipher = header.cipher;
    for (const KeySlot& slot : header.slots) {
        info.slots.push_back({slot.kind, slot.cost});
    }
    return info;
}

bool are_same(const WalletEntries& left, const WalletEntries& right) {
    return write_plain_wallet(left).equals(write_plain_wallet(right).reveal());
}

}  // namespace

WalletFile::WalletFile(WalletSettings settings) : settings_(std::move(settings)) {
    if (!settings_.now) {
        settings_.now = system_now;
    }
}

bool WalletFile::exists() const {
    return identity_of(settings_.file).has_value();
}

WalletInfo WalletFile::look() const {
    const SecretFile file = read_secret_file({settings_.file});
    try {
        const WalletFormat format = format_of(file.content.reveal());
        if (format == WalletFormat::Sealed) {
            return info_of(parse_sealed_header(file.content.reveal()));
        }
        WalletInfo info;
        info.format = format;
        return info;
    } catch (const WalletFormatError& error) {
        refuse(error.what());
    }
}

Wallet WalletFile::open(const WalletKey& key) const {
    return open_identified(key).wallet;
}

WalletFile::Opened WalletFile::open_identified(const WalletKey& key) const {
    Opened opened = read(key);
    tell(Action::Opened, {}, to_text(opened.wallet.info().format), opened.wallet.info().generation);
    return opened;
}

void WalletFile::create(const WalletKey& key, const CreateWallet& options) const {
    if (exists()) {
        refuse("exists already; name another file");
    }
    WalletInfo info;
    Wallet::Origin origin = this->origin();
    info.format = options.format;
    if (options.format == WalletFormat::Sealed) {
        SealedHeader header = new_sealed_header(options.cipher);
        origin.data_key = crypto::random_secret();
        header.slots.push_back(
            wrap_data_key(origin.data_key, key, options.strength, header.owner()));
        header.generation = 0;  // saving makes it 1
        info = info_of(header);
        origin.uuid = header.uuid;
        origin.slots = header.slots;
    } else if (options.format == WalletFormat::Plain && !settings_.allow_plain) {
        refuse("would not be sealed, and that is not allowed");
    }
    Wallet wallet(std::move(info), {}, std::move(origin));
    for (const auto& [name, entry] : options.entries) {
        wallet.put(name, adopted(entry, options.format, settings_.now()), {true, std::nullopt});
    }
    const WalletLock lock(settings_.file, settings_.lock_wait);
    save(lock, wallet, {std::nullopt, key, PreviousWallet::Kept, true});
    tell(Action::Created, wallet.names(), to_text(options.format), wallet.info_.generation);
}

Wallet WalletFile::modify(const WalletKey& key, const std::function<void(Wallet&)>& change) const {
    const WalletLock lock(settings_.file, settings_.lock_wait);
    Opened opened = read(key);
    change(opened.wallet);
    if (!opened.wallet.changed_.empty()) {
        save(lock, opened.wallet, {opened.identity, key, PreviousWallet::Kept, false});
        tell(Action::Changed, std::exchange(opened.wallet.changed_, {}), "",
             opened.wallet.info_.generation);
    }
    return std::move(opened.wallet);
}

WalletFile::Opened WalletFile::read(const WalletKey& key) const {
    try {
        const SecretFile file = read_secret_file({settings_.file});
        return {open_bytes(file.content.reveal(), key), file.identity};
    } catch (const WalletError& error) {
        tell(Action::NotOpened, {}, error.what(), 0);
        throw;
    }
}

Wallet WalletFile::open_bytes(std::string_view bytes, const WalletKey& key) const {
    try {
        switch (format_of(bytes)) {
            case WalletFormat::Sealed: return open_sealed_bytes(bytes, key);
            case WalletFormat::Fernet: return open_fernet_bytes(bytes, key);
            case WalletFormat::Plain: break;
        }
        return open_plain_bytes(bytes);
    } catch (const WalletFormatError& error) {
        refuse(error.what());
    }
}

Wallet WalletFile::open_sealed_bytes(std::string_view bytes, const WalletKey& key) const {
    auto opened = open_sealed(bytes, key);
    if (!opened) {
        throw WalletNotOpened(
            name_of("the wallet", settings_.file) +
            " does not open: the password or the key file is wrong, or the file is damaged");
    }
    WalletInfo info = info_of(opened->header);
    info.opened_by = opened->slot;
    Wallet::Origin from = origin();
    from.uuid = std::move(opened->header.uuid);
    from.slots = std::move(opened->header.slots);
    from.data_key = std::move(opened->data_key);
    return {std::move(info), read_body(opened->body.reveal()), std::move(from)};
}

Wallet WalletFile::open_fernet_bytes(std::string_view bytes, const WalletKey& key) const {
    auto entries = key.password ? read_fernet_wallet(bytes, *key.password) : std::nullopt;
    if (!entries) {
        throw WalletNotOpened(name_of("the wallet", settings_.file) +
                              " does not open: the password is wrong, or the file is damaged");
    }
    WalletInfo info;
    info.format = WalletFormat::Fernet;
    return {std::move(info), std::move(*entries), origin()};
}

Wallet WalletFile::open_plain_bytes(std::string_view bytes) const {
    if (!settings_.allow_plain) {
        refuse(
            "is not sealed: whoever gets the file has the secrets; import it into a sealed one "
            "with oa wallet import, or allow it with OA_ALLOW_PLAIN_WALLET=true");
    }
    if (settings_.warn) {
        settings_.warn(name_of("the wallet", settings_.file) +
                       " is not sealed: whoever gets the file has the secrets; import it into a "
                       "sealed one with oa wallet import");
    }
    WalletInfo info;
    info.format = WalletFormat::Plain;
    return {std::move(info), read_plain_wallet(bytes), origin()};
}

Wallet::Origin WalletFile::origin() const {
    return {settings_.file, settings_.audit, settings_.now, "", {}, {}};
}

void WalletFile::save(const WalletLock& lock, Wallet& wallet, const Saving& how) const {
    if (wallet.info_.format == WalletFormat::Sealed) {
        save_sealed(lock, wallet, how);
    } else {
        save_older(lock, wallet, how);
    }
}

void WalletFile::save_sealed(const WalletLock& lock, Wallet& wallet, const Saving& how) const {
    const Wallet::Origin& from = wallet.origin_;
    const SealedHeader header{from.uuid, wallet.info_.generation + 1,
                              wallet.info_.cipher.value_or(crypto::Cipher::XChaCha20Poly1305),
                              from.slots};
    const core::Secret body = write_body(wallet.entries_);
    const std::string bytes = seal_wallet(header, from.data_key, body);
    const auto opens = [&](std::string_view back) {
        if (how.has_new_slots) {
            const auto again = open_sealed(back, how.key);
            return again && again->body.equals(body.reveal());
        }
        const auto again = open_sealed_body(back, from.data_key);
        return again && again->equals(body.reveal());
    };
    write_wallet(lock, {settings_.file, bytes, how.replaces, how.previous, opens, settings_.hooks});
    WalletInfo info = info_of(header);
    info.opened_by = wallet.info_.opened_by;
    info.count = wallet.info_.count;
    wallet.info_ = std::move(info);
}

void WalletFile::save_older(const WalletLock& lock, const Wallet& wallet, const Saving& how) const {
    const bool is_plain = wallet.info_.format == WalletFormat::Plain;
    if (!is_plain && (!how.key.password || how.key.password->empty())) {
        refuse("is of an older format, which needs a password");
    }
    core::Secret plain;
    std::string sealed;
    if (is_plain) {
        plain = write_plain_wallet(wallet.entries_);
    } else {
        sealed = write_fernet_wallet(wallet.entries_, *how.key.password,
                                     FernetFileStamp::random(settings_.now()));
    }
    const auto opens = [&](std::string_view back) {
        const auto again = is_plain ? std::optional(read_plain_wallet(back))
                                    : read_fernet_wallet(back, *how.key.password);
        return again && are_same(*again, wallet.entries_);
    };
    write_wallet(lock, {settings_.file, is_plain ? plain.reveal() : sealed, how.replaces,
                        how.previous, opens, settings_.hooks});
}

void WalletFile::tell(Action action,
                      std::vector<std::string> names,
                      std::string detail,
                      std::uint64_t generation) const {
    if (settings_.audit) {
        settings_.audit({action, settings_.file, std::move(names), std::move(detail), generation,
                         settings_.now()});
    }
}

void WalletFile::refuse(const std::string& why) const {
    throw WalletError(name_of("the wallet", settings_.file) + ' ' + why);
}

}  // namespace oa::host
