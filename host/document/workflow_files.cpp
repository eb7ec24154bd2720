#include "host/document/workflow_files.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "core/nearest.hpp"
#include "host/document/document_file.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 2> suffixes = {".yaml", ".yml"};
constexpr std::size_t listed_files_max = 1'000;

bool has_suffix(const fs::path& name) {
    return std::find(suffixes.begin(), suffixes.end(), name.extension().string()) != suffixes.end();
}

fs::path resolved(const fs::path& path) {
    std::error_code error;
    fs::path result = fs::weakly_canonical(path, error);
    return error ? fs::absolute(path, error).lexically_normal() : result;
}

fs::path folder_of(const std::string& file) {
    const fs::path folder = fs::path(file).parent_path();
    return folder.empty() ? fs::path(".") : folder;
}

bool lies_below(const fs::path& file, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first ==
           folder.end();
}

std::vector<std::string> documents_in(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator();
         at.increment(error)) {
        if (has_suffix(at->path()) && names.size() < listed_files_max) {
            names.push_back(at->path().stem().string());
        }
    }
    return names;
}

}  // namespace

WorkflowFiles::WorkflowFiles(const std::string& root,
                             std::size_t bytes_max,
                             const fs::path& library,
                             Reach reach)
    : root_(root),
      bytes_max_(bytes_max),
      root_folder_(folder_of(root)),
      canonical_root_(resolved(root)),
      canonical_folder_(resolved(root_folder_)),
      library_(library.empty() ? fs::path() : resolved(library)),
      reach_(reach) {}

std::variant<core::WorkflowSource::Document, core::WorkflowSource::Problem> WorkflowFiles::find(
    std::string_view name, const std::string& from) const {
    const fs::path path(name);
    if (path.filename().empty()) {
        return Problem{"the name of a workflow is missing", "name a file, such as deploy.yaml"};
    }
    const fs::path folder = from.empty() ? root_folder_ : folder_of(from);
    const bool is_free = path.is_absolute() && reach_ == Reach::Anywhere;
    for (const fs::path& candidate : candidates(path, folder)) {
        const fs::path file = resolved(candidate);
        if (!is_free && !is_allowed(file, resolved(folder))) {
            return Problem{"'" + std::string(name) + "' leads out of the folder '" +
                               root_folder_.string() + "'",
                           reach_ == Reach::Anywhere
                               ? "put it into that folder, or name it by its absolute path"
                               : "put it into that folder"};
        }
        std::error_code error;
        if (fs::exists(file, error)) {
            return read(file);
        }
    }
    return missing(path, folder);
}

std::vector<fs::path> WorkflowFiles::candidates(const fs::path& name,
                                                const fs::path& folder) const {
    std::vector<fs::path> all;
    const auto add = [&all](const fs::path& path) {
        all.push_back(path);
        if (!has_suffix(path)) {
            for (const std::string_view suffix : suffixes) {
                all.push_back(path);
                all.back() += suffix;
            }
            // A folder or another file of that name is not what is meant.
            std::rotate(all.end() - 3, all.end() - 2, all.end());
        }
    };
    add(folder / name);
    if (!library_.empty() && !name.has_parent_path()) {
        add(library_ / name);
    }
    return all;
}

bool WorkflowFiles::is_allowed(const fs::path& file, const fs::path& folder) const {
    return lies_below(file, canonical_folder_) || lies_below(file, folder) ||
           (!library_.empty() && lies_below(file, library_));
}

std::variant<core::WorkflowSource::Document, core::WorkflowSource::Problem> WorkflowFiles::read(
    const fs::path& file) const {
    std::error_code error;
    if (!fs::is_regular_file(file, error)) {
        return Problem{"'" + shown(file) + "' is no file", "name a workflow document"};
    }
    auto text = read_document_file(file.string(), bytes_max_);
    if (const auto* problem = std::get_if<DocumentProblem>(&text)) {
        return Problem{"'" + shown(file) + "' " + problem->message, {}};
    }
    return Document{shown(file), std::get<std::string>(std::move(text))};
}

std::string WorkflowFiles::shown(const fs::path& file) const {
    if (file == canonical_root_) {
        return root_;
    }
    if (!lies_below(file, canonical_folder_)) {
        return file.string();
    }
    return (root_folder_ / file.lexically_relative(canonical_folder_)).lexically_normal().string();
}

core::WorkflowSource::Problem WorkflowFiles::missing(const fs::path& name,
                                                     const fs::path& folder) const {
    Problem problem;
    problem.message = "there is no workflow '" + name.string() + "' in '" + folder.string() + "'";
    if (name.is_absolute()) {
        problem.message = "there is no workflow '" + name.string() + "'";
    }
    problem.hint =
        core::did_you_mean(name.stem().string(), documents_in((folder / name).parent_path()));
    return problem;
}

}  // namespace oa::host
