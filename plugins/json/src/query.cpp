#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

extern "C" {
#include <jq.h>
#include <jv.h>
}

#include "data.hpp"
#include "functions.hpp"

namespace oa::json {
namespace {

constexpr std::size_t part_bytes = std::size_t{64} << 10U;

// What would reach out of the query, in its own terms. On the query's first line, so that the lines
// of jq's messages are those of the query.
constexpr std::string_view shut_off =
    R"(def __off(f): error(f + " is shut off"); def env: __off("env"); def input: __off("input"); )"
    R"(def inputs: __off("inputs"); def modulemeta: __off("modulemeta"); def halt: __off("halt"); )"
    R"(def halt_error: __off("halt_error"); def halt_error(c): __off("halt_error"); def stderr: .; )"
    R"(def input_filename: null; {} as $ENV | ()";

/// A value of jq's. Its functions take over what they are given, unless it is copied.
class Value {
public:
    explicit Value(jv value) noexcept : value_(value) {}
    ~Value() { jv_free(value_); }
    Value(const Value&) = delete;
    Value& operator=(const Value&) = delete;

    [[nodiscard]] jv copy() const { return jv_copy(value_); }
    [[nodiscard]] bool is_valid() const { return jv_is_valid(value_) != 0; }
    /// What an error says; nothing where there is none, and all is over.
    [[nodiscard]] std::optional<std::string> message() const {
        if (is_valid() || jv_invalid_has_msg(copy()) == 0) {
            return std::nullopt;
        }
        const Value message(jv_invalid_get_msg(copy()));
        return message.is_text() ? message.text() : message.dump();
    }
    [[nodiscard]] bool is_text() const { return jv_get_kind(value_) == JV_KIND_STRING; }
    [[nodiscard]] std::string text() const {
        return {jv_string_value(value_), static_cast<std::size_t>(jv_string_length_bytes(copy()))};
    }
    [[nodiscard]] std::string dump() const { return Value(jv_dump_string(copy(), 0)).text(); }

private:
    jv value_;
};

/// A query that has been compiled.
class Query {
public:
    Query(Call& call, const std::string& text, const Json& variables)
        : call_(call), state_(made()) {
        jq_set_error_cb(state_.get(), note, &errors_);
        const std::string program = std::string(shut_off) + text + "\n)";
        jv named = jv_object();
        for (const Json::Member& member : variables.as_object()) {
            named = jv_object_set(named, jv_string(member.key.c_str()),
                                  jv_parse(member.value.dump().c_str()));
        }
        if (jq_compile_args(state_.get(), program.c_str(), named) == 0) {
            throw invalid_params("/query", "the query is none of jq: " + explanation());
        }
    }

    /// Hands on each result for a value; `take` tells whether it wants more.
    template <typename Take>
    void apply(const Value& value, const Take& take) {
        jq_start(state_.get(), value.copy(), 0);
        while (true) {
            call_.check();
            const Value result(next());
            if (!result.is_valid()) {
                end_with(result);
                return;
            }
            if (!take(result)) {
                return;
            }
        }
    }

private:
    struct Teardown {
        void operator()(jq_state* state) const { jq_teardown(&state); }
    };

    using State = std::unique_ptr<jq_state, Teardown>;

    struct Stop {
        jq_state* state;
        void operator()() const { jq_halt(state, jv_invalid(), jv_invalid()); }
    };

    /// The machine of jq looks before each of its instructions whether it has been halted, so a
    /// query that never ends does end here. Queries cannot halt it themselves. What jq_start makes
    /// of a cancellation before it, the check behind it sees.
    jv next() {
        if (!stopper_) {
            stopper_.reset(new auto(call_.on_cancel(Stop{state_.get()})));
        }
        return jq_next(state_.get());
    }
    static State made() {
        State state(jq_init());
        if (!state) {
            throw std::bad_alloc();
        }
        return state;
    }
    static void note(void* errors, jv message) {
        const Value text(message);
        auto& all = *static_cast<std::string*>(errors);
        if (text.is_text()) {
            all += (all.empty() ? "" : "; ") + text.text();
        }
    }
    /// What is there of jq's messages but that there were some.
    [[nodiscard]] std::string explanation() const {
        std::string text = errors_.substr(0, errors_.find("; jq: "));
        for (const std::string_view word : {"jq: error: ", " (Unix shell quoting issues?)"}) {
            if (const std::size_t at = text.find(word); at != std::string::npos) {
                text.erase(at, word.size());
            }
        }
        return text.substr(0, text.find('\n'));
    }
    void end_with(const Value& result) const {
        call_.check();
        if (const auto message = result.message()) {
            throw failed_precondition("the query failed: " + *message).with_pointer("/query");
        }
    }

