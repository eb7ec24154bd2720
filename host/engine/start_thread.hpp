#pragma once

#include <functional>
#include <stdexcept>
#include <thread>

namespace oa::host {

/// The system gives no more threads: of processes and threads, or of memory for their stacks, there
/// are as many as it allows.
class NoThread : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Starts a thread, or throws NoThread.
[[nodiscard]] std::thread start_thread(std::function<void()> work);

/// Whether the limit of the address space leaves room for another thread and for what it works
/// with: stacks are the largest thing by far that a host asks for, and are not to take what the
/// threads that there are need.
[[nodiscard]] bool has_room_for_thread() noexcept;

}  // namespace oa::host
