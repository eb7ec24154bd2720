// The functions of oa-io of versions 2 and 3, as translations onto what this module does: their
// parameters, how `input` fills them, their outputs.

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "charset.hpp"
#include "functions.hpp"
#include "glob.hpp"
#include "pack.hpp"
#include "plugins/common/json_values.hpp"
#include "plugins/common/python.hpp"
#include "plugins/common/template_text.hpp"
#include "support.hpp"
#include "text_change.hpp"
#include "tree.hpp"
#include "unpack.hpp"

namespace oa::files {

namespace {

constexpr std::size_t text_max = std::size_t{16} * 1024 * 1024;

/// The parameter, or the first of these members of `input` that is a text.
std::string path_or_input(Call& call,
                          std::string_view name,
                          std::initializer_list<std::string_view> members) {
    if (const Json* given = call.find_param(name); given == nullptr || given->is_null()) {
        for (const std::string_view member : members) {
            const Json& value = call.params()["input"][member];
            if (value.is_string() && !value.as_string().empty()) {
                return value.as_string();
            }
        }
    }
    return path_param(call, name);
}

/// What `input` holds as a text; nullptr where it holds none.
const std::string* input_text(Call& call) {
    const Json& input = call.params()["input"];
    const Json& content = input.is_object() ? input["content"] : input;
    return content.is_string() ? &content.as_string() : nullptr;
}

/// The variable that varname names, as a text. Under compat: oa3 the engine gives it.
std::string variable_text(Call& call) {
    const auto name = call.param<std::string>("varname");
    const Json& variables = call.params()["variables"];
    if (!variables.is_object()) {
        throw invalid_params("/varname",
                             "a module does not see variables, except under compat: oa3: give "
                             "variables, such as \"${vars}\"");
    }
    const Json* value = variables.find(name);
    if (value == nullptr) {
        throw not_found("there is no variable '" + name + "'").with_pointer("/varname");
    }
    return common::text_of(*value);
}

/// The variable that the host sets to a part of the output.
void name_variable(Call& call, Json& output) {
    if (const auto name = call.find_param<std::string>("varname"); name && !name->empty()) {
        output["varname"] = *name;
    }
}

std::string with_line_feeds(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') {
            out += text[i];
        } else if (i + 1 == text.size() || text[i + 1] != '\n') {
            out += '\n';
        }
    }
    return out;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string absolute(const std::string& path) {
    if (path.starts_with('/')) {
        return path;
    }
    std::string folder(4096, '\0');
    if (::getcwd(folder.data(), folder.size()) == nullptr) {
        return path;
    }
    folder.resize(folder.find('\0'));
    return join(folder, path);
}

std::string text_of_file(Call& call, const std::string& path) {
    std::string text = decode_text(read_all(path, text_max, checkpoint(call)), Charset::Auto, path);
    require_utf8(text, path, "");
    return text;
}

std::uint64_t write_text(const std::string& path, std::string_view text) {
    AtomicFile file(path, WriteOptions{});
    file.write(text);
    file.commit();
    return file.bytes();
}

/// With a * it is a pattern, else a part of the name.
std::string filter_pattern(const std::string& filter) {
    if (filter.find('*') != std::string::npos) {
        return filter;
    }
    std::string pattern = "*";
    for (const char c : filter) {
        if (std::string_view("?[]{}\\,/").find(c) != std::string_view::npos) {
            pattern += '\\';
        }
        pattern += c;
    }
    return filter.empty() ? pattern : pattern + "*";
}

}  // namespace

Json io_copy(Call& call) {
    const auto source = path_param(call, "srcpath");
    auto destination = path_param(call, "dstpath");
    const bool recursive = common::says_yes(call.params()["recursive"]);
    const auto there = find_stat(destination, Links::Follow);
    if (!recursive && there && S_ISDIR(there->st_mode)) {
        destination = join(destination, name_of(source));
    }
    const auto counts = copy_tree(source, destination, {.recursive = recursive}, checkpoint(call));
    return {{"srcpath", source},
            {"dstpath", call.param<std::string>("dstpath")},
            {"recursive", recursive},
            {"files_copied", counts.files}};
}

Json io_zip(Call& call) {
    PackJob job;
    job.path = path_param(call, "zipfilename");
    job.sources = texts_param(call, "pathtozip");
    if (job.sources.empty()) {
        job.sources.push_back(path_or_input(call, "pathtozip", {"dstpath"}));
    }
    const auto filter = call.param<std::string>("zipfilter", "*");
    job.include = Globs({filter_pattern(filter)}, "zipfilter");
    const auto counts = pack(call, job);
    return {{"zipfilename", job.path},
            {"zip_size", counts.size},
            {"paths_compressed", job.sources},
            {"filter", filter}};
}

Json io_unzip(Call& call) {
    UnpackJob job;
    job.path = path_or_input(call, "zipfilename", {"zipfilename"});
    job.destination = path_param(call, "pathwhereunzip");
    job.parents = Missing::Create;
    job.last_wins = true;
    const auto counts = unpack(call, job);
    return {{"zipfilename", job.path},
            {"extract_path", job.destination},
            {"files_extracted", counts.files + counts.directories + counts.symlinks}};
}

