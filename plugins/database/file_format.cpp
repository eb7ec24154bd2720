#include "file_format.hpp"

#include <string>

namespace oa::database {

namespace {

bool is_csv(Call& call, const std::string& path) {
    if (call.find_param<std::string>("format")) {
        return call.choice<bool>("format", {{"csv", true}, {"jsonl", false}});
    }
    for (const char* ending : {".csv", ".tsv", ".txt"}) {
        if (path.ends_with(ending)) {
            return true;
        }
    }
    for (const char* ending : {".jsonl", ".ndjson"}) {
        if (path.ends_with(ending)) {
            return false;
        }
    }
    throw invalid_params("/format",
                         "say which format the file has, csv or jsonl: its name does not "
                         "tell");
}

}  // namespace

FileOptions file_options(Call& call) {
    FileOptions out;
    out.path = call.param<std::string>("path");
    if (out.path.empty() || out.path.find('\0') != std::string::npos) {
        throw invalid_params("/path", "path is empty or holds a NUL byte");
    }
    out.csv = is_csv(call, out.path);
    const auto delimiter =
        call.param<std::string>("delimiter", out.path.ends_with(".tsv") ? "\t" : ",");
    const bool usable = delimiter.size() == 1 && static_cast<unsigned char>(delimiter[0]) < 0x80 &&
                        delimiter.find_first_of(std::string("\"\r\n\0", 4)) == std::string::npos;
    if (!usable) {
        throw invalid_params("/delimiter",
                             "delimiter is not one ASCII character other than a quote or a line "
                             "break");
    }
    out.delimiter = delimiter[0];
    out.header = call.param<bool>("header", true);
    out.null_text = call.param<std::string>("null_text", "");
    return out;
}

}  // namespace oa::database
