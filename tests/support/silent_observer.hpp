#pragma once

#include <string_view>

#include "core/port/task_invoker.hpp"

namespace oa::test {

/// Hears what a function says and keeps nothing of it.
class SilentObserver final : public core::CallObserver {
public:
    enum class Wants { Nothing, Everything };
    explicit SilentObserver(Wants wants = Wants::Nothing) : wants_(wants) {}

    void log(const core::Invocation& /*invocation*/,
             core::TaskLogLevel /*level*/,
             std::string_view /*message*/,
             std::string_view /*fields*/) override {}
    void progress(const core::Invocation& /*invocation*/,
                  double /*fraction*/,
                  std::string_view /*message*/) override {}
    [[nodiscard]] bool wants(core::TaskLogLevel /*level*/) const override {
        return wants_ == Wants::Everything;
    }

private:
    Wants wants_;
};

}  // namespace oa::test