Json io_readfile(Call& call) {
    const auto path = path_or_input(call, "filename", {"dstpath", "filepath", "filename"});
    std::string text = with_line_feeds(text_of_file(call, path));
    const auto size = characters(text);
    Json output{{"filename", path}, {"content", std::move(text)}, {"size", size}};
    name_variable(call, output);
    return output;
}

Json io_writefile(Call& call) {
    const auto path = path_param(call, "filename");
    const Json& input = call.params()["input"];
    std::string text;
    if (const auto content = call.find_param<std::string>("content")) {
        text = *content;
    } else if (call.find_param("varname") != nullptr) {
        text = variable_text(call);
    } else if (const std::string* given = input_text(call); given != nullptr) {
        text = *given;
    } else if (input.is_object() || input.is_array()) {
        text = input.dump(JsonStyle::Indented);
    } else {
        throw invalid_params("/content",
                             "nothing to write: content is missing, and the input "
                             "holds no text, list or map");
    }
    return {{"filename", path},
            {"bytes_written", write_text(path, text)},
            {"filepath", absolute(path)}};
}

Json io_replace(Call& call) {
    TextChange::Options options;
    options.search = call.param<std::string>("leftvalue");
    options.replacement = call.param<std::string>("rightvalue");
    options.size_max = text_max;
    if (options.search.empty()) {
        throw invalid_params("/leftvalue", "leftvalue is empty");
    }
    const std::string* given = input_text(call);
    const std::string text = given != nullptr ? *given : variable_text(call);
    const Json left = options.search;
    const Json right = options.replacement;
    auto result = TextChange(std::move(options)).apply(text, checkpoint(call));
    Json output{{"content", std::move(result.text)},
                {"occurrences", result.count},
                {"leftvalue", left},
                {"rightvalue", right}};
    name_variable(call, output);
    return output;
}

Json io_loadvarfromjson(Call& call) {
    const auto path = path_or_input(call, "filename", {"filepath", "filename"});
    Json data;
    try {
        data = Json::parse(read_all(path, text_max, checkpoint(call)));
    } catch (const JsonError& error) {
        throw failed_precondition("'" + path + "' is not JSON: " + error.what());
    }
    if (!data.is_object()) {
        throw failed_precondition("'" + path + "' holds no JSON object");
    }
    return data;
}

Json io_rename(Call& call) {
    const auto source = path_param(call, "srcpath");
    const auto destination = path_param(call, "dstpath");
    move_path(source, destination, Existing::Replace, checkpoint(call));
    return {{"srcpath", source}, {"dstpath", destination}};
}

Json io_remove(Call& call) {
    const auto path = path_param(call, "pathtoremove");
    std::uint64_t removed = 0;
    if (path.find('*') != std::string::npos) {
        const auto folder = parent_of(path);
        const Globs names({name_of(path)}, "pathtoremove");
        for (const auto& name : names_in(folder)) {
            const auto info = find_stat(join(folder, name), Links::Keep);
            if (info && !S_ISDIR(info->st_mode) && names.matches(name)) {
                removed += remove_tree(join(folder, name), false, checkpoint(call));
            }
        }
    } else if (find_stat(path, Links::Keep)) {
        refuse_dangerous(path, "/pathtoremove");
        removed = remove_tree(path, common::says_yes(call.params()["recursive"]), checkpoint(call));
    }
    return {{"pathtoremove", path}, {"removed", removed}};
}

Json io_findfile(Call& call) {
    const auto folder = path_param(call, "path");
    const Globs pattern({call.param<std::string>("filename")}, "filename");
    Json::Array files;
    for (const auto& name : names_in(folder)) {
        call.check();
        if (pattern.matches(name)) {
            files.emplace_back(join(folder, with_marks(name)));
        }
    }
    const bool first = common::says_yes(call.params()["findfirst"]);
    Json output{{"filename", files.empty() ? Json()
                             : first       ? files.front()
                                           : files.back()},
                {"files", std::move(files)}};
    name_variable(call, output);
    return output;
}

Json io_regexreplaceinfile(Call& call) {
    const auto from = path_param(call, "filein");
    const auto to = path_param(call, "fileout");
    TextChange::Options options;
    options.search = call.param<std::string>("regexmatch");
    options.replacement = call.param<std::string>("regexvalue");
    options.regex = true;
    options.size_max = text_max;
    const auto result =
        TextChange(std::move(options)).apply(text_of_file(call, from), checkpoint(call));
    static_cast<void>(write_text(to, result.text));
    return {{"filein", from}, {"fileout", to}, {"occurrences", result.count}};
}

Json io_template(Call& call) {
    const auto source = path_param(call, "templatefile");
    const auto to = path_param(call, "dstfile");
    const Json* values = call.find_param("values");
    const Json& used = values != nullptr ? *values : call.params()["input"];
    const auto text =
        common::template_text(text_of_file(call, source), used, true, text_max, checkpoint(call));
    return {{"templatefile", source}, {"dstfile", to}, {"bytes_written", write_text(to, text)}};
}

Json io_read_csv(Call& call) {
    return read_csv_file(call, path_param(call, "filepath"));
}

Json io_write_json(Call& call) {
    return write_json_file(call, path_param(call, "filepath"));
}

}  // namespace oa::files
