#include "host/plugin/loaded_module.hpp"

#include <exception>
#include <string_view>
#include <utility>

#include "host/plugin/failure.hpp"
#include "host/plugin/module_descriptor.hpp"

namespace oa::host {
namespace {

core::Failure thrown(const std::string& subject, const char* what) {
    return {.code = "internal",
            .message = subject + " threw an exception out of the plug-in: " + what};
}

}  // namespace

LoadedModule::LoadedModule(const oa_module& descriptor, ModuleHost& host, ModuleSource source)
    : descriptor_(descriptor),
      host_(host),
      source_(std::move(source)),
      info_(read_module_info(descriptor)),
      functions_(read_functions(descriptor, info_.name)),
      stopped_{.code = "unavailable", .message = "module " + info_.name + " has been stopped"} {
    for (const auto& function : functions_) {
        function->owner = this;
    }
}

LoadedModule::Entry LoadedModule::enter() {
    // Counted before it looks, as stop() looks after it has announced itself: one of both sees the
    // other.
    active_.fetch_add(1);
    if (stopping_.load()) {
        leave();
        return {.failure = &stopped_};
    }
    std::call_once(started_, [this] { start(); });
    if (start_failure_) {
        leave();
        return {.failure = &*start_failure_};
    }
    return {.instance = instance_};
}

void LoadedModule::leave() noexcept {
    active_.fetch_sub(1);
}

void LoadedModule::start() noexcept {
    const std::string subject = "module " + info_.name;
    try {
        start_failure_ = create_instance();
        if (!start_failure_) {
            start_failure_ = start_instance();
        }
    } catch (const std::exception& error) {
        start_failure_ = thrown(subject, error.what());
    } catch (...) {
        start_failure_ = thrown(subject, "of an unknown type");
    }
    running_.store(!start_failure_);
}

std::optional<core::Failure> LoadedModule::create_instance() {
    if (descriptor_.create == nullptr) {
        return std::nullopt;
    }
    constexpr std::string_view config = "{}";
    oa_error error{};
    error.struct_size = sizeof(error);
    const auto status =
        descriptor_.create(&host_, config.data(), config.size(), &instance_, &error);
    if (status == OA_OK) {
        return std::nullopt;
    }
    instance_ = nullptr;
    auto failure = make_failure("module " + info_.name + " (create)", status, copy_error(error));
    failure.message = "module " + info_.name + " could not be set up: " + failure.message;
    return failure;
}

std::optional<core::Failure> LoadedModule::start_instance() {
    if (descriptor_.start == nullptr) {
        return std::nullopt;
    }
    oa_error error{};
    error.struct_size = sizeof(error);
    const auto status = descriptor_.start(instance_, &error);
    if (status == OA_OK) {
        return std::nullopt;
    }
    auto failure = make_failure("module " + info_.name + " (start)", status, copy_error(error));
    failure.message = "module " + info_.name + " could not be started: " + failure.message;
    if (descriptor_.destroy != nullptr) {
        descriptor_.destroy(std::exchange(instance_, nullptr));
    }
    return failure;
}

bool LoadedModule::stop() {
    stopping_.store(true);
    if (active_.load() != 0) {
        return false;
    }
    if (!running_.exchange(false)) {
        return true;
    }
    try {
        if (descriptor_.stop != nullptr) {
            descriptor_.stop(instance_);
        }
        if (descriptor_.destroy != nullptr) {
            descriptor_.destroy(instance_);
        }
    } catch (...) {
        // The contract forbids it, and there is nobody left to tell.
        host_.misbehaviours.fetch_add(1);
    }
    return true;
}

}  // namespace oa::host
