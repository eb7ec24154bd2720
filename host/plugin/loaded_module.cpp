#include "host/plugin/loaded_module.hpp"

#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "host/plugin/failure.hpp"
#include "host/plugin/module_descriptor.hpp"
#include "host/plugin/module_manifest.hpp"

namespace oa::host {
namespace {

core::Failure thrown(const std::string& subject, const char* what) {
    return {.code = "internal",
            .message = subject + " threw an exception out of the plug-in: " + what};
}

core::Failure stopped(const ModuleInfo& info) {
    return {.code = "unavailable", .message = "module " + info.name + " has been stopped"};
}

core::Failure no_room(const ModuleInfo& info) {
    return {.code = "exhausted",
            .message = "module " + info.name +
                       " could not be loaded: this program has no descriptors or no memory left "
                       "for it; see ulimit -n and ulimit -v",
            .retryable = true};
}

}  // namespace

LoadedModule::LoadedModule(ModuleDescription description,
                           ModuleHost& host,
                           ModuleSource source,
                           PluginImage image)
    : description_(std::move(description)),
      host_(host),
      source_(std::move(source)),
      image_(std::move(image)),
      stopped_(stopped(description_.info)),
      no_room_(no_room(description_.info)) {
    adopt_functions();
}

LoadedModule::LoadedModule(const oa_module& descriptor, ModuleHost& host, ModuleSource source)
    : description_(read_descriptor(descriptor)),
      host_(host),
      source_(std::move(source)),
      stopped_(stopped(description_.info)),
      no_room_(no_room(description_.info)),
      descriptor_(&descriptor),
      mapped_(true) {
    adopt_functions();
}

void LoadedModule::adopt_functions() {
    for (const auto& function : description_.functions) {
        function->owner = this;
    }
}

void LoadedModule::map() {
    map_once();
    if (map_refused_) {
        throw PluginRefused(*map_refused_);
    }
}

// Throws where it is worth another try.
void LoadedModule::map_once() {
    std::call_once(map_once_, [this] {
        if (descriptor_ != nullptr) {
            return;
        }
        try {
            descriptor_ = &map_image();
            mapped_.store(true);
        } catch (const PluginRefused& why) {
            if (why.is_passing()) {
                throw;
            }
            map_refused_ = why;
        } catch (const std::bad_alloc&) {
            throw PluginRefused(PluginProblem::Unloadable, "cannot be loaded: out of memory", "",
                                true);
        } catch (const std::exception& error) {
            map_refused_ = PluginRefused(PluginProblem::Unloadable,
                                         std::string("cannot be loaded: ") + error.what(), "");
        }
    });
}

const oa_module& LoadedModule::map_image() {
    if (source_.isolate) {
        throw PluginRefused(PluginProblem::Untrusted,
                            "may only run in a process of its own by the trust policy", "");
    }
    const oa_module& descriptor = ask_for_module(map_plugin(image_), host_);
    const auto live = read_descriptor(descriptor);
    if (auto difference = find_difference(description_, live)) {
        throw PluginRefused(PluginProblem::ManifestDiffers, *std::move(difference),
                            "build it again, so that its manifest is written from what it is now");
    }
    image_.opened.reset();
    for (std::size_t i = 0; i < live.functions.size(); ++i) {
        description_.functions[i]->descriptor = live.functions[i]->descriptor;
    }
    return descriptor;
}

core::Failure LoadedModule::map_failure() const {
    std::string message = "module " + description_.info.name +
                          " could not be loaded: " + source_.file.string() + ": " +
                          map_refused_->reason();
    if (!map_refused_->fix().empty()) {
        message += "; " + map_refused_->fix();
    }
    return {.code = "internal", .message = std::move(message)};
}

LoadedModule::Entry LoadedModule::enter() {
    // Counted before it looks, as stop() looks after it has announced itself: one of both sees the
    // other.
    active_.fetch_add(1);
    if (stopping_.load()) {
        leave();
        return {.failure = &stopped_};
    }
    try {
        std::call_once(started_, [this] { start(); });
    } catch (const PluginRefused&) {
        leave();
        return {.failure = &no_room_};  // the next call tries again
    }
    if (start_failure_) {
        leave();
        return {.failure = &*start_failure_};
    }
    return {.instance = instance_};
}

void LoadedModule::leave() noexcept {
    if (active_.fetch_sub(1) == 1 && retired_.load()) {
        end_instance();
    }
}

void LoadedModule::start() {
    const std::string subject = "module " + description_.info.name;
    map_once();
    if (map_refused_) {
        start_failure_ = map_failure();
        return;
    }
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

std::string LoadedModule::config() const {
    return host_.services.config ? host_.services.config(description_.info) : "{}";
}

std::optional<core::Failure> LoadedModule::create_instance() {
    if (descriptor_->create == nullptr) {
        return std::nullopt;
    }
    const std::string configuration = config();
    oa_error error{};
    error.struct_size = sizeof(error);
    const auto status =
        descriptor_->create(&host_, configuration.data(), configuration.size(), &instance_, &error);
    if (status == OA_OK) {
        return std::nullopt;
    }
    instance_ = nullptr;
    const std::string subject = "module " + description_.info.name;
    auto failure = make_failure(subject + " (create)", status, copy_error(error));
    failure.message = subject + " could not be set up: " + failure.message;
    return failure;
}

std::optional<core::Failure> LoadedModule::start_instance() {
    if (descriptor_->start == nullptr) {
        return std::nullopt;
    }
    oa_error error{};
    error.struct_size = sizeof(error);
    const auto status = descriptor_->start(instance_, &error);
    if (status == OA_OK) {
        return std::nullopt;
    }
    const std::string subject = "module " + description_.info.name;
    auto failure = make_failure(subject + " (start)", status, copy_error(error));
    failure.message = subject + " could not be started: " + failure.message;
    if (descriptor_->destroy != nullptr) {
        descriptor_->destroy(std::exchange(instance_, nullptr));
    }
    return failure;
}

bool LoadedModule::stop() {
    stopping_.store(true);
    if (active_.load() != 0) {
        return false;
    }
    end_instance();
    return true;
}

void LoadedModule::retire() noexcept {
    // Who stopped it meant to leave it alone with the calls that still run.
    if (stopping_.exchange(true)) {
        return;
    }
    std::vector<std::function<void()>> listeners;
    {
        const std::lock_guard lock(retire_mutex_);
        retired_.store(true);
        listeners.swap(retire_listeners_);
    }
    if (active_.load() == 0) {
        end_instance();
    }
    for (const auto& tell : listeners) {
        tell();
    }
}

void LoadedModule::on_retire(std::function<void()> tell) {
    {
        const std::lock_guard lock(retire_mutex_);
        if (!retired_.load()) {
            retire_listeners_.push_back(std::move(tell));
            return;
        }
    }
    tell();
}

void LoadedModule::end_instance() noexcept {
    if (!running_.exchange(false)) {
        return;
    }
    try {
        if (descriptor_->stop != nullptr) {
            descriptor_->stop(instance_);
        }
        if (descriptor_->destroy != nullptr) {
            descriptor_->destroy(instance_);
        }
    } catch (...) {
        // The contract forbids it, and there is nobody left to tell.
        host_.misbehaviours.fetch_add(1);
    }
}

}  // namespace oa::host
