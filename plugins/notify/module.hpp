#pragma once

#include "oa/plugin.hpp"
#include "plugins/common/address_guard.hpp"

namespace oa::notify {

/// What the operator allows.
struct Module {
    Module(const Host& /*host*/, const Json& config) : guard(config) {}

    common::AddressGuard guard;
};

/// On whose behalf something is sent.
struct Delivery {
    Call& call;
    const common::AddressGuard& guard;
};

}  // namespace oa::notify
