#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "host/kit/check/check.hpp"
#include "host/kit/check/trial_host.hpp"
#include "host/plugin/plugin_file.hpp"

namespace oa::host {

/// A function of a plug-in under trial.
struct TrialFunction {
    const oa_function* raw = nullptr;
    std::string name;
    std::uint32_t flags = 0;
    boost::json::object params_schema;
    boost::json::value output_schema;  ///< null: anything
    boost::json::array examples;
    bool deprecated = false;

    [[nodiscard]] bool is(std::uint32_t flag) const { return (flags & flag) != 0; }
    /// Whether what it does depends on more than its parameters, by its own account.
    [[nodiscard]] bool reaches_outside() const {
        return is(OA_F_NETWORK | OA_F_FILESYSTEM | OA_F_PROCESSES);
    }
    /// The parameters of its examples; {} when it has none that could be used.
    [[nodiscard]] std::vector<boost::json::object> sample_params() const;
};

/// What kind of host a plug-in finds.
enum class TrialOffer { Usual, LaterVersion, NoExtensions };

/// A plug-in, loaded into this process. One of them in a process.
class Trial {
public:
    /// Loads the file and calls its entry function. Throws CheckFailed.
    explicit Trial(CheckBench& bench, TrialOffer offer = TrialOffer::Usual);
    /// Stops the instance, if that has not been done.
    ~Trial();
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    [[nodiscard]] CheckBench& bench() const { return bench_; }
    [[nodiscard]] TrialHost& host() { return host_; }
    [[nodiscard]] oa_module_entry_fn entry() const { return entry_; }
    [[nodiscard]] const oa_module& module() const { return *module_; }
    /// Its description, as it stands in a manifest.
    [[nodiscard]] const boost::json::object& manifest() const { return manifest_; }
    [[nodiscard]] const std::vector<TrialFunction>& functions() const { return functions_; }
    [[nodiscard]] bool has(std::uint32_t module_flag) const {
        return (module_->flags & module_flag) != 0;
    }

    /// Whether a function can be run here without doing harm: see Fence.
    [[nodiscard]] bool may_run(const TrialFunction& function) const;
    /// Those functions.
    [[nodiscard]] std::vector<const TrialFunction*> runnable() const;

    /// Makes and starts the instance. Throws CheckFailed.
    void start();
    /// Stops and destroys it.
    void stop() noexcept;
    [[nodiscard]] oa_instance* instance() const { return instance_; }

    struct Created {
        std::int32_t status = OA_OK;
        oa_instance* instance = nullptr;
        std::string message;
    };
    /// create() alone, with this configuration.
    [[nodiscard]] Created create(std::string_view config);

    /// Runs a function on this thread; says so first. It is cancelled at the end of its time. One
    /// that reaches outside gets little where the conditions have no limit: nobody is there, and
    /// some wait for that to change.
    TrialReply run(const TrialFunction& function, TrialConditions conditions);
    TrialReply run(const TrialFunction& function, const boost::json::object& params);
    /// The same without saying so; any thread.
    TrialReply run_quietly(const TrialFunction& function, TrialConditions conditions);
    /// Runs every example of every function that may be run here.
    using OnReply = std::function<void(const TrialFunction& function,
                                       const boost::json::object& example,
                                       const TrialReply& reply)>;
    void run_examples(const OnReply& on_reply);

private:
    void read_description();

    CheckBench& bench_;
    TrialHost host_;
    oa_module_entry_fn entry_ = nullptr;
    const oa_module* module_ = nullptr;
    boost::json::object manifest_;
    std::vector<TrialFunction> functions_;
    oa_instance* instance_ = nullptr;
    bool started_ = false;
};

/// "greet: example 1 (Greet Ada)".
[[nodiscard]] std::string example_name(const TrialFunction& function,
                                       const boost::json::object& example);

}  // namespace oa::host
