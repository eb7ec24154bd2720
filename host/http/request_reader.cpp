#include "host/http/request_reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "host/http/ascii.hpp"
#include "host/http/request_target.hpp"

namespace oa::host::http {
namespace {

bool needs_length(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

bool RequestReader::refuse(Refusal refusal) {
    refusal_ = refusal;
    return false;
}

RequestReader::Step RequestReader::read(InputBuffer& input) {
    if (part_ == Part::Body) {
        return read_body(input);
    }
    return read_head(input);
}

RequestReader::Step RequestReader::read_head(InputBuffer& input) {
    // One empty line before a request is what some clients send after a body (RFC 9112, 2.2).
    if (part_ == Part::Start && !skipped_line_ && !input.empty() && input.view()[0] == '\r') {
        if (input.size() == 1) {
            return Step::More;
        }
        if (input.view()[1] == '\n') {
            input.consume(2);
            skipped_line_ = true;
        }
    }
    if (input.empty()) {
        return Step::More;
    }
    part_ = Part::Head;
    const auto found = check_.look(input.view());
    if (found == HeadCheck::Found::More) {
        return Step::More;
    }
    if (found == HeadCheck::Found::Refused) {
        refusal_ = check_.refusal();
        return Step::Refused;
    }
    auto head = split_head(input.view().substr(0, check_.size()));
    input.consume(check_.size());
    if (!head) {
        refusal_ = {400, "the head is not one of HTTP/1.1"};
        return Step::Refused;
    }
    return take_head(std::move(*head)) ? Step::Head : Step::Refused;
}

bool RequestReader::take_head(SplitHead head) {
    request_.method = std::move(head.method);
    request_.fields = std::move(head.fields);
    minor_ = head.minor;
    read_persistence();
    std::string authority;
    for (const Refusal& refusal : {read_target(head.target, request_, authority),
                                   check_host(authority), read_framing(), read_expectation()}) {
        if (refusal) {
            return refuse(refusal);
        }
    }
    part_ = Part::Body;
    return true;
}

Refusal RequestReader::check_host(const std::string& authority) const {
    const std::size_t count = request_.fields.count("Host");
    if (count > 1 || (count == 0 && minor_ == 1)) {
        return {400, "there has to be one Host, and no more"};
    }
    const auto host = request_.fields.find("Host");
    if (host && !is_authority(*host)) {
        return {400, "the Host is none"};
    }
    if (host && !authority.empty() && !same_word(*host, authority)) {
        return {400, "the Host is not that of the target"};
    }
    return {};
}

Refusal RequestReader::read_length(std::string_view text) {
    const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                     [](char c) { return c >= '0' && c <= '9'; });
    const auto read = std::from_chars(text.data(), text.data() + text.size(), length_);
    if (!digits || read.ec != std::errc{}) {
        return {400, "the Content-Length is no number of bytes"};
    }
    framing_ = Framing::Length;
    return {};
}

Refusal RequestReader::read_framing() {
    const HttpFields& fields = request_.fields;
    const std::size_t lengths = fields.count("Content-Length");
    const auto coding = fields.find("Transfer-Encoding");
    if (lengths > 1) {
        return {400, "there is more than one Content-Length"};
    }
    if (coding && (lengths != 0 || minor_ == 0)) {
        return {400, "Transfer-Encoding stands beside Content-Length, or in HTTP/1.0"};
    }
    if (coding && (*coding != "chunked" || fields.count("Transfer-Encoding") != 1)) {
        return {400, "the only Transfer-Encoding is chunked"};
    }
    if (coding) {
        framing_ = Framing::Chunked;
    } else if (lengths == 1) {
        return read_length(*fields.find("Content-Length"));
    } else if (minor_ == 0 && needs_length(request_.method)) {
        // There it was once the end of the connection that ended a body.
        return {411, "a body is expected, and neither Content-Length nor chunks tell its length"};
    }
    return {};
}

Refusal RequestReader::read_expectation() {
    const auto expectation = request_.fields.find("Expect");
    if (!expectation || minor_ == 0) {
        return {};
    }
    if (!same_word(*expectation, "100-continue") || request_.fields.count("Expect") != 1) {
        return {417, "the only expectation that is met is 100-continue"};
    }
    expects_continue_ = framing_ == Framing::Chunked || length_ > 0;
    return {};
}

void RequestReader::read_persistence() {
    keeps_alive_ = minor_ == 1;
    for (const HttpFields::Field& field : request_.fields.all()) {
        if (!same_word(field.name, "Connection")) {
            continue;
        }
        if (list_has(field.value, "close")) {
            keeps_alive_ = false;
            return;
        }
        if (minor_ == 0 && list_has(field.value, "keep-alive")) {
            keeps_alive_ = true;
        }
    }
}

bool RequestReader::accept(std::size_t body_max) {
    body_max_ = body_max;
    return framing_ != Framing::Length || length_ <= body_max_ ||
           refuse({413, "the body is too large"});
}

RequestReader::Step RequestReader::read_body(InputBuffer& input) {
    if (framing_ == Framing::Chunked) {
        std::size_t used = 0;
        const auto state = chunks_.decode(input.view(), body_max_, used, request_.body);
        input.consume(used);
        if (state == ChunkDecoder::State::Refused) {
            refusal_ = chunks_.refusal();
            return Step::Refused;
        }
        return state == ChunkDecoder::State::Whole ? Step::Whole : Step::More;
    }
    const std::uint64_t left = length_ - request_.body.size();
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, input.size()));
    request_.body.append(input.view().substr(0, size));
    input.consume(size);
    return request_.body.size() == length_ ? Step::Whole : Step::More;
}

bool RequestReader::drain(InputBuffer& input) {
    body_max_ = input.size();
    return !expects_continue_ && (framing_ != Framing::Length || length_ <= input.size()) &&
           read_body(input) == Step::Whole;
}

HttpRequest RequestReader::take() {
    HttpRequest out = std::move(request_);
    check_.reset();
    part_ = Part::Start;
    request_ = {};
    expects_continue_ = false;
    skipped_line_ = false;
    framing_ = Framing::None;
    length_ = 0;
    chunks_ = {};
    return out;
}

}  // namespace oa::host::http