    Call& call_;
    std::string errors_;
    State state_;
    std::unique_ptr<CancelCallback<Stop>> stopper_;  // goes before what it stops
};

/// The values of a text that comes in parts.
class Parser {
public:
    Parser() : parser_(jv_parser_new(0)) {}
    ~Parser() { jv_parser_free(parser_); }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    /// `bytes` stay as long as values are taken from them.
    void feed(std::string_view bytes, bool is_last) {
        jv_parser_set_buf(parser_, bytes.data(), static_cast<int>(bytes.size()), is_last ? 0 : 1);
    }
    /// `fail` throws, with what is wrong.
    template <typename Take, typename Fail>
    void take_all(const Take& take, const Fail& fail) {
        while (true) {
            const Value value(jv_parser_next(parser_));
            if (value.is_valid()) {
                take(value);
                continue;
            }
            if (const auto message = value.message()) {
                fail(*message);
            }
            return;
        }
    }

private:
    jv_parser* parser_;
};

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

Error unreadable(const std::string& file, int error) {
    const std::string what = file + " cannot be read: " + std::generic_category().message(error);
    return error == ENOENT ? not_found(what) : permission_denied(what);
}

template <typename Take>
void each_value_of(Call& call, const std::string& path, const Take& take) {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
    if (!file) {
        throw unreadable(path, errno);
    }
    const auto fail = [&](const std::string& message) {
        throw invalid_params("/file", path + " is no JSON: " + message);
    };
    std::string part(part_bytes, '\0');
    Parser parser;
    bool is_last = false;
    while (!is_last) {
        call.check();
        const std::size_t count = std::fread(part.data(), 1, part.size(), file.get());
        if (std::ferror(file.get()) != 0) {
            throw unreadable(path, errno);
        }
        is_last = std::feof(file.get()) != 0;
        parser.feed({part.data(), count}, is_last);
        parser.take_all(take, fail);
    }
}

/// In parts, too, so that a large one does not hold up a cancellation.
template <typename Take>
void value_of(Call& call, const Json& data, const Take& take) {
    const std::string text = data.dump();
    const auto fail = [](const std::string& message) {
        throw invalid_params("/data", "jq cannot read the data: " + message);
    };
    Parser parser;
    for (std::size_t at = 0; at < text.size(); at += part_bytes) {
        call.check();
        const std::string_view part = std::string_view(text).substr(at, part_bytes);
        parser.feed(part, at + part.size() == text.size());
        parser.take_all(take, fail);
    }
}

void refuse_modules(const std::string& query) {
    const std::size_t first = query.find_first_not_of(" \t\r\n");
    const std::string_view start =
        std::string_view(query).substr(first == std::string::npos ? 0 : first);
    for (const std::string_view word : {"import ", "include "}) {
        if (start.starts_with(word)) {
            throw invalid_params("/query",
                                 "the query cannot use files of its own: import and "
                                 "include are shut off");
        }
    }
}

}  // namespace

Json query(Call& call) {
    const auto text = call.param<std::string>("query");
    refuse_modules(text);
    const auto results_max =
        static_cast<std::size_t>(call.param<std::int64_t>("max_results", 10'000));
    Query compiled(call, text, call.param<Json>("variables", Json::object()));
    Json::Array results;
    bool is_cut = false;
    const auto apply_to = [&](const Value& value) {
        compiled.apply(value, [&](const Value& result) {
            is_cut = results.size() >= results_max;
            if (!is_cut) {
                results.push_back(Json::parse(result.dump()));
            }
            return !is_cut;
        });
    };
    if (const auto file = call.find_param<std::string>("file")) {
        each_value_of(call, *file, apply_to);
    } else {
        value_of(call, data_param(call), apply_to);
    }
    if (is_cut) {
        throw exhausted("the query has more than " + std::to_string(results_max) +
                        " results (max_results)")
            .with_retry(Retry::No)
            .with_pointer("/max_results");
    }
    Json first = results.empty() ? Json() : results.front();
    const std::size_t count = results.size();
    return {{"value", std::move(first)}, {"results", std::move(results)}, {"count", count}};
}

}  // namespace oa::json
