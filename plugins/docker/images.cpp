#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "container.hpp"
#include "functions.hpp"
#include "plugins/common/encoding.hpp"
#include "plugins/common/fault.hpp"

namespace oa::docker {

namespace {

using namespace std::chrono_literals;
using common::fault;

constexpr auto pull_limit = 15min;
constexpr auto request_limit = 1min;
constexpr std::size_t line_max = std::size_t{1} * 1024 * 1024;

/// "name:tag" where no tag and no digest is written: the engine would get all of them.
std::string with_tag(const std::string& image) {
    const std::size_t slash = image.rfind('/');
    const std::size_t colon = image.rfind(':');
    const bool tagged =
        image.find('@') != std::string::npos ||
        (colon != std::string::npos && (slash == std::string::npos || colon > slash));
    return tagged ? image : image + ":latest";
}

/// What went wrong, in the words of a registry, as far as they tell.
Error pull_error(const std::string& image, const std::string& reason) {
    const std::string message = "image '" + image + "': " + reason;
    const auto says = [&](std::string_view words) {
        return reason.find(words) != std::string::npos;
    };
    if (says("unauthorized") || says("authentication required")) {
        return fault(ErrorCode::Unauthenticated, Retry::No, message);
    }
    if (says("not found") || says("manifest unknown") || says("does not exist")) {
        return fault(ErrorCode::NotFound, Retry::No, message);
    }
    if (says("denied")) {
        return fault(ErrorCode::Permission, Retry::No, message);
    }
    return fault(ErrorCode::Unavailable, Retry::Yes, message);
}

/// Takes the lines of JSON that tell how far a pull is.
class PullReader {
public:
    explicit PullReader(std::string image) : image_(std::move(image)) {}

    bool add(std::string_view bytes) {
        line_ += bytes;
        for (std::size_t end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
            read(line_.substr(0, end));
            line_.erase(0, end + 1);
        }
        if (line_.size() > line_max) {
            throw fault(ErrorCode::Unavailable, Retry::Unknown,
                        "image '" + image_ + "': the engine's answer has a line that is too long");
        }
        return true;
    }
    void finish() { read(line_); }

private:
    void read(const std::string& line) {
        Json message;
        try {
            message = Json::parse(line);
        } catch (const JsonError&) {
            return;  // a blank line; a line that broke off is an error of the connection
        }
        if (message["error"].is_string()) {
            throw pull_error(image_, message["error"].as_string());
        }
    }

    std::string image_;
    std::string line_;
};

/// The header X-Registry-Auth, which is base64 for addresses.
std::string auth_param(Call& call) {
    const auto user = call.param<std::string>("username", "");
    const auto password = call.param<std::string>("password", "");
    if (user.empty() && password.empty()) {
        return {};
    }
    std::string out =
        common::base64_encode(Json{{"username", user}, {"password", password}}.dump());
    std::replace(out.begin(), out.end(), '+', '-');
    std::replace(out.begin(), out.end(), '/', '_');
    return out;
}

}  // namespace

void require_image(const std::string& pointer, const std::string& image) {
    const bool good = !image.empty() && image.size() <= 512 && image.front() != '-' &&
                      std::all_of(image.begin(), image.end(), [](char c) {
                          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                 (c >= 'A' && c <= 'Z') ||
                                 std::string_view("/:@._-").find(c) != std::string_view::npos;
                      });
    if (!good) {
        throw invalid_params(pointer, "it is no reference of an image such as debian:12");
    }
}

void pull_image(Engine& engine, const std::string& image, const std::string& auth) {
    PullReader reader(image);
    Engine::Request request{.method = "POST",
                            .path = "/images/create",
                            .query = {{"fromImage", with_tag(image)}},
                            .what = "image '" + image + "'"};
    if (!auth.empty()) {
        request.headers.emplace_back("X-Registry-Auth", auth);
    }
    try {
        engine.stream(request, [&reader](std::string_view bytes) { return reader.add(bytes); });
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Unavailable) {
            throw pull_error(image, error.what());
        }
        throw;
    }
    reader.finish();
}

Json image_pull(Call& call) {
    const auto image = call.param<std::string>("image");
    require_image("/image", image);
    Engine engine(call, pull_limit);
    pull_image(engine, image, auth_param(call));
    const Json found = engine.ask({.method = "GET",
                                   .path = "/images/" + with_tag(image) + "/json",
                                   .what = "image '" + image + "'"});
    return {{"image", image}, {"id", found["Id"]}, {"size", found["Size"]}};
}

Json image_list(Call& call) {
    Engine engine(call, request_limit);
    const Json found =
        engine.ask({.method = "GET", .path = "/images/json", .what = "the list of images"});
    Json images = Json::array();
    if (found.is_array()) {
        for (const Json& one : found.as_array()) {
            images.push_back(
                {{"id", one["Id"]},
                 {"tags", one["RepoTags"].is_array() ? one["RepoTags"] : Json::array()},
                 {"size", one["Size"]},
                 {"created", one["Created"]}});
        }
    }
    const std::size_t count = images.size();
    return {{"images", std::move(images)}, {"count", count}};
}

}  // namespace oa::docker
