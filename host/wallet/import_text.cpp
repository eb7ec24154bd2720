#include "host/wallet/import_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>

#include <boost/json.hpp>
#include <fcntl.h>

#include "core/secret/wiped_json.hpp"
#include "host/wallet/careful_file.hpp"
#include "host/wallet/crypto.hpp"
#include "host/wallet/secret_text.hpp"
#include "host/wallet/wallet_error.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;

constexpr std::size_t import_bytes_max = 16U << 20U;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view without_mark(std::string_view text) {
    return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_name_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

WalletEntry entry_of(core::Secret value) {
    WalletEntry entry;
    entry.kind = kind_of_value(value.reveal());
    entry.value = std::move(value);
    return entry;
}

class EnvReader {
public:
    explicit EnvReader(std::string_view text) : text_(without_mark(text)) {}

    WalletEntries read() {
        while (at_ < text_.size()) {
            skip_blanks();
            if (!ends_line() && text_[at_] != '#') {
                read_entry();
            }
            end_line();
        }
        return std::move(entries_);
    }

private:
    [[noreturn]] static void fail(std::size_t line, const std::string& why) {
        throw WalletError("line " + std::to_string(line) + ": " + why);
    }

    [[nodiscard]] bool ends_line() const {
        return at_ == text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n";
    }
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) {
            ++at_;
        }
    }
    /// Over a comment, if there is one, to the next line.
    void end_line() {
        while (!ends_line()) {
            ++at_;
        }
        at_ = std::min(text_.find('\n', at_), text_.size());
        at_ += at_ < text_.size() ? 1 : 0;
        ++line_;
    }

    [[nodiscard]] std::string_view read_word() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_name_letter(text_[at_])) {
            ++at_;
        }
        return text_.substr(begin, at_ - begin);
    }

    void read_entry() {
        std::string_view name = read_word();
        if (name == "export" && !ends_line() && is_blank(text_[at_])) {
            skip_blanks();
            name = read_word();
        }
        skip_blanks();
        if (name.empty() || ends_line() || text_[at_] != '=') {
            fail(line_, "there is no NAME=value; a name has letters, digits, '_', '.' and '-'");
        }
        ++at_;
        skip_blanks();
        const std::size_t line = line_;
        const auto [first, is_new] = lines_.emplace(name, line);
        if (!is_new) {
            fail(line, '\'' + std::string(name) + "' is there already, in line " +
                           std::to_string(first->second));
        }
        entries_.emplace(std::string(name), entry_of(read_value()));
    }

    [[nodiscard]] core::Secret read_value() {
        if (!ends_line() && (text_[at_] == '"' || text_[at_] == '\'')) {
            return read_quoted(text_[at_]);
        }
        const std::size_t begin = at_;
        while (!ends_line() && !(text_[at_] == '#' && (at_ == begin || is_blank(text_[at_ - 1])))) {
            ++at_;
        }
        std::size_t end = at_;
        while (end > begin && is_blank(text_[end - 1])) {
            --end;
        }
        return core::Secret(text_.substr(begin, end - begin));
    }

    [[nodiscard]] core::Secret read_quoted(char quote) {
        const std::size_t begun = line_;
        core::WipedBuffer value;
        for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
            if (text_[at_] == '\n') {
                if (quote == '\'') {
                    break;
                }
                ++line_;
            }
            value.append(text_[at_] == '\\' ? read_escape(quote) : text_[at_]);
        }
        if (at_ == text_.size() || text_[at_] != quote) {
            fail(begun, "the quote that begins here does not end");
        }
        ++at_;
        skip_blanks();
        if (!ends_line() && text_[at_] != '#') {
            fail(line_,
                 "something follows the quote that ends here; escape quotes within a value: "
                 "\\" +
                     std::string(1, quote));
        }
        return value.take();
    }

    /// The letter that a backslash and what follows it stand for. A backslash that means itself is
    /// left where it is.
    [[nodiscard]] char read_escape(char quote) {
        const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (next == '\\' || next == quote) {
            ++at_;
            return next;
        }
        if (quote == '\'') {
            return '\\';
        }
        constexpr std::string_view letters = "nrt$";
        constexpr std::string_view meant = "\n\r\t$";
        const std::size_t found = letters.find(next);
        if (found == std::string_view::npos) {
            return '\\';
        }
        ++at_;
        return meant[found];
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::map<std::string, std::size_t, std::less<>> lines_;  ///< where a name is
    WalletEntries entries_;
};

