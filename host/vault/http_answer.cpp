#include "host/vault/http_answer.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include <Poco/String.h>

#include "core/secret/wiped_buffer.hpp"

namespace oa::host::vault {
namespace {

constexpr std::size_t piece_bytes = 16U << 10U;
constexpr std::size_t line_max = 8U << 10U;
constexpr std::size_t header_count_max = 200;
constexpr int interim_max = 20;

[[noreturn]] void malformed(const char* what) {
    throw std::runtime_error(std::string("the answer is no valid HTTP: ") + what);
}

/// A whole number that fills the text.
std::optional<std::uint64_t> number_of(std::string_view text, int base) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number, base);
    return read.ec == std::errc{} && read.ptr == end ? std::optional(number) : std::nullopt;
}

/// Bytes from the network, through one piece of wiped memory.
class Input {
public:
    explicit Input(const Receive& receive)
        : receive_(receive), piece_(core::Secret::blank(piece_bytes)) {}

    /// What has come and is at most `size`; empty at the end.
    std::string_view take(std::uint64_t size) {
        if (at_ == filled_) {
            at_ = 0;
            filled_ = receive_(piece_.bytes(), piece_.size());
        }
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size, filled_ - at_));
        const std::string_view out = piece_.reveal().substr(at_, count);
        at_ += count;
        return out;
    }

    /// One line without its end. Valid until the next one is read.
    std::string_view line() {
        line_.clear();
        for (;;) {
            const std::string_view next = take(1);
            if (next.empty()) {
                throw std::runtime_error("the answer is cut off");
            }
            if (next == "\n") {
                break;
            }
            line_.append(next);
            if (line_.size() > line_max) {
                malformed("a line is too long");
            }
        }
        if (line_.view().ends_with('\r')) {
            line_.shrink(line_.size() - 1);
        }
        return line_.view();
    }

private:
    const Receive& receive_;
    core::Secret piece_;
    core::WipedBuffer line_;
    std::size_t at_ = 0;
    std::size_t filled_ = 0;
};

/// The headers that say how the body comes.
struct Framing {
    std::optional<std::uint64_t> length;
    bool chunked = false;
};

class AnswerReader {
public:
    AnswerReader(const Receive& receive, std::size_t body_max)
        : input_(receive), body_max_(body_max) {}

    HttpAnswer read() {
        for (int skipped = 0; answer_.status < 200; ++skipped) {
            if (skipped > interim_max) {
                malformed("it has too many interim answers");
            }
            answer_ = HttpAnswer();
            framing_ = Framing();
            read_status();
            read_headers();
        }
        if (answer_.status != 204 && answer_.status != 304) {
            read_body();
        }
        answer_.body = core::Secret(body_.view());
        return std::move(answer_);
    }

private:
    /// "HTTP/1.1 404 Not Found"
    void read_status() {
        const std::string_view line = input_.line();
        constexpr std::size_t begin = std::string_view("HTTP/1.1 ").size();
        std::optional<std::uint64_t> status;
        if (line.starts_with("HTTP/1.") && line.size() >= begin + 3 &&
            (line.size() == begin + 3 || line[begin + 3] == ' ')) {
            status = number_of(line.substr(begin, 3), 10);
        }
        if (!status || *status < 100) {
            malformed("the status line is wrong");
        }
        answer_.status = static_cast<int>(*status);
    }

    void read_headers() {
        for (std::size_t count = 0;; ++count) {
            const std::string_view line = input_.line();
            if (line.empty()) {
                return;
            }
            const auto colon = line.find(':');
            if (colon == std::string_view::npos || count == header_count_max) {
                malformed("a header is wrong, or there are too many");
            }
            const std::string name = Poco::toLower(std::string(line.substr(0, colon)));
            take_header(name, line.substr(colon + 1));
        }
    }

    void take_header(const std::string& name, std::string_view line) {
        const auto value = [line] { return Poco::trim(std::string(line)); };
        if (name == "location") {
            answer_.location = value();
        } else if (name == "retry-after") {
            answer_.retry_after = value();
        } else if (name == "transfer-encoding") {
            if (Poco::toLower(value()) != "chunked") {
                malformed("its transfer encoding is not known");
            }
            framing_.chunked = true;
        } else if (name == "content-length") {
            const auto length = number_of(value(), 10);
            if (!length || (framing_.length && *framing_.length != *length)) {
                malformed("its Content-Length is wrong");
            }
            framing_.length = length;
        } else if (name == "content-encoding" && Poco::toLower(value()) != "identity") {
            malformed("it is compressed, which was not asked for");
        }
    }

    void read_body() {
        if (framing_.chunked) {
            read_chunks();
        } else if (framing_.length) {
            take_exactly(*framing_.length);
        } else {
            while (add(input_.take(piece_bytes))) {
            }
        }
    }

    void read_chunks() {
        for (;;) {
            const std::string_view line = input_.line();
            const auto size = number_of(line.substr(0, line.find_first_of("; ")), 16);
            if (!size) {
                malformed("a chunk has no size");
            }
            if (*size == 0) {
                break;
            }
            take_exactly(*size);
            if (!input_.line().empty()) {
                malformed("a chunk is longer than its size");
            }
        }
        for (std::size_t count = 0; !input_.line().empty(); ++count) {
            if (count == header_count_max) {
                malformed("it has too many trailers");
            }
        }
    }

    void take_exactly(std::uint64_t size) {
        if (size > body_max_ - body_.size()) {
            too_long();
        }
        while (size > 0) {
            const std::string_view piece = input_.take(size);
            if (!add(piece)) {
                throw std::runtime_error("the answer is cut off");
            }
            size -= piece.size();
        }
    }

    /// False at the end.
    bool add(std::string_view piece) {
        if (piece.size() > body_max_ - body_.size()) {
            too_long();
        }
        body_.append(piece);
        return !piece.empty();
    }

    [[noreturn]] void too_long() const {
        throw std::runtime_error("the answer is longer than the limit of " +
                                 std::to_string(body_max_) + " bytes");
    }

    Input input_;
    std::size_t body_max_;
    HttpAnswer answer_;
    Framing framing_;
    core::WipedBuffer body_;
};

}  // namespace

HttpAnswer read_answer(const Receive& receive, std::size_t body_max) {
    return AnswerReader(receive, body_max).read();
}

}  // namespace oa::host::vault
