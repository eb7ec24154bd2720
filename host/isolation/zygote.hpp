#pragma once

#include <filesystem>
#include <memory>

#include "host/isolation/protocol/channel.hpp"

namespace oa::host::isolation {

/// The helper process that forks workers.
struct Zygote {
    int pid = 0;
    std::unique_ptr<Channel> channel;
    Descriptor output;  ///< what it writes to standard output and error; does not block
};

/// Starts it, with an environment of its own, in a session of its own, and with no descriptor of
/// the host. It dies with the thread that calls this. Throws LaunchError.
[[nodiscard]] Zygote start_zygote(const std::filesystem::path& program);

/// Two ends of a pipe, close-on-exec; the reading end does not block. Throws LaunchError.
struct OutputPipe {
    Descriptor reader;
    Descriptor writer;
};
[[nodiscard]] OutputPipe make_output_pipe();

}  // namespace oa::host::isolation
