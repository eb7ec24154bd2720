// Whatever a client sends, and wherever the pieces of it come apart: the same requests come of it,
// or the same messages of a WebSocket, and what is let through is as http_message.hpp has it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "host/http/request_reader.hpp"
#include "host/http/web_socket_frames.hpp"

namespace {

namespace http = oa::host::http;

constexpr std::size_t body_max = 1000;
constexpr std::size_t message_max = 1000;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void check(const oa::host::HttpRequest& request) {
    require(!request.method.empty() && request.body.size() <= body_max);
    require(request.fields.count("Host") <= 1 && request.fields.count("Content-Length") <= 1);
    for (std::size_t i = 0; i < request.segments.size(); ++i) {
        const std::string& segment = request.segments[i];
        require(segment != "." && segment != "..");
        require(segment.find_first_of(std::string_view("/\\\0\r\n", 5)) == std::string::npos);
        require(!segment.empty() || i + 1 == request.segments.size());
    }
    for (const auto& field : request.fields.all()) {
        require(field.value.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos);
    }
}

/// What a server would do, one line each.
std::vector<std::string> requests(std::string_view bytes, std::size_t piece) {
    using Step = http::RequestReader::Step;
    std::vector<std::string> out;
    http::RequestReader reader({.request_line_max = 100, .fields_max = 10, .head_bytes_max = 300});
    http::InputBuffer input;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        input.append(bytes.substr(at, piece));
        for (;;) {
            const Step step = reader.read(input);
            if (step == Step::More) {
                break;
            }
            if (step == Step::Head && reader.accept(body_max)) {
                continue;
            }
            if (step != Step::Whole) {
                out.emplace_back("refused");  // the reason depends on how much is there
                return out;
            }
            const oa::host::HttpRequest request = reader.take();
            check(request);
            out.push_back(request.method + " " + request.target + " " + request.body);
        }
    }
    return out;
}

struct Heard {
    std::string answers;
    std::vector<std::string> texts;
    bool operator==(const Heard&) const = default;
};

Heard messages(std::string_view bytes, std::size_t piece) {
    Heard out;
    http::WebSocketFrames frames(message_max);
    for (std::size_t at = 0; at < bytes.size() && !frames.is_over(); at += piece) {
        frames.receive(bytes.substr(at, piece), out.answers, out.texts);
    }
    for (const std::string& text : out.texts) {
        require(text.size() <= message_max);
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t piece = std::size_t{1} + data[1] % 16U;
    const std::size_t whole = bytes.size() + 1;
    if (data[0] % 2 == 0) {
        require(requests(bytes, whole) == requests(bytes, piece));
    } else {
        require(messages(bytes, whole) == messages(bytes, piece));
    }
    return 0;
}
