#pragma once

#include "oa/plugin.hpp"
#include "plugins/common/address_guard.hpp"

namespace oa::ssh {

/// The state of the module: libssh2 itself, and what the operator denies.
class Module {
public:
    Module(const Host& host, const Json& config);
    ~Module();
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;

    [[nodiscard]] const common::AddressGuard& guard() const { return guard_; }

private:
    common::AddressGuard guard_;
};

void run(Module& module, Call& call);
void upload_files(Module& module, Call& call);
void download_files(Module& module, Call& call);

// Older names
void remotecommand(Module& module, Call& call);
void systemd(Module& module, Call& call);
void scp(Module& module, Call& call);
void remoteunzip(Module& module, Call& call);

}  // namespace oa::ssh
