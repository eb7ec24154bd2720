#include "plugins/common/http/body_reader.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "plugins/common/fault.hpp"

namespace oa::http {

namespace {

constexpr std::size_t line_max = std::size_t{8} * 1024;
constexpr std::size_t piece_size = std::size_t{64} * 1024;

}  // namespace

Error malformed(const std::string& peer, const std::string& what) {
    return common::fault(ErrorCode::Unavailable, Retry::Unknown,
                         peer + ": the answer is not valid HTTP: " + what);
}

Error incomplete(const std::string& peer) {
    return common::fault(ErrorCode::Unavailable, Retry::Yes,
                         peer + ": the connection closed before the answer was complete");
}

std::string read_line(std::istream& input, const std::string& peer) {
    std::string text;
    while (true) {
        const int c = input.get();
        if (c == std::char_traits<char>::eof()) {
            throw incomplete(peer);
        }
        if (c == '\n') {
            break;
        }
        text += static_cast<char>(c);
        if (text.size() > line_max) {
            throw malformed(peer, "a line is too long");
        }
    }
    if (text.ends_with('\r')) {
        text.pop_back();
    }
    return text;
}

BodyReader::BodyReader(std::istream& input,
                       const BodyPlan& plan,
                       Response& response,
                       const std::string& peer)
    : input_(input), plan_(plan), response_(response), peer_(peer), piece_(piece_size, '\0') {
    const std::string coding = lower_case(response.header("content-encoding"));
    if (plan.unpack && Unpacker::knows(coding)) {
        unpacker_ = std::make_unique<Unpacker>(coding, peer);
        unpacked_ = [this](std::string_view piece) { pass_unpacked(piece); };
    }
}

void BodyReader::chunked() {
    while (const auto size = chunk_size()) {
        take_exactly(size);
        if (cut_) {
            return;
        }
        if (!read_line(input_, peer_).empty()) {
            throw malformed(peer_, "a chunk is longer than its size");
        }
    }
    while (!read_line(input_, peer_).empty()) {
        // Trailers carry nothing that the output shows.
    }
}

void BodyReader::sized(std::uint64_t size) {
    take_exactly(size);
}

void BodyReader::until_close() {
    while (!cut_ && take_piece(piece_size) > 0) {
    }
}

void BodyReader::finish() {
    if (unpacker_ && !cut_) {
        unpacker_->finish();
    }
}

std::size_t BodyReader::take_piece(std::uint64_t size) {
    // One read of the connection, so that what has come is passed on before more is waited for.
    if (input_.peek() == std::char_traits<char>::eof()) {
        return 0;
    }
    const auto there =
        static_cast<std::uint64_t>(std::max<std::streamsize>(1, input_.rdbuf()->in_avail()));
    const auto wanted = std::min<std::uint64_t>({size, piece_.size(), there});
    input_.read(piece_.data(), static_cast<std::streamsize>(wanted));
    const auto count = static_cast<std::size_t>(input_.gcount());
    pass_on({piece_.data(), count});
    return count;
}

void BodyReader::take_exactly(std::uint64_t size) {
    expect(size);
    while (size > 0 && !cut_) {
        const auto count = take_piece(size);
        if (count == 0) {
            throw incomplete(peer_);
        }
        size -= count;
    }
}

void BodyReader::expect(std::uint64_t size) const {
    if (!plan_.cut && size > plan_.size_max - received_) {
        throw too_long("");
    }
}

void BodyReader::pass_on(std::string_view piece) {
    expect(piece.size());
    received_ = std::min(plan_.size_max, received_ + piece.size());
    if (unpacker_) {
        unpacker_->take(piece, unpacked_);
    } else {
        pass_unpacked(piece);
    }
}

void BodyReader::pass_unpacked(std::string_view piece) {
    if (piece.size() > plan_.size_max - passed_) {
        if (!plan_.cut) {
            throw too_long(" once unpacked");
        }
        cut_ = true;
        piece = piece.substr(0, static_cast<std::size_t>(plan_.size_max - passed_));
    }
    passed_ += piece.size();
    if (plan_.sink) {
        plan_.sink(piece);
    } else {
        response_.body += piece;
    }
}

std::uint64_t BodyReader::chunk_size() {
    const std::string text = read_line(input_, peer_);
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size, 16);
    const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (error != std::errc{} || (!rest.empty() && rest[0] != ';' && rest[0] != ' ')) {
        throw malformed(peer_, "a chunk has no readable size");
    }
    return size;
}

Error BodyReader::too_long(std::string_view when) const {
    return common::fault(ErrorCode::Exhausted, Retry::No,
                         peer_ + ": the body is longer than the limit of " +
                             std::to_string(plan_.size_max) + " bytes (max_bytes)" +
                             std::string(when));
}

}  // namespace oa::http
