#include "tests/cli/attack_requests.hpp"

#include <algorithm>
#include <cctype>

namespace oa::test {

namespace json = boost::json;
using namespace std::string_literals;

std::vector<std::string> Operation::variables() const {
    std::vector<std::string> names;
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
        names.push_back(path.substr(at + 1, path.find('}', at) - at - 1));
    }
    return names;
}

std::string Operation::with(std::string_view name,
                            std::string_view value,
                            std::string_view others) const {
    std::string target = path;
    for (const std::string& variable : variables()) {
        const std::string mark = "{" + variable + "}";
        target.replace(target.find(mark), mark.size(), variable == name ? value : others);
    }
    return target;
}

std::vector<Operation> operations_of(const json::object& description) {
    std::vector<Operation> operations;
    for (const auto& path : description.at("paths").as_object()) {
        for (const auto& method : path.value().as_object()) {
            const json::object& described = method.value().as_object();
            Operation operation;
            operation.id = described.at("operationId").as_string();
            operation.method = method.key();
            std::transform(
                operation.method.begin(), operation.method.end(), operation.method.begin(),
                [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
            operation.path = path.key();
            if (const json::value* parameters = described.if_contains("parameters")) {
                for (const json::value& parameter : parameters->as_array()) {
                    if (parameter.at("in") == "query") {
                        operation.query.emplace_back(parameter.at("name").as_string());
                    }
                }
            }
            if (const json::value* body = described.if_contains("requestBody")) {
                operation.body_type = body->at("content").as_object().begin()->key();
            }
            operations.push_back(std::move(operation));
        }
    }
    return operations;
}

std::vector<std::string> hostile_names() {
    std::vector<std::string> names{
        "../outside",
        "../outside.yaml",
        "../../outside",
        "../workflows/hello",
        "./hello/../../outside",
        "hello/../../outside",
        "..\\outside",
        "..\\..\\outside.yaml",
        "/etc/passwd",
        "//etc/passwd",
        "/proc/self/environ",
        "/dev/null",
        "C:\\windows\\win.ini",
        "C:outside",
        "\\\\server\\share",
        "file:///etc/passwd",
        "http://127.0.0.1/x",
        "~/outside",
        "~root",
        "$HOME/outside",
        "${ENV:HOME}",
        "${inputs.who}",
        "{{7*7}}",
        "...//outside",
        "....//outside",
        "..;/outside",
        "a..b",
        ".outside",
        ".",
        "..",
        "-rf",
        "--help",
        "*",
        "?",
        "[a-z]*",
        "out*",
        " outside",
        "outside ",
        "out side",
        "outside\n",
        "outside\r\nX-Evil: 1",
        "out\tside",
        "outside\x1b[31m",
        "outside\x7f",
        "|id",
        ";id",
        "&id",
        "$(id)",
        "`id`",
        "' OR '1'='1",
        "\"quoted\"",
        "<script>alert(1)</script>",
        "%2e%2e%2foutside",
        "%00",
        "%s%n",
        "CON:",
        "nul:",
        "outside:stream",
        "a,b",
        "a@b",
        "@/etc/passwd",
        "a#b",
        "a=b",
        "\xef\xbc\x8e\xef\xbc\x8e\xef\xbc\x8foutside",  // full-width dots and solidus
        "\xe2\x80\xa5/outside",                         // two dot leader
        "..\xe2\x88\x95outside",                        // division slash
        "..\xe2\x81\x84outside",                        // fraction slash
        "..\xe2\xa7\xb8outside",                        // big solidus
        "outside\xe2\x80\xae",                          // right-to-left override
        "out\xe2\x80\x8bside",                          // zero width space
        "\xef\xbb\xbfhello",                            // byte order mark
        "caf\xc3\xa9",                                  // composed
        "cafe\xcc\x81",                                 // decomposed
        "h\xd0\xb5llo",                                 // a Cyrillic letter
        "\xf0\x9f\x98\x80",
        std::string(129, 'a'),
        std::string(256, '.'),
        std::string(300, 'a'),
        std::string(2000, 'a'),
    };
    for (std::size_t depth = 1; depth <= 12; ++depth) {
        std::string climb;
        for (std::size_t i = 0; i < depth; ++i) {
            climb += "../";
        }
        names.push_back(climb + "etc/passwd");
    }
    return names;
}

std::vector<std::string> hostile_segments() {
    std::vector<std::string> segments{
        "%c0%ae%c0%ae%c0%afoutside",  // overlong UTF-8
        "%e0%80%ae%e0%80%ae%e0%80%afoutside",
        "..%c1%9coutside",
        "%u002e%u002e%u002foutside",
        "%%32%65%%32%65%2foutside",
        "..%255coutside",
        "hello%00",
        "hello%00.yaml",
        "..%00/outside",
        "hello%0a",
        "hello%0d%0aX-Evil:%201",
        "%ff%fe",
        "%ed%a0%80",
        "%80",
        "%",
        "%2",
        "%zz",
        "hello;x=1",
        "hello;jsessionid=1",
        ";/hello",
    };
    for (const std::string& name : hostile_names()) {
        segments.push_back(percent_encoded(name));
        if (name.size() < 100) {
            segments.push_back(percent_encoded(name, true));
            segments.push_back(percent_encoded(percent_encoded(name)));
        }
    }
    // As it stands, where it is a segment of its own.
    segments.emplace_back("..");
    segments.emplace_back(".");
    segments.emplace_back("..\\outside");
    std::sort(segments.begin(), segments.end());
    segments.erase(std::unique(segments.begin(), segments.end()), segments.end());
    return segments;
}

std::vector<std::string> hostile_filters() {
    return {
        "'",
        "\"",
        "' OR '1'='1",
        "' OR 1=1 --",
        "hello' OR 'a'='a",
        "1 OR 1=1",
        "1; DROP TABLE runs; --",
        "'; DELETE FROM runs; --",
        "') UNION SELECT * FROM tokens --",
        "x' UNION SELECT sql FROM sqlite_master --",
        "'; ATTACH DATABASE '/tmp/oa-attack' AS a; --",
        "'||(SELECT hex(randomblob(100000000)))||'",
        "1 AND (SELECT count(*) FROM runs, runs, runs) > 0",
        "load_extension('x')",
        "%",
        "_",
        "*",
        "?1",
        "hello\\' OR 1=1 --",
        "[$ne]",
        "{\"$gt\": \"\"}",
        "$where",
        "../../etc/passwd",
        "-1",
        "0",
        "1e9",
        "9223372036854775808",
        "99999999999999999999999999",
        "0x7f",
        "NaN",
        "null",
        "9223372036854775807.9223372036854775807",
        "-9223372036854775808.-9223372036854775808",
        "1.1' OR 1=1",
        "created DESC",
        "runs.key",
        "2026-01-01T00:00:00Z' OR 1=1 --",
        "2026-13-45T99:99:99Z",
        std::string(1024, '\''),
        std::string(1025, 'a'),
    };
}

std::vector<std::string> tempting_texts() {
    return {
        "@/etc/passwd",
        "@outside.yaml",
        "file:///etc/passwd",
        "!include /etc/passwd",
        "!!python/object/apply:os.system [id]",
        "<<: *base",
        "&a [*a]",
        "${inputs.who}",
        "${inputs.texts}",
        "$${inputs.who}",
        "${WALLET:key}",
        "${VAULT:a#b}",
        "${ENV:HOME}",
        "$<tasks.keep.output>",
        "tasks.keep.output",
        "{who}",
        "{{7*7}}",
        "{{ config }}",
        "{% include '/etc/passwd' %}",
        "<%= 7*7 %>",
        "#{7*7}",
        "%{7*7}",
        "$(id)",
        "`id`",
        "; id",
        "|id",
        "\nid\n",
        "__import__('os').system('id')",
        "constructor.constructor('return 1')()",
        "<script>alert(1)</script>",
        "\x1b]52;c;aGk=\x07",
        "{\"level\":\"audit\"}",
        "\\u0024{inputs.who}",
        "%24%7binputs.who%7d",
    };
}

std::string percent_encoded(std::string_view text, bool all) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (!all && (std::isalnum(byte) != 0 || letter == '.' || letter == '-' || letter == '_')) {
            out += letter;
        } else {
            out += '%';
            out += digits[byte / 16U];
            out += digits[byte % 16U];
        }
    }
    return out;
}

}  // namespace oa::test
