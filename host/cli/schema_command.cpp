#include "host/cli/schema_command.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/workflow/language_schema.hpp"

namespace oa::host {

namespace {

/// The file is there as a whole, or as it was before.
std::string write_file(const std::filesystem::path& path, const std::string& text) {
    const std::filesystem::path draft = path.string() + ".new";
    errno = 0;
    std::ofstream stream(draft, std::ios::binary | std::ios::trunc);
    stream << text;
    stream.close();
    if (!stream) {
        std::string reason = std::strerror(errno);
        std::error_code ignored;
        std::filesystem::remove(draft, ignored);
        return reason;
    }
    std::error_code error;
    std::filesystem::rename(draft, path, error);
    if (error) {
        std::error_code ignored;
        std::filesystem::remove(draft, ignored);
    }
    return error ? error.message() : "";
}

}  // namespace

ExitStatus print_schema(const SchemaOptions& options,
                        const PluginRegistry& plugins,
                        std::ostream& out,
                        std::ostream& err) {
    const boost::json::object schema =
        core::language_schema(plugins, [&plugins](const core::FunctionInfo& info) {
            core::FunctionPage page;
            if (const auto* function = plugins.find_function(info.module, info.function)) {
                page.summary = function->summary;
                page.deprecation = function->deprecation_reason;
                page.examples = function->examples;
            }
            return page;
        });
    const std::string text = core::write_json(schema, core::JsonStyle::Indented) + '\n';
    if (!options.output) {
        out << text;
        return ExitStatus::Ok;
    }
    const std::string problem = write_file(*options.output, text);
    if (!problem.empty()) {
        err << "oa: " << options.output->string() << " cannot be written: " << problem << '\n';
        return ExitStatus::Usage;
    }
    return ExitStatus::Ok;
}

}  // namespace oa::host
