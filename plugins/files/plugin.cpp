#include <oa/plugin.hpp>

#include "functions.hpp"
#include "older_schemas.hpp"
#include "schemas.hpp"
#include "text_schemas.hpp"

namespace {

namespace files = oa::files;
namespace schema = oa::files::schema;

constexpr std::uint32_t common =
    OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE | OA_F_FILESYSTEM;

// What older names lead to: their parameters are other ones.
constexpr oa_deprecation older(const char* replacement) {
    return {sizeof(oa_deprecation), "1.0.0", replacement, "its parameters have other names"};
}
constexpr const char* copy_names[] = {"oa-io.copy", "oafiles.copy", nullptr};
constexpr oa_deprecation copy_end = older("files.copy");
constexpr const char* zip_names[] = {"oa-io.zip", "oa-io.makezip", "oafiles.zip", nullptr};
constexpr oa_deprecation zip_end = older("files.zip");
constexpr const char* unzip_names[] = {"oa-io.unzip", "oafiles.unzip", nullptr};
constexpr oa_deprecation unzip_end = older("files.unzip");
constexpr const char* readfile_names[] = {"oa-io.readfile", "oafiles.readfile", nullptr};
constexpr oa_deprecation readfile_end = older("files.read");
constexpr const char* writefile_names[] = {"oa-io.writefile", "oafiles.writefile", nullptr};
constexpr oa_deprecation writefile_end = older("files.write");
constexpr const char* replace_names[] = {"oa-io.replace", "oafiles.replace", nullptr};
constexpr oa_deprecation replace_end = older("files.replace");
constexpr const char* loadvarfromjson_names[] = {"oa-io.loadvarfromjson", "oa-io.loadvarfromjeson",
                                                 "oafiles.loadvarfromjson", nullptr};
constexpr oa_deprecation loadvarfromjson_end = older("files.read_json");
constexpr const char* rename_names[] = {"oa-io.rename", "oafiles.rename", nullptr};
constexpr oa_deprecation rename_end = older("files.move");
constexpr const char* remove_names[] = {"oa-io.remove", "oafiles.remove", nullptr};
constexpr oa_deprecation remove_end = older("files.remove");
constexpr const char* findfile_names[] = {"oa-io.findfile", "oafiles.findfile", nullptr};
constexpr oa_deprecation findfile_end = older("files.find");
constexpr const char* regexreplaceinfile_names[] = {"oa-io.regexreplaceinfile",
                                                    "oafiles.regexreplaceinfile", nullptr};
constexpr oa_deprecation regexreplaceinfile_end = older("files.replace");
constexpr const char* template_names[] = {"oa-io.template", "oafiles.template", nullptr};
constexpr oa_deprecation template_end = older("files.template");
constexpr const char* read_csv_names[] = {"oafiles.read_csv", "oa-io.read_csv", nullptr};
constexpr oa_deprecation read_csv_end = older("files.read_csv");
constexpr const char* write_json_names[] = {"oafiles.write_json", "oa-io.write_json", nullptr};
constexpr oa_deprecation write_json_end = older("files.write_json");

constexpr oa_function functions[] = {
    oa::function<files::read>({
        .name = "read",
        .title = "Read a file",
        .summary = "Reads a whole file as text or base64.",
        .params = schema::read_params,
        .output = schema::read_output,
        .examples = schema::read_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::write>({
        .name = "write",
        .title = "Write a file",
        .summary = "Writes a file in one step: others see the old content or the new.",
        .params = schema::write_params,
        .output = schema::write_output,
        .examples = schema::write_examples,
        .flags = common | OA_F_IDEMPOTENT | OA_F_SECRETS,
    }),
    oa::function<files::append>({
        .name = "append",
        .title = "Append to a file",
        .summary = "Adds to the end of a file.",
        .params = schema::append_params,
        .output = schema::append_output,
        .examples = schema::append_examples,
        .flags = common | OA_F_SECRETS,
    }),
    oa::function<files::copy>({
        .name = "copy",
        .title = "Copy",
        .summary = "Copies a file, or a folder with all it holds.",
        .params = schema::copy_params,
        .output = schema::copy_output,
        .examples = schema::copy_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::move>({
        .name = "move",
        .title = "Move or rename",
        .summary = "Moves or renames a file or a folder, between file systems too.",
        .params = schema::move_params,
        .output = schema::move_output,
        .examples = schema::move_examples,
        .flags = common,
    }),
    oa::function<files::remove>({
        .name = "remove",
        .title = "Remove",
        .summary = "Removes a file, a link, or a folder.",
        .params = schema::remove_params,
        .output = schema::remove_output,
        .examples = schema::remove_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::make_directory>({
        .name = "make_directory",
        .title = "Make a folder",
        .summary = "Makes a folder, with those above it.",
        .params = schema::make_directory_params,
        .output = schema::make_directory_output,
        .examples = schema::make_directory_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::list>({
        .name = "list",
        .title = "List a folder",
        .summary = "Lists what a folder holds, filtered by name and type.",
        .params = schema::list_params,
        .output = schema::list_output,
        .examples = schema::list_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::stat>({
        .name = "stat",
        .title = "Look at a path",
        .summary = "Tells type, size, times and permissions of what a path names.",
        .params = schema::stat_params,
        .output = schema::stat_output,
        .examples = schema::stat_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::find>({
        .name = "find",
        .title = "Find files",
        .summary = "Finds files below a folder by name, type, size and age.",
        .params = schema::find_params,
        .output = schema::find_output,
        .examples = schema::find_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::checksum>({
        .name = "checksum",
        .title = "Checksum of a file",
        .summary = "Makes the checksum of a file, and compares it where one is expected.",
        .params = schema::checksum_params,
        .output = schema::checksum_output,
        .examples = schema::checksum_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::zip>({
        .name = "zip",
        .title = "Pack a ZIP archive",
        .summary = "Packs files and folders into a ZIP archive, in one step.",
        .params = schema::zip_params.data(),
        .output = schema::pack_output,
        .examples = schema::zip_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::tar>({
        .name = "tar",
        .title = "Pack a tar archive",
        .summary = "Packs files and folders into a tar archive, in one step.",
        .params = schema::tar_params.data(),
        .output = schema::pack_output,
        .examples = schema::tar_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::unzip>({
        .name = "unzip",
        .title = "Unpack a ZIP archive",
        .summary = "Unpacks a ZIP archive, and nothing outside of the destination.",
        .params = schema::unzip_params.data(),
        .output = schema::unpack_output,
        .examples = schema::unzip_examples,
        .flags = common,
    }),
    oa::function<files::untar>({
        .name = "untar",
        .title = "Unpack a tar archive",
        .summary = "Unpacks a tar archive, and nothing outside of the destination.",
        .params = schema::untar_params.data(),
        .output = schema::unpack_output,
        .examples = schema::untar_examples,
        .flags = common,
    }),
    oa::function<files::replace>({
        .name = "replace",
        .title = "Replace in files",
        .summary = "Replaces a text or a regular expression in one file or several.",
        .params = schema::replace_params,
        .output = schema::replace_output,
        .examples = schema::replace_examples,
        .flags = common | OA_F_SECRETS,
    }),
    oa::function<files::fill_template>({
        .name = "template",
        .title = "Fill a template",
        .summary = "Fills the placeholders of a text with values.",
        .params = schema::template_params,
        .output = schema::template_output,
        .examples = schema::template_examples,
        .flags = common | OA_F_IDEMPOTENT | OA_F_SECRETS,
    }),
    oa::function<files::read_csv>({
        .name = "read_csv",
        .title = "Read CSV",
        .summary = "Reads a CSV file into rows.",
        .params = schema::read_csv_params,
        .output = schema::read_csv_output,
        .examples = schema::read_csv_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::write_csv>({
        .name = "write_csv",
        .title = "Write CSV",
        .summary = "Writes rows as a CSV file, in one step.",
        .params = schema::write_csv_params,
        .output = schema::write_csv_output,
        .examples = schema::write_csv_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::read_json>({
        .name = "read_json",
        .title = "Read JSON",
        .summary = "Reads a JSON file.",
        .params = schema::read_json_params,
        .output = schema::read_json_output,
        .examples = schema::read_json_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::write_json>({
        .name = "write_json",
        .title = "Write JSON",
        .summary = "Writes a value as a JSON file, in one step.",
        .params = schema::write_json_params,
        .output = schema::write_json_output,
        .examples = schema::write_json_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<files::io_copy>({
        .name = "io_copy",
        .title = "Copy (older)",
        .summary = "Copies files, as oa-io.copy did.",
        .params = schema::io_copy_params,
        .output = schema::io_copy_output,
        .examples = schema::io_copy_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = copy_names,
        .deprecated = &copy_end,
    }),
    oa::function<files::io_zip>({
        .name = "io_zip",
        .title = "Pack (older)",
        .summary = "Packs folders, as oa-io.zip did.",
        .params = schema::io_zip_params,
        .output = schema::io_zip_output,
        .examples = schema::io_zip_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = zip_names,
        .deprecated = &zip_end,
    }),
    oa::function<files::io_unzip>({
        .name = "io_unzip",
        .title = "Unpack (older)",
        .summary = "Unpacks a ZIP archive, as oa-io.unzip did.",
        .params = schema::io_unzip_params,
        .output = schema::io_unzip_output,
        .examples = schema::io_unzip_examples,
        .flags = common,
        .aliases = unzip_names,
        .deprecated = &unzip_end,
    }),
    oa::function<files::io_readfile>({
        .name = "io_readfile",
        .title = "Read a file (older)",
        .summary = "Reads a text, as oa-io.readfile did.",
        .params = schema::io_readfile_params,
        .output = schema::io_readfile_output,
        .examples = schema::io_readfile_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = readfile_names,
        .deprecated = &readfile_end,
    }),
    oa::function<files::io_writefile>({
        .name = "io_writefile",
        .title = "Write a file (older)",
        .summary = "Writes a text, as oa-io.writefile did.",
        .params = schema::io_writefile_params,
        .output = schema::io_writefile_output,
        .examples = schema::io_writefile_examples,
        .flags = common | OA_F_IDEMPOTENT | OA_F_SECRETS,
        .aliases = writefile_names,
        .deprecated = &writefile_end,
    }),
    oa::function<files::io_replace>({
        .name = "io_replace",
        .title = "Replace in a text (older)",
        .summary = "Replaces in a text, as oa-io.replace did.",
        .params = schema::io_replace_params,
        .output = schema::io_replace_output,
        .examples = schema::io_replace_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = replace_names,
        .deprecated = &replace_end,
    }),
    oa::function<files::io_loadvarfromjson>({
        .name = "io_loadvarfromjson",
        .title = "Load variables (older)",
        .summary = "Reads a JSON object, as oa-io.loadvarfromjson did.",
        .params = schema::io_loadvarfromjson_params,
        .output = schema::io_loadvarfromjson_output,
        .examples = schema::io_loadvarfromjson_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = loadvarfromjson_names,
        .deprecated = &loadvarfromjson_end,
    }),
    oa::function<files::io_rename>({
        .name = "io_rename",
        .title = "Rename (older)",
        .summary = "Renames a file, as oa-io.rename did.",
        .params = schema::io_rename_params,
        .output = schema::io_rename_output,
        .examples = schema::io_rename_examples,
        .flags = common,
        .aliases = rename_names,
        .deprecated = &rename_end,
    }),
    oa::function<files::io_remove>({
        .name = "io_remove",
        .title = "Remove (older)",
        .summary = "Removes files, as oa-io.remove did.",
        .params = schema::io_remove_params,
        .output = schema::io_remove_output,
        .examples = schema::io_remove_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = remove_names,
        .deprecated = &remove_end,
    }),
    oa::function<files::io_findfile>({
        .name = "io_findfile",
        .title = "Find a file (older)",
        .summary = "Finds a file, as oa-io.findfile did.",
        .params = schema::io_findfile_params,
        .output = schema::io_findfile_output,
        .examples = schema::io_findfile_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = findfile_names,
        .deprecated = &findfile_end,
    }),
    oa::function<files::io_regexreplaceinfile>({
        .name = "io_regexreplaceinfile",
        .title = "Replace in a file (older)",
        .summary = "Replaces in a file, as oa-io.regexreplaceinfile did.",
        .params = schema::io_regexreplaceinfile_params,
        .output = schema::io_regexreplaceinfile_output,
        .examples = schema::io_regexreplaceinfile_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = regexreplaceinfile_names,
        .deprecated = &regexreplaceinfile_end,
    }),
    oa::function<files::io_template>({
        .name = "io_template",
        .title = "Fill a template (older)",
        .summary = "Fills a template, as oa-io.template did.",
        .params = schema::io_template_params,
        .output = schema::io_template_output,
        .examples = schema::io_template_examples,
        .flags = common | OA_F_IDEMPOTENT | OA_F_SECRETS,
        .aliases = template_names,
        .deprecated = &template_end,
    }),
    oa::function<files::io_read_csv>({
        .name = "io_read_csv",
        .title = "Read CSV (older)",
        .summary = "Reads rows, as oafiles.read_csv did.",
        .params = schema::io_read_csv_params,
        .output = schema::read_csv_output,
        .examples = schema::io_read_csv_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = read_csv_names,
        .deprecated = &read_csv_end,
    }),
    oa::function<files::io_write_json>({
        .name = "io_write_json",
        .title = "Write JSON (older)",
        .summary = "Writes a value, as oafiles.write_json did.",
        .params = schema::io_write_json_params,
        .output = schema::write_json_output,
        .examples = schema::io_write_json_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = write_json_names,
        .deprecated = &write_json_end,
    }),
};

}  // namespace

OA_PLUGIN(oa::Module{.id = "org.openautomator.files",
                     .name = "files",
                     .version = "1.0.0",
                     .summary = "Files and folders: read, write, find, archives, CSV and JSON."},
          functions)
