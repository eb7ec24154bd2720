#include "host/plugin/plugin_scan.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "host/plugin/file_trust.hpp"
#include "host/plugin/keep_forever.hpp"
#include "host/plugin/module_manifest.hpp"
#include "host/plugin/plugin_library.hpp"
#include "host/plugin/version_range.hpp"

namespace oa::host {
namespace {

using Fate = ConsideredFile::Fate;

bool is_plugin_name(const std::filesystem::path& path) {
    return path.extension() == ".so" && path.filename().native().front() != '.';
}

/// By precedence, so that build metadata does not count.
bool is_same_version(const ModuleInfo& left, const ModuleInfo& right) {
    return parse_version(left.version) == parse_version(right.version);
}

bool has_same_content(const LoadedModule& left, const LoadedModule& right) {
    if (!left.source().sha256.empty() && !right.source().sha256.empty()) {
        return left.source().sha256 == right.source().sha256;
    }
    return have_same_content(left.source().load_from, right.source().load_from);
}

std::string module_words(const ModuleInfo& info) {
    return info.name + " (" + info.id + ") " + info.version;
}

class Scanner {
public:
    Scanner(const PluginSearch& search,
            const HostServices& services,
            const PluginPorts& ports,
            const PluginScan* previous)
        : search_(search), services_(services), ports_(ports), previous_(previous) {
        if (previous_ != nullptr) {
            for (const auto& [path, file] : previous_->files) {
                out_.files[path].generation = file.generation;  // of those that are gone, too
            }
        }
    }

    PluginScan scan() {
        for (place_ = 0; place_ < search_.places.size(); ++place_) {
            scan_place();
        }
        return std::move(out_);
    }

private:
    [[nodiscard]] const PluginPlace& place() const { return search_.places[place_]; }

    void scan_place() {
        std::error_code error;
        const auto status = std::filesystem::status(place().path, error);
        if (status.type() == std::filesystem::file_type::directory) {
            scan_folder();
        } else if (status.type() != std::filesystem::file_type::not_found ||
                   place().presence == PluginPlace::Presence::Required) {
            scan_file(place().path);
        } else {
            record(place().path, Fate::Absent);
        }
    }

    void scan_folder() {
        std::error_code error;
        const auto folder = std::filesystem::canonical(place().path, error);
        if (search_.trust == TrustPolicy::Enforce) {
            if (auto problem = find_trust_problem(folder)) {
                refuse_folder(folder,
                              {PluginProblem::Untrusted,
                               "is not safe to load from: " + problem->reason, problem->fix});
                return;
            }
        }
        std::vector<std::filesystem::path> files;
        std::filesystem::directory_iterator entry(place().path, error);
        for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
            files.push_back(entry->path());
        }
        if (error) {
            refuse_folder(folder,
                          {PluginProblem::Unreadable, "cannot be listed: " + error.message(),
                           "chmod a+rx '" + place().path.string() + "'"});
            return;
        }
        std::sort(files.begin(), files.end());
        for (const auto& file : files) {
            if (is_plugin_name(file)) {
                scan_file(file);
            } else {
                record(file, Fate::NotAPlugin);
            }
        }
    }

    /// What a folder offered before goes on serving when it cannot be looked into any more.
    void refuse_folder(const std::filesystem::path& folder, const PluginRefused& why) {
        refuse(place().path, why);
        if (previous_ == nullptr) {
            return;
        }
        for (const auto& [path, file] : previous_->files) {
            if (file.module && path.parent_path() == folder) {
                keep_older(path, file, why);
            }
        }
    }

    void scan_file(const std::filesystem::path& path) {
        const ScannedFile* older = find_older(path);
        try {
            const PluginFile file = find_plugin_file(path, search_.trust);
            auto& seen = seen_[std::pair(file.device, file.inode)];
            if (seen != nullptr) {
                record(path, Fate::Repeated, seen);
                return;
            }
            ScannedFile scanned;
            if (older == nullptr || older->identity != file.identity) {
                scanned = examine(file, older);
            }
            if (!scanned.module) {
                judge_again(*older);
                scanned = *older;
            }
            scanned.identity = file.identity;
            seen = take(path, std::move(scanned));
        } catch (const Revoked& why) {
            refuse(path, why);
        } catch (const PluginRefused& why) {
            refuse_or_keep(path, older, why);
        }
    }

    /// Content that is in use must not be used any longer.
    struct Revoked : PluginRefused {
        explicit Revoked(const PluginRefused& why) : PluginRefused(why) {}
    };

    /// What the file offered before, if anything.
    [[nodiscard]] const ScannedFile* find_older(const std::filesystem::path& path) const {
        std::error_code error;
        const auto canonical = std::filesystem::canonical(path, error);
        if (error || previous_ == nullptr) {
            return nullptr;
        }
        const auto found = previous_->files.find(canonical);
        return found == previous_->files.end() || !found->second.module ? nullptr : &found->second;
    }

