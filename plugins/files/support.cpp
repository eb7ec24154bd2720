#include "support.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace oa::files {

namespace {

void require_path(const std::string& path, std::string_view name, const std::string& pointer) {
    if (path.empty()) {
        throw invalid_params(pointer, std::string(name) + " is empty");
    }
    if (path.find('\0') != std::string::npos) {
        throw invalid_params(pointer, std::string(name) + " holds a NUL byte");
    }
}

}  // namespace

std::string path_param(Call& call, std::string_view name) {
    auto path = call.param<std::string>(name);
    require_path(path, name, pointer_to(name));
    return path;
}

std::vector<std::string> texts_param(Call& call, std::string_view name) {
    const Json* given = call.find_param(name);
    if (given == nullptr || given->is_null()) {
        return {};
    }
    if (given->is_string()) {
        return {given->as_string()};
    }
    return call.param<std::vector<std::string>>(name);
}

std::vector<std::string> paths_param(Call& call, std::string_view name) {
    auto paths = texts_param(call, name);
    if (paths.empty()) {
        throw invalid_params(pointer_to(name), std::string(name) + " names nothing");
    }
    const bool list = call.find_param(name)->is_array();
    for (std::size_t i = 0; i < paths.size(); ++i) {
        require_path(paths[i], name, list ? pointer_to(name, i) : pointer_to(name));
    }
    return paths;
}

Checkpoint checkpoint(const Call& call) {
    return [&call] { call.check(); };
}

std::size_t size_param(Call& call, std::string_view name, std::size_t fallback) {
    const auto size = call.param<std::int64_t>(name, static_cast<std::int64_t>(fallback));
    if (size < 1) {
        throw invalid_params(pointer_to(name), std::string(name) + " is less than 1");
    }
    return static_cast<std::size_t>(size);
}

std::optional<mode_t> mode_param(Call& call, std::string_view name) {
    const auto text = call.find_param<std::string>(name);
    if (!text) {
        return std::nullopt;
    }
    mode_t mode = 0;
    for (const char c : *text) {
        if (c < '0' || c > '7') {
            mode = ~mode_t{0};
            break;
        }
        mode = mode * 8 + static_cast<mode_t>(c - '0');
    }
    if (text->size() < 3 || text->size() > 5 || mode > 07777) {
        throw invalid_params(pointer_to(name),
                             std::string(name) + " is not an octal text such as \"0644\"");
    }
    return mode;
}

std::string mode_text(mode_t mode) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
    return text.data();
}

Encoding encoding_param(Call& call) {
    return call.choice<Encoding>(
        "encoding", {{"utf-8", Encoding::Utf8}, {"base64", Encoding::Base64}}, Encoding::Utf8);
}

std::string_view encoding_name(Encoding encoding) {
    return encoding == Encoding::Utf8 ? "utf-8" : "base64";
}

std::string with_marks(std::string_view bytes) {
    std::string text;
    while (true) {
        const auto bad = find_invalid_utf8(bytes);
        text += bytes.substr(0, bad);
        if (bad == std::string_view::npos) {
            return text;
        }
        text += "\xEF\xBF\xBD";
        bytes.remove_prefix(bad + 1);
    }
}

void put_name(Json& out, const char* key, const std::string& name) {
    out[key] = name;
    if (find_invalid_utf8(name) != std::string_view::npos) {
        out[std::string(key) + "_base64"] = base64_encode(name);
    }
}

WriteOptions write_options(Call& call) {
    return {
        .existing = call.param<bool>("overwrite", true) ? Existing::Replace : Existing::Fail,
        .parents = call.param<bool>("create_parents", false) ? Missing::Create : Missing::Fail,
        .mode = mode_param(call, "mode"),
    };
}

void require_utf8(std::string_view text, const std::string& path, std::string_view advice) {
    if (const auto at = find_invalid_utf8(text); at != std::string_view::npos) {
        throw failed_precondition("'" + path + "' is not UTF-8 text: byte " + std::to_string(at) +
                                  " is wrong" + std::string(advice));
    }
}

std::string time_text(const timespec& time) {
    std::tm parts{};
    ::gmtime_r(&time.tv_sec, &parts);
    std::array<char, 48> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text.data() + size, text.size() - size, ".%03ldZ", time.tv_nsec / 1'000'000);
    return text.data();
}

std::string_view type_name(mode_t mode) {
    if (S_ISREG(mode)) {
        return "file";
    }
    if (S_ISDIR(mode)) {
        return "directory";
    }
    return S_ISLNK(mode) ? "symlink" : "other";
}

}  // namespace oa::files
