#pragma once

#include <memory>
#include <thread>
#include <utility>

#include "core/port/task_invoker.hpp"

namespace oa::test {

/// A call on a thread of its own. It waits for the end when it goes.
class BackgroundCall {
public:
    BackgroundCall(core::TaskInvoker& invoker, std::shared_ptr<core::CallControl> prepared)
        : call_(std::move(prepared)),
          thread_([this, &invoker] { outcome_ = invoker.invoke(*call_); }) {}
    BackgroundCall(core::TaskInvoker& invoker,
                   core::CallObserver& observer,
                   core::Invocation invocation)
        : BackgroundCall(
              invoker,
              invoker.prepare(std::make_shared<const core::Invocation>(std::move(invocation)),
                              observer)) {}
    ~BackgroundCall() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    BackgroundCall(const BackgroundCall&) = delete;
    BackgroundCall& operator=(const BackgroundCall&) = delete;

    [[nodiscard]] core::CallControl& control() { return *call_; }
    const core::Outcome& outcome() {
        if (thread_.joinable()) {
            thread_.join();
        }
        return outcome_;
    }

private:
    std::shared_ptr<core::CallControl> call_;
    core::Outcome outcome_;
    std::thread thread_;
};

}  // namespace oa::test