    /// What the policy allowed once it may have forbidden since.
    void judge_again(const ScannedFile& file) const {
        if (ports_.admission == nullptr) {
            return;
        }
        try {
            const ModuleSource& source = file.module->source();
            static_cast<void>(ports_.admission->judge(
                {.load_from = source.load_from, .sha256 = source.sha256}, file.claims));
        } catch (const PluginRefused& why) {
            throw Revoked(why);
        }
    }

    static PluginClaims claims_of(const std::filesystem::path& file,
                                  const ElfFacts& facts,
                                  const ModuleInfo* info) {
        PluginClaims out;
        out.file = file;
        if (info != nullptr && facts.manifest) {
            out.id = info->id;
            out.version = info->version;
        }
        out.needed = facts.needed;
        out.search_path = !facts.search_path.empty();
        return out;
    }

    /// The module that a file holds now; none when that is what it held before.
    [[nodiscard]] ScannedFile examine(const PluginFile& file, const ScannedFile* older) const {
        AdmittedFile admitted{.load_from = file.path, .sha256 = {}};
        if (ports_.admission != nullptr) {
            admitted = ports_.admission->take(file.path);
        }
        if (older != nullptr && !admitted.sha256.empty() &&
            older->module->source().sha256 == admitted.sha256) {
            return {};
        }
        const auto content = examine_content(admitted.load_from);
        std::optional<ModuleDescription> description;
        if (content.facts.manifest) {
            description = read_manifest(*content.facts.manifest);
        }
        ScannedFile out;
        out.claims =
            claims_of(file.path, content.facts, description ? &description->info : nullptr);
        out.generation = generation_of(file.path) + 1;
        PluginVerdict verdict;
        if (ports_.admission != nullptr) {
            verdict = ports_.admission->judge(admitted, out.claims);
        }
        if (!description) {
            description = describe(admitted.load_from, verdict);
        }
        ModuleSource source{.file = file.path,
                            .origin = place().origin,
                            .load_from = admitted.load_from,
                            .sha256 = admitted.sha256,
                            .signed_by = verdict.signed_by,
                            .isolate = verdict.isolate,
                            .bundled = place().bundled,
                            .generation = out.generation};
        const PluginImage image{
            .file = admitted.load_from, .identity = content.identity, .opened = content.opened};
        out.module = description ? make_described(*std::move(description), std::move(source), image)
                                 : make_mapped(std::move(source), image);
        warn(*out.module, content.facts, verdict);
        return out;
    }

    /// What a file without a manifest offers; nothing when it has to be loaded to know that.
    [[nodiscard]] std::optional<ModuleDescription> describe(const std::filesystem::path& load_from,
                                                            const PluginVerdict& verdict) const {
        if (ports_.describer != nullptr) {
            return read_manifest(ports_.describer->describe(load_from));
        }
        if (verdict.isolate) {
            throw PluginRefused(PluginProblem::Untrusted,
                                "has no manifest, and the trust policy does not let it run in "
                                "this process, where it could tell what it offers",
                                "build it with oa_add_plugin(), which gives it a manifest");
        }
        return std::nullopt;
    }

    [[nodiscard]] std::uint32_t generation_of(const std::filesystem::path& file) const {
        if (previous_ == nullptr) {
            return 0;
        }
        const auto found = previous_->files.find(file);
        return found == previous_->files.end() ? 0 : found->second.generation;
    }

    [[nodiscard]] ModuleHost& make_host(std::string name) const {
        return keep_forever(std::make_unique<ModuleHost>(std::move(name), services_));
    }

    /// Kept for ever, but retired when nobody shares it any more.
    static std::shared_ptr<LoadedModule> share(std::unique_ptr<LoadedModule> module) {
        return {&keep_forever(std::move(module)), [](LoadedModule* last) { last->retire(); }};
    }

    [[nodiscard]] std::shared_ptr<LoadedModule> make_described(ModuleDescription description,
                                                               ModuleSource source,
                                                               const PluginImage& image) const {
        auto& host = make_host(description.info.name);
        auto out = share(
            std::make_unique<LoadedModule>(std::move(description), host, std::move(source), image));
        if (search_.eager && !out->source().isolate) {
            out->map();
        }
        return out;
    }

    [[nodiscard]] std::shared_ptr<LoadedModule> make_mapped(ModuleSource source,
                                                            const PluginImage& image) const {
        const auto entry = map_plugin(image);
        auto& host = make_host(source.file.stem());
        const oa_module& descriptor = ask_for_module(entry, host);
        auto module = std::make_unique<LoadedModule>(descriptor, host, std::move(source));
        host.module = module->info().name;
        return share(std::move(module));
    }

