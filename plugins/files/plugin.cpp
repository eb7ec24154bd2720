#include <oa/plugin.hpp>

#include "functions.hpp"
#include "schemas.hpp"

namespace {

namespace files = oa::files;
namespace schema = oa::files::schema;

constexpr std::uint32_t common =
    OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE | OA_F_FILESYSTEM;

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
};

}  // namespace

OA_PLUGIN(oa::Module{.id = "org.openautomator.files",
                     .name = "files",
                     .version = "1.0.0",
                     .summary = "Files and folders: read, write, copy, list, CSV and JSON."},
          functions)
