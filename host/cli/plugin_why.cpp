#include "host/cli/plugin_why.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/nearest.hpp"
#include "host/log/logger.hpp"
#include "host/plugin/version_range.hpp"

namespace oa::host {
namespace {

using Fate = ConsideredFile::Fate;

std::string module_words(const LoadedModule& module) {
    return module.info().name + " " + module.info().version + " (" + module.info().id + ")";
}

bool is_release(const LoadedModule& module) {
    const auto version = parse_version(module.info().version);
    return version && version->is_release();
}

/// What a name stands for, and what to say of everything that was found on the way there.
class Explanation {
public:
    Explanation(const std::string& name, const PluginRegistry& registry)
        : name_(name),
          registry_(registry),
          plain_(name.substr(0, name.find('@'))),
          chosen_(registry.find_module(name)),
          versions_(registry.find_versions(plain_)) {}

    [[nodiscard]] const LoadedModule* chosen() const { return chosen_; }

    /// Why it is the one; a sentence.
    [[nodiscard]] std::string reason() const {
        if (versions_.size() == 1) {
            return "It is the only module of that name.";
        }
        if (has_range()) {
            return "It is the highest version that fits " + range_text() + ".";
        }
        return is_release(*chosen_)
                   ? "A plain name means the highest version that is no pre-release."
                   : "There are only pre-releases, and a plain name means the highest of them.";
    }

    /// Why there is none; without a subject where the name is all there is to say.
    [[nodiscard]] std::string problem() const {
        if (auto problem = registry_.version_problem(name_)) {
            return *std::move(problem);
        }
        if (registry_.has_module(name_)) {
            return older_name();
        }
        const auto hint = core::did_you_mean(plain_, registry_.module_names());
        return "there is no module '" + plain_ + "'" + (hint.empty() ? "" : "; " + hint);
    }

    /// A word for what a file is to the name.
    [[nodiscard]] std::string_view state(const ConsideredFile& file) const {
        switch (file.fate) {
            case Fate::Absent: return "absent";
            case Fate::NotAPlugin: return "not_a_plugin";
            case Fate::Refused: return "refused";
            case Fate::Repeated: return "repeated";
            case Fate::OlderServes:
            case Fate::Offered: break;
        }
        if (file.module == chosen_) {
            return "chosen";
        }
        return is_a_version(*file.module) ? "shadowed" : "other";
    }

    /// The same for people.
    [[nodiscard]] std::string words(const ConsideredFile& file) const {
        switch (file.fate) {
            case Fate::Absent: return "does not exist";
            case Fate::NotAPlugin: return "is not named like a plug-in, which ends in .so";
            case Fate::Refused: return "refused: it " + refusal(file);
            case Fate::Repeated:
                return "has the same content as " + file.module->source().file.string();
            case Fate::OlderServes:
                return offer(*file.module) + "; what the file holds now is refused: it " +
                       refusal(file);
            case Fate::Offered: return offer(*file.module);
        }
        return "";
    }

private:
    [[nodiscard]] bool has_range() const { return plain_.size() != name_.size(); }
    [[nodiscard]] std::string range_text() const { return name_.substr(plain_.size() + 1); }
    [[nodiscard]] bool is_a_version(const LoadedModule& module) const {
        return std::find(versions_.begin(), versions_.end(), &module) != versions_.end();
    }

    [[nodiscard]] std::string older_name() const {
        std::string out = "'" + plain_ + "' is no module, but an older name for ";
        std::string functions;
        for (const auto& name : registry_.function_names(name_)) {
            if (const auto* function = registry_.find_function(name_, name)) {
                functions += (functions.empty() ? "" : ", ") + function->module + "." +
                             function->function + " " + function->version;
            }
        }
        return out + functions;
    }

    [[nodiscard]] static std::string refusal(const ConsideredFile& file) {
        return file.reason + (file.fix.empty() ? "" : "; fix: " + file.fix);
    }

    [[nodiscard]] std::string offer(const LoadedModule& module) const {
        std::string out = module_words(module);
        if (module.source().generation > 1) {
            out += ", generation " + std::to_string(module.source().generation);
        }
        if (&module == chosen_) {
            return out + ": chosen";
        }
        return is_a_version(module) ? out + ": not chosen, " + why_not(module) : out;
    }