    static void warn(LoadedModule& module, const ElfFacts& facts, const PluginVerdict& verdict) {
        if (facts.executable_stack) {
            module.warn("asks for an executable stack; link it with -Wl,-z,noexecstack");
        }
        if (facts.text_relocations) {
            module.warn("changes its own code while it is loaded; build it with -fPIC");
        }
        for (const auto& warning : verdict.warnings) {
            module.warn(warning);
        }
    }

    /// Adds a module, unless it is there already; gives the one that is there then. Throws
    /// PluginRefused where it stands in the way of another.
    const LoadedModule* take(const std::filesystem::path& path, ScannedFile scanned) {
        if (const LoadedModule* same = find_same(*scanned.module)) {
            record(path, Fate::Repeated, same);
            return same;
        }
        record(path, Fate::Offered, scanned.module.get());
        return add(std::move(scanned));
    }

    const LoadedModule* add(ScannedFile scanned) {
        const LoadedModule* out = scanned.module.get();
        out_.modules.push_back(scanned.module);
        out_.files[out->source().file] = std::move(scanned);
        return out;
    }

    /// The module that the same content offers already.
    [[nodiscard]] const LoadedModule* find_same(const LoadedModule& module) const {
        for (const auto& other : out_.modules) {
            const auto& info = module.info();
            const auto& taken = other->info();
            if (info.id == taken.id && is_same_version(info, taken)) {
                if (&module == other.get() || has_same_content(module, *other)) {
                    return other.get();
                }
                throw PluginRefused(PluginProblem::Duplicate,
                                    "offers the module " + module_words(info) + ", which " +
                                        other->source().file.string() +
                                        " offers with other content",
                                    "remove one of both, or give one of them another version");
            }
            if (info.id != taken.id) {
                require_other_names(info, *other);
            }
        }
        return nullptr;
    }

    static void require_other_names(const ModuleInfo& info, const LoadedModule& other) {
        const auto& taken = other.info();
        for (const std::string& name : {info.name, info.id}) {
            if (name == taken.name || name == taken.id) {
                throw PluginRefused(
                    PluginProblem::Duplicate,
                    "offers the module " + name + " (version " + info.version + "), which " +
                        other.source().file.string() + " offers already (version " + taken.version +
                        ")",
                    "remove one of both, or put the one that is wanted first on the search path");
            }
        }
    }

    void refuse_or_keep(const std::filesystem::path& path,
                        const ScannedFile* older,
                        const PluginRefused& why) {
        if (older == nullptr || !is_still_there(*older->module)) {
            refuse(path, why);
            return;
        }
        list_refused(path, why);
        keep_older(path, *older, why);
    }

    /// Whether a module whose file has changed can still run what the file held before.
    static bool is_still_there(const LoadedModule& module) {
        return module.is_mapped() || module.source().load_from != module.source().file;
    }

    /// What a file held before goes on serving, if nothing else stands in its way by now.
    void keep_older(const std::filesystem::path& path,
                    const ScannedFile& older,
                    const PluginRefused& why) {
        try {
            judge_again(older);
            if (find_same(*older.module) == nullptr) {
                add(older);
            }
            record(path, Fate::OlderServes, older.module.get(), &why);
        } catch (const PluginRefused& stronger) {
            refuse(path, stronger);
        }
    }

    void record(const std::filesystem::path& file,
                Fate fate,
                const LoadedModule* module = nullptr,
                const PluginRefused* why = nullptr) {
        out_.considered.push_back({.file = file,
                                   .place = place_,
                                   .fate = fate,
                                   .module = module,
                                   .reason = why == nullptr ? "" : why->reason(),
                                   .fix = why == nullptr ? "" : why->fix()});
    }

    void refuse(const std::filesystem::path& file, const PluginRefused& why) {
        list_refused(file, why);
        record(file, Fate::Refused, nullptr, &why);
    }

    void list_refused(const std::filesystem::path& file, const PluginRefused& why) {
        if (std::any_of(out_.refused.begin(), out_.refused.end(),
                        [&](const RefusedPlugin& other) { return other.file == file; })) {
            return;
        }
        out_.refused.push_back({.file = file,
                                .origin = place().origin,
                                .problem = why.problem(),
                                .reason = why.reason(),
                                .fix = why.fix()});
    }

    const PluginSearch& search_;
    const HostServices& services_;
    const PluginPorts& ports_;
    const PluginScan* previous_;
    PluginScan out_;
    std::size_t place_ = 0;
    std::map<std::pair<dev_t, ino_t>, const LoadedModule*> seen_;
};

}  // namespace

PluginScan scan_plugins(const PluginSearch& search,
                        const HostServices& services,
                        const PluginPorts& ports,
                        const PluginScan* previous) {
    return Scanner(search, services, ports, previous).scan();
}

}  // namespace oa::host
