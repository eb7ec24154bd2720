#pragma once

#include "oa/plugin.hpp"
#include "plugins/common/address_guard.hpp"

namespace oa::http {

/// What the operator allows.
struct Module {
    Module(const Host& /*host*/, const Json& config) : guard(config) {}

    common::AddressGuard guard;
};

}  // namespace oa::http
