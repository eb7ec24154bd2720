#pragma once

#include <csignal>

namespace oa::host::vault {

/// Keeps SIGPIPE away from this thread: a server that closes early must not end the host, and the
/// signal's handler belongs to the host.
class PipeSignalBlock {
public:
    PipeSignalBlock();
    ~PipeSignalBlock();
    PipeSignalBlock(const PipeSignalBlock&) = delete;
    PipeSignalBlock& operator=(const PipeSignalBlock&) = delete;

private:
    sigset_t pipe_{};
    sigset_t before_{};
    bool was_pending_ = false;
};

}  // namespace oa::host::vault
