#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/port/journal.hpp"
#include "core/port/task_invoker.hpp"

namespace oa::test {

/// A journal with crash points around another one, for each kind of record in a batch: before it is
/// given to it, when it is kept, when the run has been told.
class CrashingJournal final : public core::Journal {
public:
    explicit CrashingJournal(core::Journal& journal) : journal_(journal) {}

    void append(const std::string& run_id, const core::JournalBatch& batch, Done done) override;
    [[nodiscard]] bool keeps_lines() const override { return journal_.keeps_lines(); }

private:
    core::Journal& journal_;
};

/// An invoker with crash points before and after each call of another one.
class CrashingInvoker final : public core::TaskInvoker {
public:
    explicit CrashingInvoker(core::TaskInvoker& invoker) : invoker_(invoker) {}

    [[nodiscard]] std::shared_ptr<core::CallControl> prepare(
        std::shared_ptr<const core::Invocation> invocation, core::CallObserver& observer) override {
        return invoker_.prepare(std::move(invocation), observer);
    }
    [[nodiscard]] core::Outcome invoke(core::CallControl& call) override;

private:
    core::TaskInvoker& invoker_;
};

}  // namespace oa::test
