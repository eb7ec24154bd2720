#include "message_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <random>
#include <set>
#include <string_view>
#include <utility>

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include "plugins/common/encoding.hpp"
#include "plugins/common/http/url.hpp"

namespace oa::notify {

namespace {

constexpr std::size_t attachments_max = std::size_t{25} * 1024 * 1024;
constexpr std::size_t base64_line = 76;

/// 128 bits that nobody can guess, so that no text holds a boundary.
std::string random_word() {
    std::random_device source;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (int i = 0; i < 4; ++i) {
        std::uint32_t bits = source();
        for (int digit = 0; digit < 8; ++digit, bits >>= 4U) {
            out += digits[bits & 15U];
        }
    }
    return out;
}

void add_header(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

std::string base64_lines(std::string_view bytes) {
    const std::string text = common::base64_encode(bytes);
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += base64_line) {
        out.append(text, at, base64_line).append("\r\n");
    }
    return out;
}

/// One part: headers, a blank line, content.
std::string text_part(const char* type, std::string_view text) {
    std::string out;
    add_header(out, "Content-Type", std::string(type) + "; charset=utf-8");
    add_header(out, "Content-Transfer-Encoding", "base64");
    return out + "\r\n" + base64_lines(text);
}

std::string multipart(const char* kind, const std::vector<std::string>& parts) {
    const std::string boundary = "=_" + random_word();
    std::string out;
    add_header(out, "Content-Type",
               std::string("multipart/") + kind + "; boundary=\"" + boundary + "\"");
    out += "\r\n";
    for (const std::string& part : parts) {
        out.append("--").append(boundary).append("\r\n").append(part).append("\r\n");
    }
    return out.append("--").append(boundary).append("--\r\n");
}

bool is_media_type(std::string_view text) {
    return text.find('/') != std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      std::string_view("/.+-_").find(c) != std::string_view::npos;
           });
}

std::string file_content(const Params& params, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Error(ErrorCode::NotFound, "the attachment " + path + " cannot be read")
            .with_pointer(params.pointer("path"));
    }
    std::string out(attachments_max + 1, '\0');
    file.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(file.gcount()));
    return out;
}

std::string attachment_content(const Params& params) {
    const int given = (params.has("path") ? 1 : 0) + (params.has("content") ? 1 : 0) +
                      (params.has("content_base64") ? 1 : 0);
    if (given != 1) {
        throw params.wrong("path", "an attachment needs one of path, content and content_base64");
    }
    if (params.has("path")) {
        return file_content(params, params.required("path"));
    }
    if (params.has("content")) {
        return params.text("content");
    }
    auto bytes = common::base64_decode(params.text("content_base64"));
    if (!bytes) {
        throw params.wrong("content_base64", "content_base64 is not base64");
    }
    return std::move(*bytes);
}

std::string attachment_part(const Params& params, std::size_t& room) {
    const std::string content = attachment_content(params);
    if (content.size() > room) {
        throw exhausted("the attachments have more than 25 MiB").with_retry(Retry::No);
    }
    room -= content.size();
    const std::string path = params.text("path");
    const std::string name = params.text("name", path.substr(path.rfind('/') + 1));
    const std::string type = params.text("media_type", "application/octet-stream");
    if (name.empty()) {
        throw params.wrong("name", "an attachment needs a name");
    }
    if (!is_media_type(type)) {
        throw params.wrong("media_type", "media_type is none, such as text/csv");
    }
    std::string out;
    add_header(out, "Content-Type", type);
    add_header(out, "Content-Transfer-Encoding", "base64");
    add_header(out, "Content-Disposition",
               "attachment;\r\n filename*=UTF-8''" + http::encode_component(name));
    return out + "\r\n" + base64_lines(content);
}

std::string body_of(const Params& params) {
    const std::string text = params.text("text");
    const std::string html = params.text("html");
    if (text.empty() && html.empty()) {
        throw params.wrong("text", "an e-mail needs text or html");
    }
    std::string body = text.empty()   ? text_part("text/html", html)
                       : html.empty() ? text_part("text/plain", text)
                                      : multipart("alternative", {text_part("text/plain", text),
                                                                  text_part("text/html", html)});
    const Json& attachments = params.value("attachments");
    if (attachments.is_null() || attachments.empty()) {
        return body;
    }
    std::vector<std::string> parts{std::move(body)};
    std::size_t room = attachments_max;
    for (std::size_t i = 0; i < attachments.size(); ++i) {
        parts.push_back(attachment_part(
            Params(attachments.at(i), params.pointer("attachments") + pointer_to(i)), room));
    }
    return multipart("mixed", parts);
}

void add_people(std::string& out, const char* name, const std::vector<Address>& people) {
    std::string value;
    for (const Address& person : people) {
        value.append(value.empty() ? "" : ",\r\n ").append(person.header());
    }
    if (!value.empty()) {
        add_header(out, name, value);
    }
}

Address single(const Params& params, std::string_view name, const std::string& what) {
    auto found = addresses_param(params, name);
    if (found.size() != 1) {
        throw params.wrong(name, what);
    }
    return std::move(found.front());
}

}  // namespace

std::vector<std::string> MailText::receivers() const {
    std::vector<std::string> out;
    std::set<std::string> known;
    for (const auto* people : {&to, &cc, &bcc}) {
        for (const Address& person : *people) {
            if (known.insert(person.mailbox).second) {
                out.push_back(person.mailbox);
            }
        }
    }
    return out;
}

MailText mail_text(const Params& params) {
    MailText mail;
    mail.from = single(params, params.has("from") ? "from" : "username",
                       "from is missing: the one address that sends it");
    mail.to = addresses_param(params, "to");
    mail.cc = addresses_param(params, "cc");
    mail.bcc = addresses_param(params, "bcc");
    if (mail.receivers().empty()) {
        throw params.wrong("to", "an e-mail needs somebody in to, cc or bcc");
    }
    const std::string subject = params.text("subject");
    if (subject.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
        throw params.wrong("subject", "a subject is one line");
    }
    mail.id = "<" + random_word() + mail.from.mailbox.substr(mail.from.mailbox.rfind('@')) + ">";
    std::string& out = mail.content;
    add_header(out, "Date",
               Poco::DateTimeFormatter::format(Poco::Timestamp(), "%w, %e %b %Y %H:%M:%S +0000"));
    add_people(out, "From", {mail.from});
    add_people(out, "To", mail.to);
    add_people(out, "Cc", mail.cc);
    add_people(out, "Reply-To", addresses_param(params, "reply_to"));
    add_header(out, "Subject", header_text(subject));
    add_header(out, "Message-ID", mail.id);
    add_header(out, "Auto-Submitted", "auto-generated");
    add_header(out, "MIME-Version", "1.0");
    out += body_of(params);
    return mail;
}

}  // namespace oa::notify
