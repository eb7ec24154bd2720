#include "host/kit/check/trial.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "host/kit/check/call_threads.hpp"
#include "host/plugin/descriptor_text.hpp"
#include "host/plugin/plugin_library.hpp"
#include "host/plugin/plugin_problem.hpp"
#include "sdk/manifest/manifest.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds patience{200};

json::value parsed(const char* text) {
    if (text == nullptr) {
        return nullptr;
    }
    try {
        return core::parse_json(text);
    } catch (const core::JsonError&) {
        return nullptr;  // OA301 tells
    }
}

TrialFunction read_function(const oa_function& raw) {
    TrialFunction out;
    out.raw = &raw;
    out.name = raw.name == nullptr ? "?" : clean_utf8(raw.name, 128);
    out.flags = raw.flags;
    if (auto schema = parsed(raw.params_schema); schema.is_object()) {
        out.params_schema = std::move(schema.get_object());
    }
    out.output_schema = parsed(raw.output_schema);
    if (auto examples = parsed(raw.examples); examples.is_array()) {
        for (auto& example : examples.get_array()) {
            if (example.is_object()) {
                out.examples.push_back(std::move(example));
            }
        }
    }
    out.deprecated = OA_HAS(&raw, oa_function, deprecated);  // NOLINT(bugprone-sizeof-expression)
    return out;
}

PluginFile examine(const std::filesystem::path& file) {
    try {
        return examine_plugin_file(file, TrustPolicy::Ignore);
    } catch (const PluginRefused& refused) {
        throw CheckFailed{"the file " + refused.reason()};
    }
}

}  // namespace

std::vector<json::object> TrialFunction::sample_params() const {
    std::vector<json::object> out;
    for (const auto& example : examples) {
        const auto* params = example.get_object().if_contains("params");
        if (params != nullptr && params->is_object()) {
            out.push_back(params->get_object());
        }
    }
    if (out.empty()) {
        out.emplace_back();
    }
    return out;
}

std::string example_name(const TrialFunction& function, const json::object& example) {
    const auto* title = example.if_contains("title");
    return function.name + ": example '" +
           (title != nullptr && title->is_string()
                ? clean_utf8(title->get_string(), 80)
                : core::write_json(example.contains("params") ? example.at("params") : nullptr)
                      .substr(0, 80)) +
           "'";
}

Trial::Trial(CheckBench& bench, TrialOffer offer) : bench_(bench) {
    if (offer == TrialOffer::NoExtensions) {
        host_.withhold_extensions();
    }
    const PluginFile file = examine(bench.file());
    bench_.step("loading it");
    try {
        entry_ = map_plugin(file.path);
    } catch (const PluginRefused& refused) {
        throw CheckFailed{"the file " + refused.reason()};
    }
    bench_.step("calling its entry function");
    std::array<char, 512> why{};
    module_ = entry_(offer == TrialOffer::LaterVersion ? host_.later_table() : host_.table(),
                     why.data(), why.size());
    why.back() = '\0';
    if (module_ == nullptr) {
        throw CheckFailed{"the entry function declines: '" + clean_utf8(why.data(), 256) + "'"};
    }
    bench_.step("reading its description");
    read_description();
}

void Trial::read_description() {
    try {
        manifest_ = core::parse_json(manifest::write(*module_)).as_object();
    } catch (const std::exception& error) {
        throw CheckFailed{std::string("the module does not describe itself: ") + error.what()};
    }
    for (std::uint32_t i = 0; i < module_->function_count; ++i) {
        functions_.push_back(read_function(*module_->functions[i]));
    }
}

Trial::~Trial() {
    stop();
}

Trial::Created Trial::create(std::string_view config) {
    Created out;
    if (module_->create == nullptr) {
        return out;
    }
    // A NUL follows the last byte, as the host has it.
    const std::string text(config);
    oa_error error{};
    error.struct_size = sizeof(error);
    out.status = module_->create(host_.table(), text.c_str(), text.size(), &out.instance, &error);
    if (error.message != nullptr) {
        out.message.assign(error.message, error.message_len);
    }
    return out;
}

void Trial::start() {
    bench_.step("create()");
    const Created created = create("{}");
    if (created.status != OA_OK) {
        throw CheckFailed{"create() fails with the configuration {}: " +
                          clean_utf8(created.message, 256)};
    }
    instance_ = created.instance;
    if (module_->start != nullptr) {
        bench_.step("start()");
        oa_error error{};
        error.struct_size = sizeof(error);
        if (module_->start(instance_, &error) != OA_OK) {
            const std::string message = error.message == nullptr
                                            ? std::string()
                                            : std::string(error.message, error.message_len);
            if (module_->destroy != nullptr) {
                module_->destroy(std::exchange(instance_, nullptr));
            }
            throw CheckFailed{"start() fails: " + clean_utf8(message, 256)};
        }
    }
    started_ = true;
}

void Trial::stop() noexcept {
    if (!std::exchange(started_, false)) {
        return;
    }
    if (module_->stop != nullptr) {
        bench_.step("stop()");
        module_->stop(instance_);
    }
    if (module_->destroy != nullptr) {
        bench_.step("destroy()");
        module_->destroy(instance_);
    }
    instance_ = nullptr;
}

TrialReply Trial::run(const TrialFunction& function, TrialConditions conditions) {
    bench_.step("running " + function.name + " with " + conditions.params.substr(0, 200));
    return run_quietly(function, std::move(conditions));
}

TrialReply Trial::run_quietly(const TrialFunction& function, TrialConditions conditions) {
    if (conditions.remaining_ms < 0 && function.reaches_outside()) {
        conditions.remaining_ms = patience.count();
    }
    if (conditions.remaining_ms < 0) {
        return host_.run(*function.raw, instance_, std::move(conditions));
    }
    const std::chrono::milliseconds limit(conditions.remaining_ms);
    TrialCall& call = host_.make_call(std::move(conditions));
    const CancelLater cancel(call, limit);
    return host_.run(*function.raw, instance_, call);
}

TrialReply Trial::run(const TrialFunction& function, const json::object& params) {
    return run(function, TrialConditions{.params = core::write_json(params)});
}

bool Trial::may_run(const TrialFunction& function) const {
    return (bench_.fence().files || !function.is(OA_F_FILESYSTEM)) &&
           (bench_.fence().network_and_programs || !function.is(OA_F_NETWORK | OA_F_PROCESSES));
}

std::vector<const TrialFunction*> Trial::runnable() const {
    std::vector<const TrialFunction*> out;
    for (const TrialFunction& function : functions_) {
        if (may_run(function)) {
            out.push_back(&function);
        }
    }
    return out;
}

void Trial::run_examples(const OnReply& on_reply) {
    for (const TrialFunction* const each : runnable()) {
        const TrialFunction& function = *each;
        for (const auto& value : function.examples) {
            const json::object& example = value.get_object();
            const auto* params = example.if_contains("params");
            const TrialReply reply =
                run(function, params != nullptr && params->is_object() ? params->get_object()
                                                                       : json::object{});
            if (on_reply) {
                on_reply(function, example, reply);
            }
        }
    }
}

}  // namespace oa::host
