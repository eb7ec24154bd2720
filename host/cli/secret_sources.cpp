#include "host/cli/secret_sources.hpp"

#include <algorithm>
#include <utility>

#include "core/secret/secret.hpp"
#include "host/vault/kv_vault.hpp"
#include "host/vault/secret_command.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

/// "wallet.password_changed"
std::string action_of(WalletAuditRecord::Action action) {
    std::string word = std::string("wallet.") + to_text(action);
    std::replace(word.begin(), word.end(), ' ', '_');
    return word;
}

void record(const AuditLog& log, Logger& logger, const WalletAuditRecord& what) {
    const std::string problem =
        log.append({action_of(what.action), what.file.string(), what.names, what.detail});
    if (!problem.empty()) {
        logger.write(LogLevel::Error, problem);
    }
}

std::unique_ptr<vault::SecretProvider> make_vault(const VaultConfig& config) {
    if (config.address.empty()) {
        return nullptr;
    }
    vault::VaultSettings settings;
    settings.address = config.address;
    settings.mount = config.mount.value_or(settings.mount);
    settings.name_space = config.name_space.value_or(settings.name_space);
    settings.token_file = config.token_file.value_or(settings.token_file);
    settings.role_id = config.role_id.value_or(settings.role_id);
    settings.secret_id_file = config.secret_id_file.value_or(settings.secret_id_file);
    settings.ca_file = config.ca_file.value_or(settings.ca_file);
    settings.allow_http = config.allow_http;
    settings.timeout = config.timeout.value_or(settings.timeout);
    settings.connect_timeout = std::min(settings.connect_timeout, settings.timeout);
    settings.cache = config.cache.value_or(settings.cache);
    return std::make_unique<vault::KvVault>(std::move(settings));
}

std::unique_ptr<vault::SecretProvider> make_command(const SecretCommandConfig& config) {
    if (config.command.empty()) {
        return nullptr;
    }
    vault::CommandSettings settings;
    settings.command = config.command;
    settings.environment = config.environment;
    settings.timeout = config.timeout.value_or(settings.timeout);
    settings.cache = config.cache.value_or(settings.cache);
    if (config.missing_status) {
        settings.missing_status = static_cast<int>(*config.missing_status);
    }
    return std::make_unique<vault::SecretCommand>(std::move(settings),
                                                  vault::process_environment());
}

}  // namespace

fs::path wallet_path(const WalletAccess& access, const Config& config) {
    if (access.file) {
        return *access.file;
    }
    return config.wallet.file.value_or(config.state_folder / "wallet");
}

WalletFile wallet_file(fs::path file, const Workbench& workbench) {
    WalletSettings settings;
    settings.file = std::move(file);
    settings.allow_plain = workbench.config.allow_plain_wallet;
    settings.warn = [logger = workbench.logger.get()](const std::string& text) {
        logger->write(LogLevel::Warn, text);
    };
    settings.audit = [log = AuditLog(workbench.config.audit_file), logger = workbench.logger.get()](
                         const WalletAuditRecord& what) { record(log, *logger, what); };
    return WalletFile(std::move(settings));
}

WalletKey wallet_key(const WalletFile& file,
                     const WalletAccess& access,
                     const Workbench& workbench,
                     KeyUse use,
                     bool may_prompt) {
    const WalletConfig& config = workbench.config.wallet;
    PasswordSources sources;
    sources.wallet = file.path().filename().string();
    sources.descriptor = access.password_fd;
    sources.password_file = access.password_file ? access.password_file : config.password_file;
    sources.key_file = access.key_file ? access.key_file : config.key_file;
    sources.is_new = use == KeyUse::Create;
    sources.may_prompt = may_prompt;
    sources.from_environment = workbench.wallet_password.get();
    if (use == KeyUse::Open) {
        const WalletInfo info = file.look();
        if (!info.needs_key()) {
            return {};
        }
        sources.password_too = !info.takes_key_file();
    }
    FoundKey found = find_wallet_key(sources);
    for (const std::string& warning : found.warnings) {
        workbench.logger->write(LogLevel::Warn, warning);
    }
    return std::move(found.key);
}

