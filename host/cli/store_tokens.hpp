#pragma once

#include "host/access/token_book.hpp"
#include "host/store/run_store.hpp"

namespace oa::host {

/// Keeps tokens in the store.
class StoreTokens final : public access::TokenStorage {
public:
    /// Borrows the store.
    explicit StoreTokens(RunStore& store) : store_(store) {}

    [[nodiscard]] std::vector<access::TokenRecord> load() override;
    void keep(const access::TokenRecord& token) override;
    void revoke(const std::string& id, core::WallTime now) override;
    void note_used(std::span<const access::TokenUse> uses) override;
    void forget_ended(core::WallTime before) override;

private:
    RunStore& store_;
};

}  // namespace oa::host
