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
            try {
                auto opened = file_.open_identified(key_);
                seen_ = opened.identity;
                wallet_ = std::make_shared<const Wallet>(std::move(opened.wallet));
            } catch (const WalletError& error) {
                problem = error.what();
            }
        }
        wallet = wallet_;
    }
    if (!problem.empty() && on_problem_) {
        on_problem_(problem + "; its secrets as they were read before stay in use");
    }
    return wallet;
}

}  // namespace oa::host
