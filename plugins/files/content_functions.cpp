#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "csv_params.hpp"
#include "functions.hpp"
#include "support.hpp"

namespace oa::files {

namespace {

constexpr std::size_t output_max = std::size_t{1024} * 1024;
constexpr std::size_t json_max = std::size_t{16} * 1024 * 1024;

std::string decode(const std::string& text, Encoding encoding, const std::string& pointer) {
    if (encoding == Encoding::Utf8) {
        return text;
    }
    auto bytes = base64_decode(text);
    if (!bytes) {
        throw invalid_params(pointer, "the content is not base64");
    }
    return std::move(*bytes);
}

/// What the previous task's output means as the content of a file: a text is itself, the output of
/// `files.read` is what was read, anything else becomes JSON.
std::string content_of_input(const Json& input, Encoding encoding) {
    if (input.is_string()) {
        return decode(input.as_string(), encoding, "/input");
    }
    const Json* content = input.find("content");
    if (content != nullptr && content->is_string()) {
        const bool base64 = input["encoding"] == Json("base64");
        return decode(content->as_string(), base64 ? Encoding::Base64 : encoding, "/input/content");
    }
    return input.dump(JsonStyle::Indented) + "\n";
}

/// The bytes to write: `content`, or `json`, or the previous task's output.
std::string content_param(Call& call) {
    const Json* content = call.find_param("content");
    const Json* json = call.find_param("json");
    const Json* input = call.find_param("input");
    if (content != nullptr && json != nullptr) {
        throw invalid_params("/json", "content and json exclude each other");
    }
    const Encoding encoding = encoding_param(call);
    if (content != nullptr) {
        return decode(call.param<std::string>("content"), encoding, "/content");
    }
    if (json != nullptr) {
        return json->dump(JsonStyle::Indented) + "\n";
    }
    if (input == nullptr || input->is_null()) {
        throw invalid_params("/content",
                             "nothing to write: give content or json, or run after a task that "
                             "has an output");
    }
    return content_of_input(*input, encoding);
}

void write_in_pieces(AtomicFile& file, std::string_view data, const Call& call) {
    constexpr std::size_t piece_max = std::size_t{1024} * 1024;
    while (!data.empty()) {
        call.check();
        const auto piece = data.substr(0, piece_max);
        file.write(piece);
        data.remove_prefix(piece.size());
    }
}

/// A write that stopped half way is taken back, unless somebody else has appended meanwhile.
void take_back(const Fd& file, off_t old_size, std::size_t written) {
    struct stat info {};
    if (::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode) &&
        info.st_size == old_size + static_cast<off_t>(written)) {
        static_cast<void>(::ftruncate(file.get(), old_size) == 0);
    }
}

std::string indented(const Json& data, std::int64_t indent) {
    if (indent == 0) {
        return data.dump() + "\n";
    }
    // Texts hold no raw line break, so blanks at the start of a line are always indentation.
    const std::string two = data.dump(JsonStyle::Indented) + "\n";
    std::string out;
    for (std::size_t at = 0; at < two.size();) {
        const auto end = two.find('\n', at);
        const auto text = std::min(two.find_first_not_of(' ', at), end);
        out.append((text - at) / 2 * static_cast<std::size_t>(indent), ' ');
        out.append(two, text, end + 1 - text);
        at = end + 1;
    }
    return out;
}

}  // namespace

Json read(Call& call) {
    const auto path = path_param(call, "path");
    const bool base64 = call.param<std::string>("encoding", "utf-8") == "base64";
    const Charset charset = base64 ? Charset::Utf8 : charset_param(call);
    const auto limit = size_param(call, "max_bytes", output_max);
    std::string bytes = read_all(path, limit, checkpoint(call));
    const auto size = bytes.size();
    if (base64) {
        bytes = base64_encode(bytes);
    } else {
        bytes = decode_text(bytes, charset, path);
        require_utf8(bytes, path, "; read it with encoding: auto, or base64");
    }
    return {{"path", path},
            {"content", std::move(bytes)},
            {"encoding", encoding_name(base64 ? Encoding::Base64 : Encoding::Utf8)},
            {"size", size}};
}

Json write(Call& call) {
    const auto path = path_param(call, "path");
    const auto data = content_param(call);
    AtomicFile file(path, write_options(call));
    write_in_pieces(file, data, call);
    file.commit();
    return {{"path", path}, {"bytes", file.bytes()}, {"created", file.created()}};
}

Json append(Call& call) {
    const auto path = path_param(call, "path");
    const auto options = write_options(call);
    std::string data = content_param(call);
    if (call.param<bool>("newline", false) && !data.ends_with('\n')) {
        data += '\n';
    }
    if (options.parents == Missing::Create) {
        make_parents(path);
    }
    const bool existed = find_stat(path, Links::Follow).has_value();
    const int create = call.param<bool>("create", true) ? O_CREAT : 0;
    const Fd file = open_file(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | create,
                              options.mode.value_or(0666));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0) {
        throw_errno(errno, "append to", path);
    }
    std::size_t written = 0;
    if (const int error = write_some(file, data, written); error != 0) {
        take_back(file, info.st_size, written);
        throw_errno(error, "append to", path);
    }
    if (S_ISREG(info.st_mode) && ::fsync(file.get()) != 0) {
        throw_errno(errno, "append to", path);
    }
    const auto size = S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) + written
                                            : std::uint64_t{0};
    return {{"path", path}, {"bytes", written}, {"size", size}, {"created", !existed}};
}

Json read_json(Call& call) {
    const auto path = path_param(call, "path");
    const auto limit = std::min(size_param(call, "max_bytes", output_max), json_max);
    const std::string bytes = read_all(path, limit, checkpoint(call));
    std::string_view text = bytes;
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    try {
        return {{"path", path}, {"data", Json::parse(text)}, {"size", bytes.size()}};
    } catch (const JsonError& error) {
        throw failed_precondition("'" + path + "' is not JSON: " + error.what());
    }
}

Json write_json(Call& call) {
    return write_json_file(call, path_param(call, "path"));
}

Json write_json_file(Call& call, const std::string& path) {
    const Json* data = call.find_param("data");
    if (data == nullptr) {
        data = call.find_param("input");
    }
    if (data == nullptr) {
        throw invalid_params("/data",
                             "nothing to write: give data, or run after a task that has an output");
    }
    const auto indent = call.param<std::int64_t>("indent", 2);
    if (indent < 0 || indent > 8) {
        throw invalid_params("/indent", "indent is not from 0 to 8");
    }
    AtomicFile file(path, write_options(call));
    write_in_pieces(file, indented(*data, indent), call);
    file.commit();
    return {{"path", path}, {"bytes", file.bytes()}, {"created", file.created()}};
}

}  // namespace oa::files
