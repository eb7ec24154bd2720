#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oa::host {

/// A file of templates/, which the build puts into the program. In path and content, @id@ and
/// @name@ stand for those of the new module, "dot." for a leading dot.
struct TemplateFile {
    std::string_view path;  ///< "cpp/src/plugin.cpp"
    std::string_view content;
};
[[nodiscard]] const std::vector<TemplateFile>& template_files();

/// "c", "cpp", "rust".
[[nodiscard]] std::vector<std::string> template_languages();

/// The short name of the module with this id: its last part, "greeter" of com.acme.greeter.
[[nodiscard]] std::string name_from_id(std::string_view id);

/// Why there can be no project for this id and language, with the fix; nothing when there can.
[[nodiscard]] std::optional<std::string> find_project_problem(const std::string& id,
                                                              const std::string& language);

/// Writes a project that builds, passes its tests and `oa plugin check` as it is. `folder` must not
/// exist or be empty. Returns the files written, relative to it. Throws std::runtime_error with a
/// sentence for people; what was written by then stays.
std::vector<std::filesystem::path> write_project(const std::string& id,
                                                 const std::string& language,
                                                 const std::filesystem::path& folder);

}  // namespace oa::host
