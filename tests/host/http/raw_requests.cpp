#include "tests/host/http/raw_requests.hpp"

#include <iterator>
#include <utility>

namespace oa::test {
namespace {

using End = RawRequest::End;
using Cases = std::vector<RawRequest>;

constexpr auto goes_on = End::GoesOn;
constexpr auto closes = End::Closes;
constexpr auto waits = End::Waits;
constexpr auto clear = RawRequest::Meaning::Clear;
constexpr RawLimits limits;

using namespace std::string_literals;

std::string get(const std::string& target, const std::string& fields = "Host: a\r\n") {
    return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

std::string post(const std::string& fields, const std::string& body) {
    return "POST /p HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

std::string with_body(const std::string& start, const std::string& body) {
    return start + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

std::string chunked(const std::string& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
}

/// A field line of so many bytes, its end included.
std::string field_of(std::size_t size) {
    return "x: " + std::string(size - 5, 'v') + "\r\n";
}

std::string fields(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        out += "x" + std::to_string(i) + ": 1\r\n";
    }
    return out;
}

// One line each, so that they can be read as a table.
// clang-format off
Cases request_lines() {
    return {
        {"plain GET", get("/a"), {200}, goes_on, {"GET /a"}, clear},
        {"unknown method reaches the application", "BREW /a HTTP/1.1\r\nHost: a\r\n\r\n", {200}, goes_on, {"BREW /a"}},
        {"method with marks", "M-SEARCH /a HTTP/1.1\r\nHost: a\r\n\r\n", {200}, goes_on, {"M-SEARCH /a"}},
        {"method in small letters is another one", "get /a HTTP/1.1\r\nHost: a\r\n\r\n", {200}, goes_on, {"get /a"}},
        {"method with a bracket", "G{T /a HTTP/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"method that is empty", " /a HTTP/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"two spaces before the target", "GET  /a HTTP/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"two spaces before the version", "GET /a  HTTP/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"tab in place of a space", "GET\t/a HTTP/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"space behind the version", "GET /a HTTP/1.1 \r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"no version (HTTP/0.9)", "GET /a\r\n\r\n", {400}, closes, {}},
        {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"version 1.0", "GET /a HTTP/1.0\r\n\r\n", {200}, closes, {"GET /a"}},
        {"version 1.0 with a Host", "GET /a HTTP/1.0\r\nHost: a\r\n\r\n", {200}, closes, {"GET /a"}, clear},
        {"version 1.0 with keep-alive", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", {200}, goes_on, {"GET /a"}},
        {"version 1.2", "GET /a HTTP/1.2\r\nHost: a\r\n\r\n", {505}, closes, {}},
        {"version 2.0", "GET /a HTTP/2.0\r\nHost: a\r\n\r\n", {505}, closes, {}},
        {"version 9.9", "GET /a HTTP/9.9\r\nHost: a\r\n\r\n", {505}, closes, {}},
        {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505}, closes, {}},
        {"version in small letters", "GET /a http/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"version with a sign", "GET /a HTTP/1.-1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"version with two digits", "GET /a HTTP/1.10\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"version 01.1", "GET /a HTTP/01.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"not HTTP: a TLS hello", "\x16\x03\x01\x02"s, {400}, closes, {}},
        {"not HTTP: NUL", "\0\0\0\0"s, {400}, closes, {}},
        {"one empty line before", "\r\n" + get("/a"), {200}, goes_on, {"GET /a"}},
        {"two empty lines before", "\r\n\r\n" + get("/a"), {400}, closes, {}},
        {"bare LF before", "\n" + get("/a"), {400}, closes, {}},
        {"space before", " " + get("/a"), {400}, closes, {}},
        {"request line with bare LF", "GET /a HTTP/1.1\nHost: a\r\n\r\n", {400}, closes, {}},
        {"request line with bare CR", "GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"request line with CR CR LF", "GET /a HTTP/1.1\r\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"request line with NUL", "GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"s, {400}, closes, {}},
        {"request line with a letter of UTF-8", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"request line with DEL", "GET /a\x7f HTTP/1.1\r\nHost: a\r\n\r\n", {400}, closes, {}},
        {"method alone", "GE", {400}, waits, {}},
        {"head that is cut short", "GET /a HTTP/1.1\r\nHost: a\r\n", {400}, waits, {}},
        {"head without its last LF", "GET /a HTTP/1.1\r\nHost: a\r\n\r", {400}, waits, {}},
    };
}

Cases field_lines() {
    return {
        {"value without a space before", get("/a", "Host:a\r\n"), {200}, goes_on, {"GET /a"}, clear},
        {"value with spaces and tabs around", get("/a", "Host: \t a \t\r\n"), {200}, goes_on, {"GET /a"}},
        {"value with bytes over 127", get("/a", "Host: a\r\nX: \xc3\xa4\r\n"), {200}, goes_on, {"GET /a"}, clear},
        {"value that is empty", get("/a", "Host: a\r\nX:\r\n"), {200}, goes_on, {"GET /a"}, clear},
        {"space before the colon", get("/a", "Host : a\r\n"), {400}, closes, {}},
        {"tab before the colon", get("/a", "Host\t: a\r\n"), {400}, closes, {}},
        {"no colon", get("/a", "Host: a\r\nX\r\n"), {400}, closes, {}},
        {"no name", get("/a", "Host: a\r\n: x\r\n"), {400}, closes, {}},
        {"name with a bracket", get("/a", "Host: a\r\nX(: x\r\n"), {400}, closes, {}},
        {"name with a letter of UTF-8", get("/a", "Host: a\r\nX\xc3\xa4: x\r\n"), {400}, closes, {}},
        {"name with NUL", get("/a", "Host: a\r\nX\0: x\r\n"s), {400}, closes, {}},
        {"value with NUL", get("/a", "Host: a\r\nX: a\0b\r\n"s), {400}, closes, {}},
        {"value with BEL", get("/a", "Host: a\r\nX: a\ab\r\n"), {400}, closes, {}},
        {"value with DEL", get("/a", "Host: a\r\nX: a\x7f\r\n"), {400}, closes, {}},
        {"value with bare CR", get("/a", "Host: a\r\nX: a\rb\r\n"), {400}, closes, {}},
        {"value with CR CR LF", get("/a", "Host: a\r\nX: a\r\r\n"), {400}, closes, {}},
        {"value with bare LF at its end", get("/a", "Host: a\r\nX: a\n"), {400}, closes, {}},
        {"line feeds only", "GET /a HTTP/1.1\nHost: a\n\n", {400}, closes, {}},
        {"bare LF as the empty line", "GET /a HTTP/1.1\r\nHost: a\r\n\n", {400}, closes, {}},
        {"folded line with a space", get("/a", "Host: a\r\nX: a\r\n b\r\n"), {400}, closes, {}},
        {"folded line with a tab", get("/a", "Host: a\r\nX: a\r\n\tb\r\n"), {400}, closes, {}},
        {"folded first line", get("/a", " Host: a\r\n"), {400}, closes, {}},
        {"folded Transfer-Encoding", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), {400}, closes, {}},
        {"Connection: close", get("/a", "Host: a\r\nConnection: close\r\n"), {200}, closes, {"GET /a"}, clear},
        {"Connection: x, Close", get("/a", "Host: a\r\nConnection: x, Close\r\n"), {200}, closes, {"GET /a"}},
        {"two fields Connection", get("/a", "Host: a\r\nConnection: x\r\nConnection: close\r\n"), {200}, closes, {"GET /a"}},
    };
}

Cases hosts() {
    return {
        {"no Host in 1.1", get("/a", ""), {400}, closes, {}},
        {"two Hosts", get("/a", "Host: a\r\nHost: a\r\n"), {400}, closes, {}},
        {"two Hosts in 1.0", "GET /a HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", {400}, closes, {}},
        {"two Hosts in other letters", get("/a", "Host: a\r\nhOST: b\r\n"), {400}, closes, {}},
        {"Host that is empty", get("/a", "Host:\r\n"), {400}, closes, {}},
        {"Host with a port", get("/a", "Host: a:80\r\n"), {200}, goes_on, {"GET /a"}, clear},
        {"Host of version 6", get("/a", "Host: [::1]:80\r\n"), {200}, goes_on, {"GET /a"}, clear},
        {"Host with a space", get("/a", "Host: a b\r\n"), {400}, closes, {}},
        {"Host with a user", get("/a", "Host: u@a\r\n"), {400}, closes, {}},
        {"Host with a path", get("/a", "Host: a/b\r\n"), {400}, closes, {}},
        {"Host that is a list", get("/a", "Host: a, b\r\n"), {400}, closes, {}},
        {"target with an authority", get("http://a/b?c=d"), {200}, goes_on, {"GET /b?c=d"}},
        {"target with an authority and no path", get("http://a"), {200}, goes_on, {"GET /"}},
        {"target with an authority and a query", get("http://a?x"), {200}, goes_on, {"GET /?x"}},
        {"target with another authority", get("http://b/b"), {400}, closes, {}},
        {"target with a user", get("http://u@a/b"), {400}, closes, {}},
        {"target with another scheme", get("ftp://a/b"), {400}, closes, {}},
        {"target that is an authority", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", {400}, closes, {}},
        {"target *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {200}, goes_on, {"OPTIONS *"}},
        {"target * for GET", get("*"), {400}, closes, {}},
        {"target without a slash", get("a"), {400}, closes, {}},
    };
}

Cases targets() {
    return {
        {"root", get("/"), {200}, goes_on, {"GET /"}, clear},
        {"slash at the end", get("/a/"), {200}, goes_on, {"GET /a/"}, clear},
        {"percent-encoded letter", get("/%61"), {200}, goes_on, {"GET /%61"}},
        {"percent-encoded UTF-8", get("/%C3%A4"), {200}, goes_on, {"GET /%C3%A4"}},
        {"query", get("/a?b=c&d=%20+e&&f"), {200}, goes_on, {"GET /a?b=c&d=%20+e&&f"}, clear},
        {"query with a slash and dots", get("/a?b=/../%2f"), {200}, goes_on, {"GET /a?b=/../%2f"}, clear},
        {"empty part", get("/a//b"), {400}, closes, {}},
        {"two slashes", get("//a"), {400}, closes, {}},
        {"part .", get("/a/./b"), {400}, closes, {}},
        {"part ..", get("/a/../b"), {400}, closes, {}},
        {"part .. at the end", get("/a/.."), {400}, closes, {}},
        {"encoded ..", get("/a/%2e%2E/b"), {400}, closes, {}},
        {"half encoded ..", get("/a/.%2e/b"), {400}, closes, {}},
        {"three dots are a name", get("/..."), {200}, goes_on, {"GET /..."}},
        {"encoded slash", get("/a%2fb"), {400}, closes, {}},
        {"encoded slash in capitals", get("/a%2Fb"), {400}, closes, {}},
        {"encoded backslash", get("/a%5cb"), {400}, closes, {}},
        {"backslash", get("/a\\b"), {400}, closes, {}},
        {"encoded NUL", get("/a%00"), {400}, closes, {}},
        {"encoded line feed", get("/a%0a"), {400}, closes, {}},
        {"encoded DEL", get("/a%7f"), {400}, closes, {}},
        {"percent without digits", get("/a%"), {400}, closes, {}},
        {"percent with one digit", get("/a%4"), {400}, closes, {}},
        {"percent with letters", get("/a%zz"), {400}, closes, {}},
        {"percent of IIS", get("/a%u0061"), {400}, closes, {}},
        {"encoded twice stays as it is", get("/%252e%252e"), {200}, goes_on, {"GET /%252e%252e"}},
        {"overlong slash", get("/a%c0%afb"), {400}, closes, {}},
        {"overlong dot", get("/%c0%ae%c0%ae/b"), {400}, closes, {}},
        {"overlong of three bytes", get("/a%e0%80%af"), {400}, closes, {}},
        {"half of a surrogate pair", get("/%ed%a0%80"), {400}, closes, {}},
        {"past Unicode", get("/%f4%90%80%80"), {400}, closes, {}},
        {"byte that continues nothing", get("/%80"), {400}, closes, {}},
        {"character that is cut short", get("/%e2%82"), {400}, closes, {}},
        {"query with invalid UTF-8", get("/a?b=%ff"), {400}, closes, {}},
        {"query with NUL", get("/a?b=%00"), {400}, closes, {}},
        {"query with a bad percent", get("/a?%=1"), {400}, closes, {}},
        {"fragment", get("/a#b"), {400}, closes, {}},
    };
}

Cases lengths() {
    const auto with = [](const std::string& value) {
        return post("Content-Length: " + value + "\r\n", "hello");
    };
    return {
        {"body", with("5"), {200}, goes_on, {"POST /p hello"}, clear},
        {"body with zeros before its length", with("005"), {200}, goes_on, {"POST /p hello"}},
        {"empty body", post("Content-Length: 0\r\n", ""), {200}, goes_on, {"POST /p"}, clear},
        {"body of GET", get("/a", "Host: a\r\nContent-Length: 5\r\n") + "hello", {200}, goes_on, {"GET /a hello"}, clear},
        {"DELETE without a body", "DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n", {200}, goes_on, {"DELETE /a"}, clear},
        {"POST without a body", post("", ""), {200}, goes_on, {"POST /p"}, clear},
        {"PUT without a body", "PUT /p HTTP/1.1\r\nHost: a\r\n\r\n", {200}, goes_on, {"PUT /p"}, clear},
        {"PATCH without a body", "PATCH /p HTTP/1.1\r\nHost: a\r\n\r\n", {200}, goes_on, {"PATCH /p"}, clear},
        {"POST 1.0 without length", "POST /p HTTP/1.0\r\n\r\n", {411}, closes, {}},
        {"length with a plus", with("+5"), {400}, closes, {}},
        {"length with a minus", with("-5"), {400}, closes, {}},
        {"length in hexadecimal", with("0x5"), {400}, closes, {}},
        {"length with a letter", with("5a"), {400}, closes, {}},
        {"length with a point", with("5.0"), {400}, closes, {}},
        {"length with a space within", with("1 5"), {400}, closes, {}},
        {"length that is empty", with(""), {400}, closes, {}},
        {"length that is a list of equals", with("5, 5"), {400}, closes, {}},
        {"length that is a list", with("5, 6"), {400}, closes, {}},
        {"length of 2^64", with("18446744073709551616"), {400}, closes, {}},
        {"length of 2^64 + 5", with("18446744073709551621"), {400}, closes, {}},
        {"length of 2^63", with("9223372036854775808"), {413}, closes, {}},
        {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), {400}, closes, {}},
        {"two lengths", post("Content-Length: 5\r\nContent-Length: 0\r\n", "hello"), {400}, closes, {}},
        {"two lengths in other letters", post("Content-Length: 5\r\ncontent-length: 0\r\n", "hello"), {400}, closes, {}},
        {"length with a vertical tab", with("\v5"), {400}, closes, {}},
        {"length beside chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), {400}, closes, {}},
        {"chunks beside length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), {400}, closes, {}},
        {"length 0 beside chunks", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), {400}, closes, {}},
        {"body that is cut short", post("Content-Length: 5\r\n", "hell"), {400}, waits, {}},
        {"body that does not come", post("Content-Length: 5\r\n", ""), {400}, waits, {}},
        {"a request where a body is", with_body("POST /p", get("/smuggled")), {200}, goes_on, {"POST /p " + get("/smuggled")}, clear},
        {"empty line behind a body", with("5") + "\r\n" + get("/a"), {200, 200}, goes_on, {"POST /p hello", "GET /a"}},
        {"bytes behind a body", with("5") + "XX\r\n\r\n", {200, 400}, closes, {"POST /p hello"}},
        {"space behind a body", with("5") + " " + get("/a"), {200, 400}, closes, {"POST /p hello"}},
    };
}

Cases codings() {
    const auto with = [](const std::string& value) {
        return post("Transfer-Encoding:" + value + "\r\n", "5\r\nhello\r\n0\r\n\r\n");
    };
    return {
        {"chunked", with(" chunked"), {200}, goes_on, {"POST /p hello"}, clear},
        {"chunked right behind the colon", with("chunked"), {200}, goes_on, {"POST /p hello"}},
        {"Chunked", with(" Chunked"), {400}, closes, {}},
        {"chunked in quotes", with(" \"chunked\""), {400}, closes, {}},
        {"xchunked", with(" xchunked"), {400}, closes, {}},
        {"chunkedx", with(" chunkedx"), {400}, closes, {}},
        {"chunked with a parameter", with(" chunked;q=1"), {400}, closes, {}},
        {"chunked, chunked", with(" chunked, chunked"), {400}, closes, {}},
        {"chunked and a comma", with(" chunked,"), {400}, closes, {}},
        {"comma and chunked", with(" ,chunked"), {400}, closes, {}},
        {"identity", with(" identity"), {400}, closes, {}},
        {"chunked, identity", with(" chunked, identity"), {400}, closes, {}},
        {"gzip, chunked", with(" gzip, chunked"), {400}, closes, {}},
        {"coding that is empty", with(""), {400}, closes, {}},
        {"chunked behind a vertical tab", with(" \vchunked"), {400}, closes, {}},
        {"chunked behind a NUL", with(" \0chunked"s), {400}, closes, {}},
        {"two codings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), {400}, closes, {}},
        {"chunked and identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), {400}, closes, {}},
        {"coding with a space before the colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), {400}, closes, {}},
        {"coding with a low line is another field", post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "hello"), {200}, goes_on, {"POST /p hello"}},
        {"chunked in 1.0", "POST /p HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}, closes, {}},
        {"chunked GET", get("/a", "Host: a\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", {200}, goes_on, {"GET /a"}},
    };
}

Cases chunks() {
    const std::string long_extension = ";" + std::string(5000, 'x');
    std::string many_extensions;
    for (int i = 0; i < 20; ++i) {
        many_extensions += "1;" + std::string(1000, 'x') + "\r\na\r\n";
    }
    return {
        {"two chunks", chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), {200}, goes_on, {"POST /p hello world"}, clear},
        {"size in hexadecimal", chunked("A\r\n0123456789\r\n0\r\n\r\n"), {200}, goes_on, {"POST /p 0123456789"}, clear},
        {"size with zeros before", chunked("0005\r\nhello\r\n000\r\n\r\n"), {200}, goes_on, {"POST /p hello"}},
        {"extension", chunked("5;name=\"value\"\r\nhello\r\n0;x\r\n\r\n"), {200}, goes_on, {"POST /p hello"}},
        {"extension that is too long", chunked("5" + long_extension + "\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"extensions that are too many", chunked(many_extensions + "0\r\n\r\n"), {400}, closes, {}},
        {"extension with bare LF", chunked("5;a\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"extension with bare CR", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"trailer is dropped", chunked("5\r\nhello\r\n0\r\nX: y\r\nHost: b\r\n\r\n"), {200}, goes_on, {"POST /p hello"}},
        {"trailer that is no field", chunked("0\r\nX\r\n\r\n"), {400}, closes, {}},
        {"trailer that is folded", chunked("0\r\nX: y\r\n z\r\n\r\n"), {400}, closes, {}},
        {"trailer that is too long", chunked("0\r\nX: " + std::string(5000, 'x') + "\r\n\r\n"), {400}, closes, {}},
        {"request behind a trailer", chunked("0\r\nX: y\r\n\r\n") + get("/a"), {200, 200}, goes_on, {"POST /p", "GET /a"}},
        {"size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size below zero", chunked("-5\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size with a space before", chunked(" 5\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size with a space behind", chunked("5 \r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size with a letter", chunked("5g\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size that is empty", chunked("\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size of 2^64", chunked("10000000000000000\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size of 2^64 + 5", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size of 2^64 - 1", chunked("ffffffffffffffff\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size of 2^59", chunked("fffffffffffffff\r\nhello"), {413}, closes, {}},
        {"size line with bare LF", chunked("5\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size line with bare CR", chunked("5\rhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size that is too small", chunked("4\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"size that is too large", chunked("6\r\nhello\r\n0\r\n\r\n"), {400}, closes, {}},
        {"no CRLF behind a chunk", chunked("5\r\nhello0\r\n\r\n"), {400}, closes, {}},
        {"bare LF behind a chunk", chunked("5\r\nhello\n0\r\n\r\n"), {400}, closes, {}},
        {"CR and another byte behind a chunk", chunked("5\r\nhello\rX0\r\n\r\n"), {400}, waits, {}},
        {"LF as the last line", chunked("0\r\n\n"), {400}, closes, {}},
        {"chunks that are cut short", chunked("5\r\nhel"), {400}, waits, {}},
        {"chunks without the last one", chunked("5\r\nhello\r\n"), {400}, waits, {}},
        {"chunks without the last line", chunked("5\r\nhello\r\n0\r\n"), {400}, waits, {}},
        {"bytes behind the last chunk", chunked("0\r\n\r\n") + "X\r\n", {200, 400}, closes, {"POST /p"}},
    };
}

Cases pipelines() {
    const std::string refused = "POST /refuse HTTP/1.1\r\nHost: a\r\n";
    constexpr auto at_once = RawRequest::Meaning::AtOnce;
    return {
        {"two requests at once", get("/a") + get("/b"), {200, 200}, goes_on, {"GET /a", "GET /b"}},
        {"three with a body between", get("/a") + post("Content-Length: 2\r\n", "hi") + get("/b"), {200, 200, 200}, goes_on, {"GET /a", "POST /p hi", "GET /b"}},
        {"nothing behind close is read", get("/a", "Host: a\r\nConnection: close\r\n") + get("/b"), {200}, closes, {"GET /a"}},
        {"nothing behind a bad one is read", "GET /a HTTP/1.1\r\n\r\n" + get("/b"), {400}, closes, {}},
        {"refused without a body", get("/refuse") + get("/b"), {404, 200}, goes_on, {"GET /b"}},
        {"refused with a body that is there", with_body("POST /refuse", "hello") + get("/b"), {404, 200}, goes_on, {"GET /b"}, at_once},
        {"refused with chunks that are there", refused + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + get("/b"), {404, 200}, goes_on, {"GET /b"}, at_once},
        {"refused with a body that is a request", with_body("POST /refuse", get("/b")), {404}, goes_on, {}, at_once},
        {"refused with a body that is not all there", refused + "Content-Length: 100\r\n\r\n" + get("/b"), {404}, closes, {}},
        {"refused with chunks that are not all there", refused + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", {404}, closes, {}},
        {"refused with bad chunks", refused + "Transfer-Encoding: chunked\r\n\r\nX\r\n" + get("/b"), {404}, closes, {}},
        {"refused while the client waits to send", refused + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n", {404}, closes, {}},
        {"too large with a request as its body", post("Content-Length: 101\r\n", get("/b")), {413}, closes, {}},
        {"HEAD with a body", "HEAD /h HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get("/b"), {200, 200}, goes_on, {"HEAD /h hello", "GET /b"}},
        {"Expect", post("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello"), {200}, goes_on, {"POST /p hello"}, clear},
        {"Expect in other letters", post("Content-Length: 5\r\nExpect: 100-Continue\r\n", "hello"), {200}, goes_on, {"POST /p hello"}},
        {"Expect of something else", post("Content-Length: 5\r\nExpect: a-miracle\r\n", "hello"), {417}, closes, {}},
        {"Expect in 1.0 is nothing", "POST /p HTTP/1.0\r\nContent-Length: 5\r\nExpect: x\r\n\r\nhello", {200}, closes, {"POST /p hello"}},
    };
}

Cases at_limits() {
    const std::size_t line = limits.request_line - std::string("GET / HTTP/1.1").size();
    const std::string host = "Host: a\r\n";
    const auto body = [](std::size_t size) {
        return post("Content-Length: " + std::to_string(size) + "\r\n", std::string(size, 'b'));
    };
    const auto in_chunks = [](std::size_t size) {
        return chunked("10\r\n" + std::string(16, 'b') + "\r\n" + [](std::size_t rest) {
            std::string out;
            for (std::size_t i = 0; i < rest; ++i) {
                out += "1\r\nb\r\n";
            }
            return out;
        }(size - 16) + "0\r\n\r\n");
    };
    const auto target = [](std::size_t size) { return "/" + std::string(size, 'a'); };
    const auto bs = [](std::size_t size) { return "POST /p " + std::string(size, 'b'); };
    return {
        {"request line, one less", get(target(line - 1)), {200}, goes_on, {"GET " + target(line - 1)}, clear},
        {"request line at its limit", get(target(line)), {200}, goes_on, {"GET " + target(line)}, clear},
        {"request line, one more", get(target(line + 1)), {414}, closes, {}},
        {"request line without an end", "GET " + target(2 * line), {414}, closes, {}},
        {"head, one less", get("/a", host + field_of(limits.head - host.size() - 1)), {200}, goes_on, {"GET /a"}},
        {"head at its limit", get("/a", host + field_of(limits.head - host.size())), {200}, goes_on, {"GET /a"}},
        {"head, one more", get("/a", host + field_of(limits.head - host.size() + 1)), {431}, closes, {}},
        {"head without an end", "GET /a HTTP/1.1\r\nHost: a\r\nx: " + std::string(2 * limits.head, 'v'), {431}, closes, {}},
        {"fields, one less", get("/a", host + fields(limits.fields - 2)), {200}, goes_on, {"GET /a"}, clear},
        {"fields at their limit", get("/a", host + fields(limits.fields - 1)), {200}, goes_on, {"GET /a"}},
        {"fields, one more", get("/a", host + fields(limits.fields)), {431}, closes, {}},
        {"body, one less", body(limits.body - 1), {200}, goes_on, {bs(limits.body - 1)}, clear},
        {"body at its limit", body(limits.body), {200}, goes_on, {bs(limits.body)}, clear},
        {"body, one more", body(limits.body + 1), {413}, closes, {}, clear},
        {"chunks, one less", in_chunks(limits.body - 1), {200}, goes_on, {bs(limits.body - 1)}, clear},
        {"chunks at their limit", in_chunks(limits.body), {200}, goes_on, {bs(limits.body)}, clear},
        {"chunks, one more", in_chunks(limits.body + 1), {413}, closes, {}, clear},
    };
}

// clang-format on

}  // namespace

const std::vector<RawRequest>& raw_requests() {
    static const std::vector<RawRequest> all = [] {
        std::vector<RawRequest> out;
        for (Cases cases : {request_lines(), field_lines(), hosts(), targets(), lengths(),
                            codings(), chunks(), pipelines(), at_limits()}) {
            out.insert(out.end(), std::make_move_iterator(cases.begin()),
                       std::make_move_iterator(cases.end()));
        }
        return out;
    }();
    return all;
}

}  // namespace oa::test
