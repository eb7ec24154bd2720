#include "host/isolation/worker/plugin_session.hpp"

#include <array>
#include <exception>
#include <string_view>
#include <utility>

#include "host/plugin/plugin_library.hpp"
#include "host/plugin/schema_extension.hpp"
#include "sdk/manifest/manifest.hpp"

namespace oa::host::isolation::worker {
namespace {

/// Lines of the module itself: call 0.
class ChannelLog final : public PluginLog {
public:
    ChannelLog(Channel& channel, std::int32_t level) : channel_(channel), level_(level) {}

    void log(std::string_view,
             core::TaskLogLevel level,
             std::string_view message,
             std::string_view fields) override {
        std::string frame;
        encode(WorkerMessage(Log{.level = static_cast<std::int32_t>(level),
                                 .message = std::string(message),
                                 .fields = std::string(fields)}),
               0, frame);
        // Without a host there is nobody to read it, and the worker is about to end.
        static_cast<void>(channel_.send(frame));
    }
    [[nodiscard]] bool wants(core::TaskLogLevel level) const override {
        return static_cast<std::int32_t>(level) >= level_;
    }

private:
    Channel& channel_;
    std::int32_t level_;
};

/// The entry function may be called again, so the table needs not be kept by anybody.
std::string write_manifest(const LoadedModule& module) {
    std::array<char, 256> why{};
    const oa_module* const descriptor =
        map_plugin(module.source().file)(&module.host(), why.data(), why.size());
    if (descriptor == nullptr) {
        throw PluginRefused(PluginProblem::Declined, "declines when it is asked a second time",
                            "return the same module from every call of the entry function");
    }
    return manifest::write(*descriptor);
}

Refused to_message(PluginProblem problem, std::string reason, std::string fix) {
    return {.problem = std::string(to_string(problem)),
            .reason = std::move(reason),
            .fix = std::move(fix)};
}

}  // namespace

PluginSession::PluginSession(Channel& channel, const Load& load) {
    PluginSearch search{.places = {{.path = load.file, .origin = "worker"}},
                        .trust = TrustPolicy::Ignore,
                        .eager = true};
    HostServices services{.log = std::make_shared<ChannelLog>(channel, load.log_level),
                          .extensions = {schema_extension()},
                          .config = [text = load.config](const ModuleInfo&) { return text; }};
    registry_ = std::make_unique<PluginRegistry>(search, std::move(services));
    if (registry_->modules().empty()) {
        for (const RefusedPlugin& why : registry_->refused()) {
            refused_ = to_message(why.problem, why.reason, why.fix);
        }
        if (!refused_) {
            refused_ = to_message(PluginProblem::NoEntry, "is a folder without plug-ins", "");
        }
        return;
    }
    try {
        manifest_ = write_manifest(*registry_->modules().front());
    } catch (const PluginRefused& why) {
        refused_ = to_message(why.problem(), why.reason(), why.fix());
    } catch (const std::exception& error) {
        refused_ = to_message(PluginProblem::InvalidDescriptor,
                              std::string("describes itself wrongly: ") + error.what(), "");
    }
}

const LoadedFunction* PluginSession::function(std::uint32_t index) const {
    const auto& functions = registry_->modules().front()->functions();
    return index < functions.size() ? functions[index].get() : nullptr;
}

std::uint64_t PluginSession::misbehaviours() const {
    return registry_->modules().front()->host().misbehaviours.load();
}

void PluginSession::shutdown() {
    registry_->shutdown();
}

}  // namespace oa::host::isolation::worker
