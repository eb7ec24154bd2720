#include "host/wallet/wallet_secrets.hpp"

#include <utility>

namespace oa::host {

WalletSecrets::WalletSecrets(WalletFile file, WalletKey key, OnProblem on_problem)
    : file_(std::move(file)), key_(std::move(key)), on_problem_(std::move(on_problem)) {
    auto opened = file_.open_identified(key_);
    wallet_ = std::make_shared<const Wallet>(std::move(opened.wallet));
    seen_ = opened.identity;
}

std::optional<core::Secret> WalletSecrets::find(core::SecretStore /*store*/,
                                                std::string_view key,
                                                std::string_view user) const {
    return current()->find(key, user);
}

std::vector<std::string> WalletSecrets::keys() const {
    return current()->names();
}

WalletInfo WalletSecrets::info() const {
    return current()->info();
}

std::shared_ptr<const Wallet> WalletSecrets::current() const {
    std::string problem;
    std::shared_ptr<const Wallet> wallet;
    {
        const std::lock_guard lock(mutex_);
        const auto now = identity_of(file_.path());
        if (now != seen_) {
            seen_ = now;
            problem = follow();
        }
        wallet = wallet_;
    }
    if (!problem.empty() && on_problem_) {
        on_problem_(problem);
    }
    return wallet;
}

std::string WalletSecrets::follow() const {
    try {
        auto opened = file_.open_identified(key_);
        seen_ = opened.identity;
        const WalletInfo& before = wallet_->info();
        const WalletInfo& after = opened.wallet.info();
        const bool is_older = after.uuid == before.uuid && after.generation < before.generation;
        std::string problem;
        if (is_older) {
            problem =
                name_of("the wallet", file_.path()) + " is an older one than before (generation " +
                std::to_string(after.generation) + " after " + std::to_string(before.generation) +
                "): an old copy was put in its place; its secrets are in use";
        }
        wallet_ = std::make_shared<const Wallet>(std::move(opened.wallet));
        return problem;
    } catch (const WalletError& error) {
        return error.what() + std::string("; its secrets as they were read before stay in use");
    }
}

std::vector<WalletEntryFacts> WalletSecrets::facts() const {
    return current()->facts();
}

void WalletSecrets::modify(const std::function<void(Wallet&)>& change) {
    static_cast<void>(file_.modify(key_, change));
}

}  // namespace oa::host