    /// Why another version was chosen, if any.
    [[nodiscard]] std::string why_not(const LoadedModule& module) const {
        const auto version = parse_version(module.info().version);
        if (has_range()) {
            const auto range = VersionRange::parse(range_text());
            if (!range || !version || !range->admits(*version)) {
                return "it does not fit " + range_text();
            }
        } else if (version && !version->is_release()) {
            return "a pre-release has to be asked for, as in " + plain_ + "@" +
                   module.info().version;
        }
        return chosen_ == nullptr ? "no version is" : chosen_->info().version + " is higher";
    }

    const std::string& name_;
    const PluginRegistry& registry_;
    std::string plain_;  // without a range of versions
    const LoadedModule* chosen_;
    std::vector<const LoadedModule*> versions_;
};

// ---- Text ----

void print_files(std::ostream& out,
                 const Explanation& explanation,
                 const PluginRegistry& registry) {
    for (std::size_t place = 0; place < registry.search().places.size(); ++place) {
        const PluginPlace& searched = registry.search().places[place];
        out << printable(searched.path.string()) << " (" << printable(searched.origin) << ")\n";
        bool some = false;
        for (const ConsideredFile& file : registry.considered()) {
            if (file.place == place) {
                some = true;
                const bool is_place = file.file == searched.path;
                out << "  " << (is_place ? "" : printable(file.file.filename().string()) + ": ")
                    << printable(explanation.words(file)) << '\n';
            }
        }
        if (!some) {
            out << "  is empty\n";
        }
    }
}

void print_text(std::ostream& out, const Explanation& explanation, const PluginRegistry& registry) {
    if (const LoadedModule* chosen = explanation.chosen()) {
        out << module_words(*chosen) << " from " << printable(chosen->source().file.string())
            << '\n'
            << printable(explanation.reason()) << "\n\n";
    }
    out << "Searched, in this order:\n";
    print_files(out, explanation, registry);
}

// ---- JSON ----

boost::json::object module_json(const LoadedModule& module) {
    const ModuleSource& source = module.source();
    boost::json::object out;
    out["name"] = module.info().name;
    out["id"] = module.info().id;
    out["version"] = module.info().version;
    out["file"] = source.file.string();
    out["generation"] = source.generation;
    if (!source.sha256.empty()) {
        out["sha256"] = source.sha256;
    }
    if (!source.signed_by.empty()) {
        out["signed_by"] = source.signed_by;
    }
    return out;
}

boost::json::object file_json(const ConsideredFile& file, const Explanation& explanation) {
    boost::json::object out;
    out["file"] = file.file.string();
    out["state"] = explanation.state(file);
    if (file.module != nullptr) {
        out["module"] = module_json(*file.module);
    }
    if (!file.reason.empty()) {
        out["reason"] = file.reason;
        out["fix"] = file.fix;
    }
    return out;
}

boost::json::object to_json(const std::string& name,
                            const Explanation& explanation,
                            const PluginRegistry& registry) {
    boost::json::object out;
    out["name"] = name;
    if (const LoadedModule* chosen = explanation.chosen()) {
        out["chosen"] = module_json(*chosen);
        out["reason"] = explanation.reason();
    } else {
        out["chosen"] = nullptr;
        out["reason"] = explanation.problem();
    }
    boost::json::array places;
    for (std::size_t place = 0; place < registry.search().places.size(); ++place) {
        boost::json::array files;
        for (const ConsideredFile& file : registry.considered()) {
            if (file.place == place) {
                files.emplace_back(file_json(file, explanation));
            }
        }
        const PluginPlace& searched = registry.search().places[place];
        places.push_back({{"path", searched.path.string()},
                          {"origin", searched.origin},
                          {"files", std::move(files)}});
    }
    out["places"] = std::move(places);
    return out;
}

}  // namespace

ExitStatus print_plugin_why(const PluginWhyOptions& options,
                            const PluginRegistry& registry,
                            std::ostream& out,
                            std::ostream& problems) {
    const Explanation explanation(options.name, registry);
    if (options.json) {
        out << core::write_json(to_json(options.name, explanation, registry),
                                core::JsonStyle::Indented)
            << '\n';
    } else {
        print_text(out, explanation, registry);
    }
    if (explanation.chosen() != nullptr) {
        return ExitStatus::Ok;
    }
    problems << "oa: " << printable(explanation.problem()) << '\n';
    return ExitStatus::PluginTrouble;
}

}  // namespace oa::host
