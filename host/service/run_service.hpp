#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/port/clock.hpp"
#include "host/engine/engine.hpp"
#include "host/service/run_ends.hpp"
#include "host/service/service_error.hpp"
#include "host/service/workflow_library.hpp"
#include "host/store/run_store.hpp"

namespace oa::host {

/// What starts a run.
struct RunOrder {
    WorkflowLibrary::Entry workflow;
    boost::json::object inputs = {};
    std::int32_t priority = 0;
    std::string trigger = {};
    /// Of the client's, so that it may ask twice: of one key there is one run. Empty: none.
    std::string request_key = {};
    /// What was asked, as a hash: the same key with another one is a mistake.
    std::string request_digest = {};
};

/// A run that has been accepted, or was before.
struct StartedRun {
    std::string id;
    bool is_new = true;
};

/// What operators and clients do with runs. Thread safe. All of it throws ServiceError; what cannot
/// be read throws StoreError.
class RunService {
public:
    /// Told once, from any thread: the run is on record, or why it is not.
    using Accepted = std::function<void(const StartedRun* started, const ServiceError* refusal)>;

    struct Settings {
        core::RunSettings runs;
        /// The workflow that a run was created with. Throws std::runtime_error.
        std::function<std::shared_ptr<const core::Workflow>(const std::string& documents)> load;
    };

    /// All are borrowed.
    RunService(Engine& engine,
               RunStore& store,
               RunEnds& ends,
               const core::Clock& clock,
               Settings settings);

    /// Checks the inputs, and asks for the run. Throws before anything is done.
    void start(const RunOrder& order, Accepted accepted);
    /// Does a run that has ended again; see Engine::retry.
    void retry(const std::string& run,
               const Engine::Again& again,
               const std::string& trigger,
               const Accepted& accepted);

    [[nodiscard]] RunSummary get(const std::string& run) const;
    /// How it stands, with its tasks; see recorded_run().
    [[nodiscard]] core::RunReport report(const std::string& run) const;
    struct Values {
        boost::json::object inputs;
        boost::json::object outputs;  ///< empty until it has ended
    };
    [[nodiscard]] Values values(const std::string& run) const;
    /// What a run was created with; also of one that is a task of another.
    [[nodiscard]] std::shared_ptr<const core::Workflow> workflow_of(
        const core::RunCreated& created) const;

    void cancel(const std::string& run, const std::string& reason) const;
    void pause(const std::string& run, const std::string& reason) const;
    void resume(const std::string& run) const;
    [[nodiscard]] std::vector<OpenApproval> approvals(const std::string& run) const;
    /// `task` as in OpenApproval. `done` is told once, from any thread: the answer is on record; or
    /// something else was faster.
    void answer(const std::string& run,
                const std::string& task,
                std::optional<std::uint32_t> element,
                const ApprovalAnswer& answer,
                std::function<void(bool taken)> done) const;
    /// Forgets a run that has ended, with those within it.
    void remove(const std::string& run) const;

    [[nodiscard]] RunStore& store() const noexcept { return store_; }
    [[nodiscard]] RunEnds& ends() const noexcept { return ends_; }

private:
    /// A run with a key that is not on record yet, and who asked for it meanwhile.
    struct Pending {
        std::string id;
        std::string digest;
        std::vector<Accepted> others;
    };

    [[nodiscard]] boost::json::object bound(const RunOrder& order) const;
    [[nodiscard]] bool is_known(const RunOrder& order, const std::string& id, Accepted& accepted);
    void submit(RunRequest request, const Accepted& accepted);
    void settle(const std::string& key, const StartedRun* started, const ServiceError* refusal);
    [[nodiscard]] std::shared_ptr<RunLoop> working(const std::string& run) const;

    Engine& engine_;
    RunStore& store_;
    RunEnds& ends_;
    const core::Clock& clock_;
    Settings settings_;
    std::mutex mutex_;
    std::map<std::string, Pending> pending_;  // by key
};

}  // namespace oa::host
