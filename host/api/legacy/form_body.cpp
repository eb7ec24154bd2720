#include "host/api/legacy/form_body.hpp"

#include <algorithm>

#include "core/expression/cel/utf8.hpp"
#include "host/api/problem.hpp"
#include "host/http/ascii.hpp"
#include "host/http/request_target.hpp"

namespace oa::host {

namespace {

constexpr std::size_t fields_max = 32;
constexpr std::size_t boundary_max = 70;  // RFC 2046
constexpr std::size_t head_bytes_max = 4096;
constexpr std::size_t head_lines_max = 8;
constexpr std::string_view line_end = "\r\n";

using http::trimmed;

[[noreturn]] void refuse(const std::string& why) {
    throw ApiProblem(400, "invalid_form", "the form cannot be read: " + why);
}

/// Takes the text before the next `end`, and both away; nothing: there is none.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view end) {
    const std::size_t place = text.find(end);
    if (place == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view taken = text.substr(0, place);
    text.remove_prefix(place + end.size());
    return taken;
}

/// A value of a parameter, in quotes or without; takes it away with what ends it.
std::string take_value(std::string_view& rest) {
    if (rest.empty() || rest.front() != '"') {
        const std::size_t end = std::min(rest.find(';'), rest.size());
        std::string value(trimmed(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (value.empty() || value.find_first_of("\" \t") != std::string::npos) {
            refuse("a parameter of a field has no value");
        }
        return value;
    }
    rest.remove_prefix(1);
    std::string value;
    while (!rest.empty() && rest.front() != '"') {
        // Browsers send %22 for a quote and leave backslashes alone; older ones escape with one.
        const bool is_escape = rest.size() > 1 && rest[0] == '\\' && rest[1] == '"';
        rest.remove_prefix(is_escape ? 1 : 0);
        value += rest.front();
        rest.remove_prefix(1);
    }
    if (rest.empty()) {
        refuse("a parameter of a field has no closing quote");
    }
    rest.remove_prefix(1);
    rest = trimmed(rest);
    if (!rest.empty() && rest.front() != ';') {
        refuse("something stands behind the closing quote of a parameter");
    }
    rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
    return value;
}

/// What stands in a field like `form-data; name="file"`.
struct Parameters {
    std::string_view kind;
    std::vector<std::pair<std::string_view, std::string>> values;

    explicit Parameters(std::string_view field) {
        const std::size_t end = std::min(field.find(';'), field.size());
        kind = trimmed(field.substr(0, end));
        field.remove_prefix(std::min(end + 1, field.size()));
        for (field = trimmed(field); !field.empty(); field = trimmed(field)) {
            const auto name = take_until(field, "=");
            if (!name || trimmed(*name).empty()) {
                refuse("a parameter of a field has no name");
            }
            if (find(trimmed(*name))) {
                refuse("the parameter '" + std::string(trimmed(*name)) + "' is there twice");
            }
            field = trimmed(field);
            values.emplace_back(trimmed(*name), take_value(field));
        }
    }
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const {
        for (const auto& [known, value] : values) {
            if (http::same_word(known, name)) {
                return value;
            }
        }
        return std::nullopt;
    }
};

std::string boundary_of(std::string_view content_type) {
    static constexpr std::string_view marks = "'()+_,-./:=? ";
    std::string boundary = Parameters(content_type).find("boundary").value_or("");
    const bool is_good =
        !boundary.empty() && boundary.size() <= boundary_max && boundary.back() != ' ' &&
        std::all_of(boundary.begin(), boundary.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   marks.find(c) != std::string_view::npos;
        });
    if (!is_good) {
        refuse("Content-Type names no boundary of 1 to 70 characters");
    }
    return boundary;
}

bool is_plain(std::string_view encoding) {
    return http::same_word(encoding, "binary") || http::same_word(encoding, "8bit") ||
           http::same_word(encoding, "7bit");
}

/// Takes the head of a part away, and gives what Content-Disposition says.
Parameters take_head(std::string_view& rest) {
    std::optional<std::string_view> disposition;
    const std::size_t whole = rest.size();
    for (std::size_t lines = 0;; ++lines) {
        const auto line = take_until(rest, line_end);
        if (!line || lines > head_lines_max || whole - rest.size() > head_bytes_max) {
            refuse("the head of the part does not end, or is too long");
        }
        if (line->empty()) {
            break;
        }
        const std::size_t colon = line->find(':');
        if (colon == 0 || colon == std::string_view::npos ||
            std::any_of(line->begin(), line->end(), http::is_control)) {
            refuse("a line in the head of the part is no field");
        }
        const std::string_view name = line->substr(0, colon);
        const std::string_view value = trimmed(line->substr(colon + 1));
        if (http::same_word(name, "Content-Transfer-Encoding") && !is_plain(value)) {
            refuse("the part is encoded, and only plain bytes are read");
        }
        if (http::same_word(name, "Content-Disposition")) {
            if (disposition) {
                refuse("Content-Disposition is there twice");
            }
            disposition = value;
        }
    }
    if (!disposition) {
        refuse("the part has no Content-Disposition");
    }
    return Parameters(*disposition);
}

}  // namespace

Form::Form(std::string_view body) {
    auto pairs = http::decoded_pairs(body);
    if (!pairs) {
        refuse("it is no percent-encoded UTF-8, or has a NUL");
    }
    if (pairs->size() > fields_max) {
        refuse("it has more than " + std::to_string(fields_max) + " fields");
    }
    for (auto& [name, value] : *pairs) {
        if (find(name)) {
            refuse("the field '" + name + "' is there twice");
        }
        fields_.emplace_back(std::move(name), std::move(value));
    }
}

std::optional<std::string> Form::find(std::string_view name) const {
    for (const auto& [known, value] : fields_) {
        if (known == name) {
            return value;
        }
    }
    return std::nullopt;
}

std::string Form::get(std::string_view name) const {
    std::string value = find(name).value_or("");
    if (value.empty()) {
        throw ApiProblem(422, "missing_field", "the form has no '" + std::string(name) + "'");
    }
    return value;
}

UploadedFile read_upload(std::string_view content_type,
                         std::string_view body,
                         std::string_view field) {
    const std::string delimiter = "\r\n--" + boundary_of(content_type);
    const std::string_view first = std::string_view(delimiter).substr(line_end.size());
    if (!body.starts_with(first) || !body.substr(first.size()).starts_with(line_end)) {
        refuse("it does not begin with its boundary");
    }
    body.remove_prefix(first.size() + line_end.size());
    const Parameters said = take_head(body);
    const auto bytes = take_until(body, delimiter);
    if (!bytes) {
        refuse("the part does not end with the boundary");
    }
    if (body.starts_with(line_end)) {
        refuse("it has more than one part");
    }
    if (body != "--" && body != "--\r\n") {
        refuse("something stands behind its end");
    }
    const auto name = said.find("filename");
    if (!http::same_word(said.kind, "form-data") || said.find("name") != std::string(field) ||
        !name) {
        throw ApiProblem(422, "missing_field",
                         "the form has no file called '" + std::string(field) + "'");
    }
    if (!core::cel::is_utf8(*name)) {
        refuse("the name of the file is no UTF-8");
    }
    return {*name, std::string(*bytes)};
}

}  // namespace oa::host
