#pragma once

#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

#include "oa/plugin.hpp"
#include "plugins/common/csv.hpp"
#include "plugins/common/encoding.hpp"
#include "plugins/common/io.hpp"

namespace oa::files {

// What this module shares with others.
using common::append_csv_field;
using common::append_csv_record;
using common::AtomicFile;
using common::base64_decode;
using common::base64_encode;
using common::Checkpoint;
using common::code_of_errno;
using common::CsvError;
using common::CsvField;
using common::CsvParser;
using common::CsvRecord;
using common::Existing;
using common::Fd;
using common::find_invalid_utf8;
using common::find_stat;
using common::join;
using common::Links;
using common::make_parents;
using common::Missing;
using common::name_of;
using common::open_file;
using common::open_for_reading;
using common::parent_of;
using common::Quotes;
using common::read_all;
using common::read_some;
using common::rename_file;
using common::temporary_beside;
using common::throw_errno;
using common::write_all;
using common::write_some;
using common::WriteOptions;

/// The parameter `name` as a path: not empty, no NUL byte.
[[nodiscard]] std::string path_param(Call& call, std::string_view name);

/// The checkpoint of a call.
[[nodiscard]] Checkpoint checkpoint(const Call& call);

/// A parameter that is one text or a list of them; empty where it is missing.
[[nodiscard]] std::vector<std::string> texts_param(Call& call, std::string_view name);
/// The same for paths: at least one, none of them empty or with a NUL byte.
[[nodiscard]] std::vector<std::string> paths_param(Call& call, std::string_view name);

/// A size in bytes from 1 up.
[[nodiscard]] std::size_t size_param(Call& call, std::string_view name, std::size_t fallback);

/// Permissions written as "0644"; nothing where the parameter is missing.
[[nodiscard]] std::optional<mode_t> mode_param(Call& call, std::string_view name);
[[nodiscard]] std::string mode_text(mode_t mode);

enum class Encoding { Utf8, Base64 };
[[nodiscard]] Encoding encoding_param(Call& call);
[[nodiscard]] std::string_view encoding_name(Encoding encoding);

/// The text with U+FFFD in place of every byte that is not UTF-8.
[[nodiscard]] std::string with_marks(std::string_view bytes);
/// Names are bytes; what is not UTF-8 is also given in a form that loses nothing.
void put_name(Json& out, const char* key, const std::string& name);

/// How a file is written whole: overwrite (true), create_parents (false), mode.
[[nodiscard]] WriteOptions write_options(Call& call);

/// Throws, naming the file and the offset, when the text is not UTF-8.
void require_utf8(std::string_view text, const std::string& path, std::string_view advice);

/// "2024-05-01T12:00:00.123Z"
[[nodiscard]] std::string time_text(const timespec& time);
/// "file", "directory", "symlink" or "other".
[[nodiscard]] std::string_view type_name(mode_t mode);

}  // namespace oa::files
