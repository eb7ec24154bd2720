#pragma once

#include "oa/plugin.h"

namespace oa::host {

/// The call that this thread is running; nullptr outside of calls. The contract's log_enabled()
/// names no call, so the thread has to.
[[nodiscard]] const oa_call* current_call() noexcept;

/// Sets it while a function runs. Calls may nest.
class CurrentCall {
public:
    explicit CurrentCall(const oa_call* call) noexcept;
    ~CurrentCall();
    CurrentCall(const CurrentCall&) = delete;
    CurrentCall& operator=(const CurrentCall&) = delete;

private:
    const oa_call* previous_;
};

}  // namespace oa::host
