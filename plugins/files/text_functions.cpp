// replace and template: texts that are made from others.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "functions.hpp"
#include "plugins/common/template_text.hpp"
#include "support.hpp"
#include "text_change.hpp"

namespace oa::files {

namespace {

constexpr std::size_t text_max = std::size_t{16} * 1024 * 1024;
constexpr std::size_t output_max = std::size_t{1024} * 1024;
constexpr std::size_t files_max = 1000;

struct Changed {
    std::string path;
    std::uint64_t count = 0;
    std::unique_ptr<AtomicFile> file;  // complete and closed; visible once it is committed
};

}  // namespace

Json replace(Call& call) {
    const auto paths = paths_param(call, "path");
    if (paths.size() > files_max) {
        throw invalid_params("/path", "path names more than 1000 files");
    }
    TextChange::Options options;
    options.search = call.param<std::string>("search");
    if (options.search.empty()) {
        throw invalid_params("/search", "search is empty");
    }
    options.replacement = call.param<std::string>("replacement");
    options.regex = call.param<bool>("regex", false);
    options.ignore_case = call.param<bool>("ignore_case", false);
    options.count_max = call.param<std::uint64_t>("count", 0);
    options.size_max = size_param(call, "max_bytes", text_max);
    const bool as_text = options.regex || options.ignore_case;
    const auto limit = options.size_max;
    const bool dry_run = call.param<bool>("dry_run", false);
    const TextChange change(std::move(options));

    // All of them are written beside the old ones before the first is replaced.
    std::vector<Changed> changed;
    std::uint64_t count = 0;
    for (const auto& path : paths) {
        const std::string text = read_all(path, limit, checkpoint(call));
        if (as_text) {
            require_utf8(text, path, "; only a plain search fits other encodings");
        }
        auto result = change.apply(text, checkpoint(call));
        if (result.count == 0) {
            continue;
        }
        count += result.count;
        Changed one{path, result.count, nullptr};
        if (!dry_run && result.text != text) {
            one.file = std::make_unique<AtomicFile>(path, WriteOptions{});
            one.file->write(result.text);
            one.file->prepare();
        }
        changed.push_back(std::move(one));
    }
    call.check();
    Json::Array files;
    for (const auto& one : changed) {
        if (one.file) {
            one.file->commit();
        }
        files.push_back({{"path", one.path}, {"replacements", one.count}});
    }
    return {{"files", std::move(files)}, {"replacements", count}, {"dry_run", dry_run}};
}

Json fill_template(Call& call) {
    const auto source = call.find_param<std::string>("source");
    const auto given = call.find_param<std::string>("template");
    if (source.has_value() == given.has_value()) {
        throw invalid_params("/template", "give either template, a text, or source, a file");
    }
    std::string text;
    if (source) {
        const auto path = path_param(call, "source");
        text = read_all(path, text_max, checkpoint(call));
        require_utf8(text, path, "");
    } else {
        text = *given;
    }
    const Json* values = call.find_param("values");
    if (values == nullptr) {
        values = call.find_param("input");
    }
    if (values == nullptr || !values->is_object()) {
        throw invalid_params("/values", "values is no map, and the input is none either");
    }
    const bool strict = call.choice<bool>("missing", {{"fail", true}, {"empty", false}}, true);
    std::string filled = common::template_text(text, *values, strict, text_max, checkpoint(call));
    const auto path = call.find_param<std::string>("path");
    if (!path) {
        if (filled.size() > output_max) {
            throw exhausted("the text is longer than 1 MiB: give path, a file to write it to");
        }
        return {{"content", std::move(filled)}};
    }
    AtomicFile file(path_param(call, "path"), write_options(call));
    file.write(filled);
    file.commit();
    return {{"path", *path}, {"bytes", file.bytes()}, {"created", file.created()}};
}

}  // namespace oa::files
