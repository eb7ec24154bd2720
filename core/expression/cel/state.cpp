#include "core/expression/cel/state.hpp"

#include <algorithm>

#include <re2/re2.h>

namespace oa::core::cel {
namespace {

constexpr std::int64_t pattern_memory_bytes = std::int64_t{2} << 20U;

}  // namespace

std::unique_ptr<re2::RE2> compile_pattern(std::string_view text) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(pattern_memory_bytes);
    return std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
}

State::State(const EvaluationLimits& limits, Arena& arena) : limits_(limits), arena_(arena) {}

State::~State() = default;

bool State::fail_steps() {
    return fail_limit("the expression takes more than %1 steps", limits_.steps,
                      "it goes through too much data; make the lists shorter, or do the work in a "
                      "task");
}

bool State::fail_limit(const char* message, std::uint64_t limit, const char* hint) {
    failure_ = {
        Failure::Code::Limit, message, hint, Value::unsigned_integer(limit), {}, no_node, 0};
    return false;
}

bool State::fail_memory() {
    return fail_limit("the expression builds more than %1 bytes of values", limits_.memory_bytes,
                      "interim lists and texts count too");
}

char* State::text_room(std::size_t size) {
    if (size > limits_.output_bytes) {
        fail_limit("the expression builds a text of more than %1 bytes", limits_.output_bytes);
        return nullptr;
    }
    return step(size / 64) ? allocate<char>(size) : nullptr;
}

bool State::give_string(std::string_view text, Value& out) {
    char* const room = text_room(text.size());
    if (room == nullptr) {
        return false;
    }
    std::copy(text.begin(), text.end(), room);
    out = Value::string({room, text.size()});
    return true;
}

const re2::RE2* State::pattern(std::string_view text) {
    if (pattern_ == nullptr || pattern_text_ != text) {
        if (text.size() > limits_.pattern_bytes) {
            fail_limit("a regular expression is at most %1 bytes long", limits_.pattern_bytes);
            return nullptr;
        }
        // Compiling costs far more than looking at the text once.
        if (!step(100 + text.size())) {
            return nullptr;
        }
        pattern_ = compile_pattern(text);
        pattern_text_ = text;
    }
    if (!pattern_->ok()) {
        fail("the regular expression %1 cannot be used", "its syntax is that of RE2",
             Value::string(text));
        return nullptr;
    }
    return pattern_.get();
}

}  // namespace oa::core::cel
