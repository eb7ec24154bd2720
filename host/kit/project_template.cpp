#include "host/kit/project_template.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <stdexcept>
#include <system_error>

#include "core/nearest.hpp"
#include "host/plugin/descriptor_text.hpp"

namespace oa::host {

namespace fs = std::filesystem;

namespace {

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
    std::string out;
    for (;;) {
        const auto found = text.find(what);
        out += text.substr(0, found);
        if (found == std::string_view::npos) {
            return out;
        }
        out += with;
        text.remove_prefix(found + what.size());
    }
}

/// "dot.ci/run" is ".ci/run".
fs::path file_path(std::string_view path) {
    constexpr std::string_view mark = "dot.";
    fs::path out;
    for (const fs::path& part : fs::path(path)) {
        const std::string text = part.string();
        out /= text.rfind(mark, 0) == 0 ? "." + text.substr(mark.size()) : text;
    }
    return out;
}

std::string quoted_list(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts) {
        out += (out.empty() ? "" : ", ") + text;
    }
    return out;
}

/// Names that CMake, Cargo or the compilers keep for themselves.
bool is_reserved(const std::string& name) {
    constexpr std::array<std::string_view, 12> words{"all",     "clean",   "core",        "help",
                                                     "install", "package", "plugin_test", "std",
                                                     "test",    "self",    "crate",       "build"};
    return std::find(words.begin(), words.end(), name) != words.end();
}

void write_file(const fs::path& file, const std::string& content) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream out(file, std::ios::binary);
    out << content;
    out.close();
    if (error || !out) {
        throw std::runtime_error("cannot write " + file.string());
    }
    if (content.rfind("#!", 0) == 0) {
        fs::permissions(file,
                        fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                        fs::perm_options::add);
    }
}

}  // namespace

std::vector<std::string> template_languages() {
    std::set<std::string> out;
    for (const TemplateFile& file : template_files()) {
        out.emplace(file.path.substr(0, file.path.find('/')));
    }
    return {out.begin(), out.end()};
}

std::string name_from_id(std::string_view id) {
    return std::string(id.substr(id.rfind('.') + 1));
}

std::optional<std::string> find_project_problem(const std::string& id,
                                                const std::string& language) {
    if (!is_module_id(id) || id.find('.') == std::string::npos) {
        return "'" + id +
               "' is no id of a module: use small letters, digits and '-' between dots, beginning "
               "with a domain of yours, such as com.acme.greeter";
    }
    const std::string name = name_from_id(id);
    if (!is_module_name(name)) {
        return "the module would be called '" + name +
               "', after the last part of the id; a name begins with a letter";
    }
    if (is_reserved(name)) {
        return "a module cannot be called '" + name +
               "', which build tools keep for themselves; choose another last part of the id";
    }
    const auto languages = template_languages();
    if (std::find(languages.begin(), languages.end(), language) == languages.end()) {
        const std::string hint = core::did_you_mean(language, languages);
        return "there is no template for '" + language + "'" + (hint.empty() ? "" : "; " + hint) +
               " (languages: " + quoted_list(languages) + ")";
    }
    return std::nullopt;
}

std::vector<fs::path> write_project(const std::string& id,
                                    const std::string& language,
                                    const fs::path& folder) {
    std::error_code error;
    if (fs::exists(folder, error) &&
        (!fs::is_directory(folder, error) || !fs::is_empty(folder, error))) {
        throw std::runtime_error(folder.string() +
                                 " exists and is not empty; name another one with --folder");
    }
    const std::string start = language + "/";
    std::vector<fs::path> out;
    for (const TemplateFile& file : template_files()) {
        if (file.path.rfind(start, 0) != 0) {
            continue;
        }
        const auto fill = [&](std::string_view text) {
            return replaced(replaced(text, "@id@", id), "@name@", name_from_id(id));
        };
        out.push_back(file_path(fill(file.path.substr(start.size()))));
        write_file(folder / out.back(), fill(file.content));
    }
    return out;
}

}  // namespace oa::host
