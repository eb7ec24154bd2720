#pragma once

#include <string>

#include "oa/plugin.hpp"

namespace oa::files {

// The functions of the module; README.md and the schemas in plugin.cpp tell what each one does.
[[nodiscard]] Json read(Call& call);
[[nodiscard]] Json write(Call& call);
[[nodiscard]] Json append(Call& call);
[[nodiscard]] Json read_json(Call& call);
[[nodiscard]] Json write_json(Call& call);
[[nodiscard]] Json read_csv(Call& call);
[[nodiscard]] Json write_csv(Call& call);
[[nodiscard]] Json copy(Call& call);
[[nodiscard]] Json move(Call& call);
[[nodiscard]] Json remove(Call& call);
[[nodiscard]] Json make_directory(Call& call);
[[nodiscard]] Json list(Call& call);
[[nodiscard]] Json stat(Call& call);
[[nodiscard]] Json find(Call& call);
[[nodiscard]] Json checksum(Call& call);
[[nodiscard]] Json zip(Call& call);
[[nodiscard]] Json unzip(Call& call);
[[nodiscard]] Json tar(Call& call);
[[nodiscard]] Json untar(Call& call);
[[nodiscard]] Json replace(Call& call);
[[nodiscard]] Json fill_template(Call& call);

/// The same for callers that know the path by another name.
[[nodiscard]] Json read_csv_file(Call& call, const std::string& path);
[[nodiscard]] Json write_json_file(Call& call, const std::string& path);

// The functions of oa-io of version 3 and what the older READMEs called oafiles.
[[nodiscard]] Json io_copy(Call& call);
[[nodiscard]] Json io_zip(Call& call);
[[nodiscard]] Json io_unzip(Call& call);
[[nodiscard]] Json io_readfile(Call& call);
[[nodiscard]] Json io_writefile(Call& call);
[[nodiscard]] Json io_replace(Call& call);
[[nodiscard]] Json io_loadvarfromjson(Call& call);
[[nodiscard]] Json io_rename(Call& call);
[[nodiscard]] Json io_remove(Call& call);
[[nodiscard]] Json io_findfile(Call& call);
[[nodiscard]] Json io_regexreplaceinfile(Call& call);
[[nodiscard]] Json io_template(Call& call);
[[nodiscard]] Json io_read_csv(Call& call);
[[nodiscard]] Json io_write_json(Call& call);

}  // namespace oa::files