json::value parse_object(std::string_view text, core::WipedMemory& memory) {
    try {
        json::value parsed = core::parse_wiped(text, memory, json_depth_max);
        if (parsed.is_object()) {
            return parsed;
        }
    } catch (const std::invalid_argument&) {
        throw WalletError("this is no JSON text");
    }
    throw WalletError("this is no JSON object of secrets, such as {\"name\": \"value\"}");
}

/// What {"base64": "..."} stands for; nothing when it is not that.
std::optional<core::Secret> bytes_of(const json::value& value) {
    const auto* object = value.if_object();
    const auto* text = object == nullptr ? nullptr : object->if_contains("base64");
    return text != nullptr && text->is_string() && object->size() == 1
               ? crypto::from_base64_secret(text->get_string())
               : std::nullopt;
}

WalletEntry entry_of(const json::value& value, std::string_view json) {
    if (const auto* text = value.if_string()) {
        return entry_of(core::Secret(std::string_view(*text)));
    }
    if (auto bytes = bytes_of(value)) {
        return entry_of(std::move(*bytes));
    }
    core::WipedBuffer text;
    append_compact_json(text, json);
    WalletEntry entry;
    entry.kind = ValueKind::Json;
    entry.value = text.take();
    return entry;
}

}  // namespace

core::Secret read_import_file(const std::filesystem::path& file) {
    const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    auto content = opened.is_open() ? read_to_end(opened.get(), import_bytes_max) : std::nullopt;
    if (!content) {
        throw WalletError(name_of("the file", file) + " cannot be read: " + std::strerror(errno));
    }
    return std::move(*content);
}

WalletEntries read_import_text(std::string_view text) {
    const std::size_t first = without_mark(text).find_first_not_of(" \t\r\n");
    const bool is_json = first != std::string_view::npos && without_mark(text)[first] == '{';
    return is_json ? read_json_text(text) : read_env_text(text);
}

WalletEntries read_env_text(std::string_view text) {
    return EnvReader(text).read();
}

WalletEntries read_json_text(std::string_view text) {
    text = without_mark(text);
    core::WipedMemory memory;
    const json::value parsed = parse_object(text, memory);
    const json::object& object = parsed.get_object();
    const auto texts = member_texts(text);
    if (texts.size() != object.size()) {
        throw WalletError("this JSON object has a name twice; leave one of them out");
    }
    WalletEntries entries;
    for (std::size_t i = 0; const auto& member : object) {
        entries.emplace(std::string(member.key()), entry_of(member.value(), texts[i++]));
    }
    return entries;
}

core::Secret write_json_text(const WalletEntries& entries) {
    core::WipedBuffer out;
    std::string_view before = "{\n  ";
    for (const auto& [name, entry] : entries) {
        out.append(before);
        before = ",\n  ";
        append_json_string(out, name, JsonLetters::Utf8);
        out.append(": ");
        if (entry.kind == ValueKind::Binary) {
            out.append("{\"base64\": \"");
            out.append(crypto::to_base64_secret(entry.value.reveal()).reveal());
            out.append("\"}");
        } else if (entry.kind == ValueKind::Json) {
            out.append(entry.value.reveal());
        } else {
            append_json_string(out, entry.value.reveal(), JsonLetters::Utf8);
        }
    }
    out.append(entries.empty() ? "{}\n" : "\n}\n");
    return out.take();
}

}  // namespace oa::host
