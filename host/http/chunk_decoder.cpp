#include "host/http/chunk_decoder.hpp"

#include <algorithm>

#include "host/http/ascii.hpp"
#include "host/http/head_check.hpp"

namespace oa::host::http {
namespace {

constexpr std::size_t line_max = 4096;       // of a trailer, or of a size with its extensions
constexpr std::size_t overhead_max = 16384;  // of all extensions and trailers of a body
constexpr std::size_t digits_max = 15;       // what fits a size that can be added to another

}  // namespace

bool ChunkDecoder::refuse(Refusal refusal) {
    refusal_ = refusal;
    return false;
}

// True once line_ is a whole line, without its end.
bool ChunkDecoder::take_line(std::string_view& input) {
    const auto feed = input.find('\n');
    const auto end = feed == std::string_view::npos ? input.size() : feed + 1;
    if (line_.size() + end > line_max) {
        return refuse({400, "a line of a chunk is too long"});
    }
    line_.append(input.substr(0, end));
    input.remove_prefix(end);
    if (feed == std::string_view::npos) {
        return false;
    }
    if (line_.size() < 2 || line_[line_.size() - 2] != '\r') {
        return refuse({400, "a line of a chunk does not end with CR and LF"});
    }
    line_.resize(line_.size() - 2);
    return true;
}

bool ChunkDecoder::read_size(std::size_t body_now, std::size_t body_max) {
    std::size_t digits = 0;
    left_ = 0;
    for (; digits < line_.size() && hex_value(line_[digits]) >= 0; ++digits) {
        if (digits == digits_max) {
            return refuse({400, "the size of a chunk has too many digits"});
        }
        left_ = left_ * 16 + static_cast<unsigned>(hex_value(line_[digits]));
    }
    if (digits == 0 || (digits < line_.size() && line_[digits] != ';') ||
        std::any_of(line_.begin(), line_.end(), is_control)) {
        return refuse({400, "the size of a chunk is no hexadecimal number"});
    }
    overhead_ += line_.size() - digits;
    if (left_ > body_max - body_now) {
        return refuse({413, "the body is too large"});
    }
    part_ = left_ == 0 ? Part::Trailer : Part::Data;
    return true;
}

bool ChunkDecoder::end_line(std::size_t body_now, std::size_t body_max) {
    if (part_ == Part::Size) {
        if (!read_size(body_now, body_max)) {
            return false;
        }
    } else if (part_ == Part::DataEnd) {
        if (!line_.empty()) {
            return refuse({400, "a chunk is not as long as it says"});
        }
        part_ = Part::Size;
    } else if (line_.empty()) {
        is_whole_ = true;
    } else {
        overhead_ += line_.size();
        if (const Refusal refusal = check_field_line(line_)) {
            return refuse(refusal);
        }
    }
    line_.clear();
    return overhead_ <= overhead_max ||
           refuse({400, "the chunks have too many extensions or trailers"});
}

void ChunkDecoder::take_data(std::string_view& input, std::string& body) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
    body.append(input.substr(0, size));
    input.remove_prefix(size);
    left_ -= size;
    if (left_ == 0) {
        part_ = Part::DataEnd;
    }
}

ChunkDecoder::State ChunkDecoder::decode(std::string_view input,
                                         std::size_t body_max,
                                         std::size_t& used,
                                         std::string& body) {
    const std::size_t given = input.size();
    while (!input.empty() && !is_whole_ && !refusal_) {
        if (part_ == Part::Data) {
            take_data(input, body);
        } else if (part_ == Part::DataEnd && line_.empty() && input.front() != '\r') {
            static_cast<void>(refuse({400, "a chunk is not as long as it says"}));
        } else if (take_line(input)) {
            static_cast<void>(end_line(body.size(), body_max));
        }
    }
    used = given - input.size();
    if (refusal_) {
        return State::Refused;
    }
    return is_whole_ ? State::Whole : State::More;
}

}  // namespace oa::host::http
