#include "host/plugin/plugin_host.hpp"

#include <algorithm>
#include <utility>

namespace oa::host {
namespace {

using Kind = ReloadChange::Kind;
using Fate = ConsideredFile::Fate;

const LoadedModule* find_by_file(const PluginRegistry& registry,
                                 const std::filesystem::path& file) {
    for (const LoadedModule* module : registry.modules()) {
        if (module->source().file == file) {
            return module;
        }
    }
    return nullptr;
}

ReloadChange change(Kind kind, const LoadedModule& module) {
    return {.kind = kind,
            .file = module.source().file,
            .module = module.info().name,
            .version = module.info().version,
            .version_before = {},
            .generation = module.source().generation,
            .reason = {},
            .fix = {}};
}

const ConsideredFile* find_considered(const PluginRegistry& registry,
                                      const std::filesystem::path& file,
                                      Fate fate) {
    for (const ConsideredFile& considered : registry.considered()) {
        std::error_code error;
        if (considered.fate == fate &&
            (considered.file == file ||
             std::filesystem::weakly_canonical(considered.file, error) == file)) {
            return &considered;
        }
    }
    return nullptr;
}

bool was_refused(const PluginRegistry& registry, const RefusedPlugin& refused) {
    return std::any_of(registry.refused().begin(), registry.refused().end(),
                       [&](const RefusedPlugin& other) {
                           return other.file == refused.file && other.reason == refused.reason;
                       });
}

void explain(ReloadChange& out, const ConsideredFile* why) {
    if (why != nullptr) {
        out.reason = why->reason;
        out.fix = why->fix;
    }
}

/// Modules that are there now.
void compare_present(ReloadReport& out, const PluginRegistry& before, const PluginRegistry& after) {
    for (const LoadedModule* module : after.modules()) {
        const LoadedModule* older = find_by_file(before, module->source().file);
        if (older != module) {
            out.changes.push_back(change(older == nullptr ? Kind::Added : Kind::Replaced, *module));
            out.changes.back().version_before = older == nullptr ? "" : older->info().version;
        } else if (const auto* why =
                       find_considered(after, module->source().file, Fate::OlderServes)) {
            out.changes.push_back(change(Kind::Kept, *module));
            explain(out.changes.back(), why);
        } else {
            ++out.unchanged;
        }
    }
}

/// What is there no more, and files that are newly refused.
void compare_absent(ReloadReport& out, const PluginRegistry& before, const PluginRegistry& after) {
    for (const LoadedModule* module : before.modules()) {
        if (find_by_file(after, module->source().file) == nullptr) {
            out.changes.push_back(change(Kind::Removed, *module));
            explain(out.changes.back(),
                    find_considered(after, module->source().file, Fate::Refused));
        }
    }
    for (const RefusedPlugin& refused : after.refused()) {
        const bool told =
            std::any_of(out.changes.begin(), out.changes.end(),
                        [&](const ReloadChange& other) { return other.reason == refused.reason; });
        if (!told && !was_refused(before, refused)) {
            ReloadChange one;
            one.kind = Kind::Refused;
            one.file = refused.file;
            one.reason = refused.reason;
            one.fix = refused.fix;
            out.changes.push_back(std::move(one));
        }
    }
}

ReloadReport compare(const PluginRegistry& before, const PluginRegistry& after) {
    ReloadReport out;
    compare_present(out, before, after);
    compare_absent(out, before, after);
    return out;
}

}  // namespace

std::string_view to_string(ReloadChange::Kind kind) {
    switch (kind) {
        case Kind::Added: return "added";
        case Kind::Replaced: return "replaced";
        case Kind::Removed: return "removed";
        case Kind::Kept: return "kept";
        case Kind::Refused: return "refused";
    }
    return "unknown";
}

PluginHost::PluginHost(const PluginSearch& search, HostServices services, const PluginPorts& ports)
    : ports_(ports),
      current_(std::make_shared<PluginRegistry>(search, std::move(services), ports_)) {}

std::shared_ptr<const PluginRegistry> PluginHost::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

ReloadReport PluginHost::reload() {
    // Goes last, when no lock is held any more: modules that nobody else holds are stopped then.
    std::shared_ptr<const PluginRegistry> before;
    const std::lock_guard one_at_a_time(reload_mutex_);
    before = current();
    auto after = std::make_shared<PluginRegistry>(*before, ports_);
    auto report = compare(*before, *after);
    const std::lock_guard lock(mutex_);
    std::erase_if(earlier_, [](const auto& snapshot) { return snapshot.expired(); });
    earlier_.push_back(current_);
    current_ = std::move(after);
    return report;
}

std::vector<std::string> PluginHost::shutdown() {
    std::vector<std::shared_ptr<PluginRegistry>> all;
    {
        const std::lock_guard lock(mutex_);
        all.push_back(current_);
        for (const auto& snapshot : earlier_) {
            if (auto alive = snapshot.lock()) {
                all.push_back(std::move(alive));
            }
        }
    }
    std::vector<std::string> busy;
    for (const auto& registry : all) {
        for (auto& name : registry->shutdown()) {
            if (std::find(busy.begin(), busy.end(), name) == busy.end()) {
                busy.push_back(std::move(name));
            }
        }
    }
    return busy;
}

}  // namespace oa::host