SecretSources::SecretSources(WalletAccess access, const Workbench& workbench)
    : access_(std::move(access)),
      workbench_(workbench),
      file_(wallet_file(wallet_path(access_, workbench.config), workbench)),
      named_(access_.file.has_value() || workbench.config.wallet.file.has_value()),
      audit_(workbench.config.audit_file),
      vault_(make_vault(workbench.config.vault)),
      command_(make_command(workbench.config.secret_command)) {}

void SecretSources::open() const {
    static_cast<void>(wallet(true));
}

void SecretSources::open_for(const std::vector<core::SecretUse>& uses) const {
    const bool needed = std::any_of(uses.begin(), uses.end(), [this](const core::SecretUse& use) {
        return use.store == core::SecretStore::Wallet || vault_ == nullptr;
    });
    if (needed) {
        open();
    }
}

std::unique_ptr<WalletSecrets> SecretSources::open_with(WalletKey key) const {
    return std::make_unique<WalletSecrets>(
        file_, std::move(key), [logger = workbench_.logger.get()](const std::string& problem) {
            logger->write(LogLevel::Error, problem);
        });
}

std::shared_ptr<WalletSecrets> SecretSources::wallet(bool may_prompt) const {
    const std::lock_guard lock(opening_);
    if (is_locked_) {
        throw WalletError("the wallet is locked; unlock it");
    }
    if (!wallet_ && has_wallet()) {
        wallet_ = open_with(wallet_key(file_, access_, workbench_, KeyUse::Open, may_prompt));
    }
    return wallet_;
}

std::shared_ptr<WalletSecrets> SecretSources::opened() const {
    const std::lock_guard lock(opening_);
    return wallet_;
}

void SecretSources::lock() {
    const std::lock_guard lock(opening_);
    is_locked_ = true;
    wallet_.reset();
}

void SecretSources::unlock(const core::Secret& password) {
    std::shared_ptr<WalletSecrets> opened =
        open_with(WalletKey::of_password(password.reveal()));  // takes long
    const std::lock_guard lock(opening_);
    wallet_ = std::move(opened);
    is_locked_ = false;
}

std::optional<core::Secret> SecretSources::find(core::SecretStore store,
                                                std::string_view key,
                                                std::string_view user) const {
    if (store == core::SecretStore::Vault && vault_ != nullptr) {
        return ask(*vault_, key, user);
    }
    if (const auto opened = wallet(false)) {
        if (auto found = opened->find(store, key, user)) {
            return found;
        }
    }
    return command_ == nullptr ? std::nullopt : ask(*command_, key, user);
}

std::optional<core::Secret> SecretSources::ask(const vault::SecretProvider& provider,
                                               std::string_view key,
                                               std::string_view user) const {
    auto found = provider.find(key, user);
    if (found) {
        const std::string problem =
            audit_.append({"secret.used", provider.name(), {std::string(key)}, std::string(user)});
        if (!problem.empty()) {
            workbench_.logger->write(LogLevel::Error, problem);
        }
    }
    return found;
}

std::vector<std::string> SecretSources::keys() const {
    const auto opened = wallet(false);
    return opened == nullptr ? std::vector<std::string>() : opened->keys();
}

bool SecretSources::lists_all(core::SecretStore store) const {
    const bool of_vault = store == core::SecretStore::Vault && vault_ != nullptr;
    return !of_vault && command_ == nullptr;
}

std::string SecretSources::advice(core::SecretStore store) const {
    if (!lists_all(store) || wallet(false) != nullptr) {
        return {};
    }
    return "there is no wallet: make one with `oa wallet create`, or name one by --wallet or "
           "OA_WALLET_FILE";
}

}  // namespace oa::host
