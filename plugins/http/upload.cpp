// Files to a server: one as the body, or several as a form, read while they are sent.

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "answer.hpp"
#include "file_body.hpp"
#include "functions.hpp"
#include "path_params.hpp"
#include "plugins/common/io.hpp"
#include "progress.hpp"
#include "request_params.hpp"

namespace oa::http {

namespace {

constexpr std::size_t files_max = 100;  // each of them is open until the end

struct Ending {
    std::string_view name;
    std::string_view type;
};
constexpr std::array<Ending, 16> endings{{{".txt", "text/plain; charset=utf-8"},
                                          {".csv", "text/csv; charset=utf-8"},
                                          {".html", "text/html; charset=utf-8"},
                                          {".xml", "application/xml"},
                                          {".json", "application/json"},
                                          {".yaml", "application/yaml"},
                                          {".yml", "application/yaml"},
                                          {".pdf", "application/pdf"},
                                          {".zip", "application/zip"},
                                          {".gz", "application/gzip"},
                                          {".tar", "application/x-tar"},
                                          {".png", "image/png"},
                                          {".jpg", "image/jpeg"},
                                          {".jpeg", "image/jpeg"},
                                          {".gif", "image/gif"},
                                          {".svg", "image/svg+xml"}}};

std::string type_of(const std::string& path) {
    const std::string name = lower_case(path);
    for (const Ending& ending : endings) {
        if (name.ends_with(ending.name)) {
            return std::string(ending.type);
        }
    }
    return "application/octet-stream";
}

/// What stands between the parts: long enough that no file holds it by chance.
std::string new_boundary() {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device random;
    std::uniform_int_distribution<std::size_t> pick(0, letters.size() - 1);
    std::string out = "oa-";
    for (int i = 0; i < 32; ++i) {
        out += letters[pick(random)];
    }
    return out;
}

/// A name between quotation marks, in UTF-8, as browsers send it.
std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        switch (c) {
            case '"': out += "%22"; break;
            case '\r': out += "%0D"; break;
            case '\n': out += "%0A"; break;
            default: out += c;
        }
    }
    return out + '"';
}

/// The value of a header inside the body.
std::string content_type_param(const Json& file,
                               const std::string& path,
                               const std::string& pointer) {
    auto type = file.get<std::string>("content_type", "");
    if (type.find_first_of("\r\n") != std::string::npos || type.find('\0') != std::string::npos) {
        throw invalid_params(pointer + "/content_type", "content_type holds a line break");
    }
    return type.empty() ? type_of(path) : type;
}

/// multipart/form-data (RFC 7578).
class Form {
public:
    explicit Form(std::string boundary) : boundary_(std::move(boundary)) {}

    void add_field(const std::string& name, const std::string& value) {
        begin(name);
        text_ += "\r\n\r\n" + value + "\r\n";
    }
    void add_file(const Json& file, const std::string& pointer) {
        const std::string path = checked_path(file.get<std::string>("path"), pointer + "/path");
        begin(file.get<std::string>("field", "file"));
        text_ += "; filename=" + quoted(file.get<std::string>("filename", common::name_of(path))) +
                 "\r\nContent-Type: " + content_type_param(file, path, pointer) + "\r\n\r\n";
        body_->add(std::exchange(text_, {}));
        body_->add(OpenFile(path));
        text_ = "\r\n";
    }
    std::shared_ptr<FileBody> finish() {
        body_->add(text_ + "--" + boundary_ + "--\r\n");
        return std::move(body_);
    }

private:
    void begin(const std::string& name) {
        text_ += "--" + boundary_ + "\r\nContent-Disposition: form-data; name=" + quoted(name);
    }

    std::string boundary_;
    std::string text_;  // not yet in the body
    std::shared_ptr<FileBody> body_ = std::make_shared<FileBody>();
};

void set_type(Request& request, const std::string& type) {
    if (has_header(request, "content-type")) {
        throw invalid_params("/headers", "Content-Type comes from content_type or the form");
    }
    request.headers.emplace_back("Content-Type", type);
}

std::shared_ptr<FileBody> form_body(Call& call, Request& request) {
    const std::string boundary = new_boundary();
    Form form(boundary);
    if (const auto fields = call.find_param<Json>("fields")) {
        for (const Json::Member& field : fields->as_object()) {
            for (const std::string& value :
                 texts_of(field.value, pointer_to("fields", field.key))) {
                form.add_field(field.key, value);
            }
        }
    }
    const auto files = call.param<Json>("files");
    if (files.size() > files_max) {
        throw invalid_params("/files", "files has more than " + std::to_string(files_max));
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        form.add_file(files.at(i), pointer_to("files", i));
    }
    set_type(request, "multipart/form-data; boundary=" + boundary);
    return form.finish();
}

std::shared_ptr<FileBody> plain_body(Call& call, Request& request) {
    const std::string path = path_param(call, "path");
    auto body = std::make_shared<FileBody>();
    body->add(OpenFile(path));
    set_type(request, content_type_param(call.params(), path, ""));
    return body;
}

}  // namespace

void upload(const Module& module, Call& call) {
    call.check();
    const bool form = call.find_param("files") != nullptr;
    if (form == (call.find_param("path") != nullptr)) {
        throw invalid_params(form ? "/files" : "/path",
                             "one of path (the file is the body) and files (a form) is needed");
    }
    if (!form && call.find_param("fields") != nullptr) {
        throw invalid_params("/fields", "fields go with files, in a form");
    }
    Request request;
    request.method = call.choice<std::string>(
        "method", {{"PUT", "PUT"}, {"POST", "POST"}, {"PATCH", "PATCH"}}, form ? "POST" : "PUT");
    request.url = url_param(call);
    add_headers(call, request);
    add_credentials(call, request);
    const std::shared_ptr<FileBody> body =
        form ? form_body(call, request) : plain_body(call, request);
    Progress progress(call);
    progress.start(0, body->size());
    body->watch([&progress](std::string_view piece) { progress.add(piece.size()); });
    request.has_body = true;
    request.source = body;
    give_answer(call, std::move(request), transfer_options(module, call),
                limit_param(call, std::nullopt), call.param<bool>("fail_on_status", true),
                {{"bytes_sent", body->size()}});
}

}  // namespace oa::http
