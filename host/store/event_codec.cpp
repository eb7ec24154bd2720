#include "host/store/event_codec.hpp"

#include <algorithm>
#include <concepts>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json.hpp>

#include "core/expression/cel/utf8.hpp"
#include "core/json/json.hpp"

namespace oa::host {
namespace {

namespace json = boost::json;

/// Of everything in an event; what functions give has 64 at most, but outputs may nest outputs.
constexpr std::size_t depth_max = 1000;
constexpr std::size_t bytes_max = 1U << 30U;

template <typename Type, typename Wanted>
concept Is = std::same_as<std::remove_const_t<Type>, Wanted>;

template <typename Type>
using For = std::type_identity<Type>;

// ----- the format: a name for each alternative, and its members, once for both ways -----

constexpr std::string_view kind(For<core::RunCreated> /*type*/) {
    return "run_created";
}
constexpr std::string_view kind(For<core::RunResumed> /*type*/) {
    return "run_resumed";
}
constexpr std::string_view kind(For<core::AttemptStarted> /*type*/) {
    return "attempt_started";
}
constexpr std::string_view kind(For<core::RunEnded> /*type*/) {
    return "run_ended";
}
constexpr std::string_view kind(For<core::RunStarted> /*type*/) {
    return "run_started";
}
constexpr std::string_view kind(For<core::AttemptSucceeded> /*type*/) {
    return "attempt_succeeded";
}
constexpr std::string_view kind(For<core::AttemptFailed> /*type*/) {
    return "attempt_failed";
}
constexpr std::string_view kind(For<core::TimerFired> /*type*/) {
    return "timer_fired";
}
constexpr std::string_view kind(For<core::Decided> /*type*/) {
    return "decided";
}
constexpr std::string_view kind(For<core::RetryDecided> /*type*/) {
    return "retry_decided";
}
constexpr std::string_view kind(For<core::WaitBegun> /*type*/) {
    return "wait_begun";
}
constexpr std::string_view kind(For<core::WaitEnded> /*type*/) {
    return "wait_ended";
}
constexpr std::string_view kind(For<core::PauseRequested> /*type*/) {
    return "pause_requested";
}
constexpr std::string_view kind(For<core::ResumeRequested> /*type*/) {
    return "resume_requested";
}
constexpr std::string_view kind(For<core::CancelRequested> /*type*/) {
    return "cancel_requested";
}
constexpr std::string_view kind(For<core::RunFailed> /*type*/) {
    return "run_failed";
}

// Each takes its struct apart, so that one with a new member does not compile.
template <typename Archive, Is<core::Element> Value>
void members(Archive& archive, Value& value) {
    auto& [loop, index] = value;
    archive("loop", loop);
    archive("index", index);
}
template <typename Archive, Is<core::Failure> Value>
void members(Archive& archive, Value& value) {
    auto& [code, message, retryable, retry_after_ms] = value;
    archive("code", code);
    archive("message", message);
    archive("retryable", retryable);
    archive("retry_after_ms", retry_after_ms);
}
template <typename Archive, Is<core::Timer> Value>
void members(Archive& archive, Value& value) {
    auto& [timer_kind, execution, attempt] = value;
    archive("kind", timer_kind);
    archive("execution", execution);
    archive("attempt", attempt);
}
template <typename Archive, Is<core::RunSettings> Value>
void members(Archive& archive, Value& value) {
    auto& [max_parallel, forced, grace, activations, seed, output_bytes, loop_bytes,
           attempt_timeout] = value;
    archive("max_parallel", max_parallel);
    archive("max_parallel_forced", forced);
    archive("cancel_grace_ms", grace);
    archive("activations_per_task_max", activations);
    archive("seed", seed);
    archive("output_bytes_max", output_bytes);
    archive("loop_output_bytes_max", loop_bytes);
    archive("attempt_timeout_ms", attempt_timeout);
}
template <typename Archive, Is<core::RunCreated> Value>
void members(Archive& archive, Value& value) {
    auto& [run_id, workflow, attempt, inputs, settings, parent_run_id, documents, retry_of,
           retry_from, retry_all, trigger, priority, key, request_key, request_digest] = value;
    archive("run_id", run_id);
    archive("workflow", workflow);
    archive("attempt", attempt);
    archive("inputs", inputs);
    archive("settings", settings);
    archive("parent_run_id", parent_run_id);
    archive("documents", documents);
    archive("retry_of", retry_of);
    archive("retry_from", retry_from);
    archive("retry_all", retry_all);
    archive("trigger", trigger);
    archive("priority", priority);
    archive("key", key);
    archive.unless_empty("request_key", request_key);
    archive.unless_empty("request_digest", request_digest);
}
template <typename Archive, Is<core::RunResumed> Value>
void members(Archive& archive, Value& value) {
    auto& [deaths, settled] = value;
    archive("deaths", deaths);
    archive("settled", settled);
}
template <typename Archive, Is<core::AttemptStarted> Value>
void members(Archive& archive, Value& value) {
    auto& [execution, task, attempt, element] = value;
    archive("execution", execution);
    archive("task", task);
    archive("attempt", attempt);
    archive("element", element);
}
template <typename Archive, Is<core::RunEnded> Value>
void members(Archive& archive, Value& value) {
    auto& [status, failure, outputs] = value;
    archive("status", status);
    archive("failure", failure);
    archive("outputs", outputs);
}
template <typename Archive, Is<core::RunStarted> Value>
void members(Archive& /*archive*/, Value& /*value*/) {
    static_assert(std::is_empty_v<Value>);
}
template <typename Archive, Is<core::AttemptSucceeded> Value>
void members(Archive& archive, Value& value) {
    auto& [execution, attempt] = value;
    archive("execution", execution);
    archive("attempt", attempt);
}
template <typename Archive, Is<core::AttemptFailed> Value>
void members(Archive& archive, Value& value) {
    auto& [execution, attempt, failure] = value;
    archive("execution", execution);
    archive("attempt", attempt);
    archive("failure", failure);
}
template <typename Archive, Is<core::TimerFired> Value>
void members(Archive& archive, Value& value) {
    auto& [timer] = value;
    archive("timer", timer);
}
template <typename Archive, Is<core::Decided> Value>
void members(Archive& archive, Value& value) {
    auto& [execution, run, elements, failure] = value;
    archive("execution", execution);
    archive("run", run);
    archive("elements", elements);
    archive("failure", failure);
}
template <typename Archive, Is<core::RetryDecided> Value>
void members(Archive& archive, Value& value) {
    auto& [execution, attempt, again, failure] = value;
    archive("execution", execution);
    archive("attempt", attempt);
    archive("again", again);
    archive("failure", failure);
}
template <typename Archive, Is<core::WaitBegun> Value>
void members(Archive& archive, Value& value) {
    auto& [execution, attempt, delay, failure] = value;
    archive("execution", execution);
    archive("attempt", attempt);
    archive("delay_ms", delay);
    archive("failure", failure);
}
template <typename Archive, Is<core::WaitEnded> Value>
void members(Archive& archive, Value& value) {
    auto& [execution, attempt, failure] = value;
    archive("execution", execution);
    archive("attempt", attempt);
    archive("failure", failure);
}
template <typename Archive, Is<core::PauseRequested> Value>
void members(Archive& archive, Value& value) {
    auto& [reason] = value;
    archive("reason", reason);
}
template <typename Archive, Is<core::ResumeRequested> Value>
void members(Archive& /*archive*/, Value& /*value*/) {
    static_assert(std::is_empty_v<Value>);
}
template <typename Archive, Is<core::CancelRequested> Value>
void members(Archive& archive, Value& value) {
    auto& [reason] = value;
    archive("reason", reason);
}
template <typename Archive, Is<core::RunFailed> Value>
void members(Archive& archive, Value& value) {
    auto& [failure] = value;
    archive("failure", failure);
}

std::string_view name_of(core::Timer::Kind timer_kind) {
    switch (timer_kind) {
        case core::Timer::Kind::RunTimeout: return "run_timeout";
        case core::Timer::Kind::AttemptTimeout: return "attempt_timeout";
        case core::Timer::Kind::RetryDelay: return "retry_delay";
        case core::Timer::Kind::CancelGrace: return "cancel_grace";
        case core::Timer::Kind::Wait: return "wait";
    }
    throw EventError("names a timer that there is not");
}
std::string_view name_of(core::RunStatus status) {
    return core::to_string(status);
}
constexpr core::Timer::Kind last(For<core::Timer::Kind> /*type*/) {
    return core::Timer::Kind::Wait;
}
constexpr core::RunStatus last(For<core::RunStatus> /*type*/) {
    return core::RunStatus::Cancelled;
}

// ----- writing -----

bool deeper_than(const json::value& value, std::size_t levels) {
    const auto is_deeper = [levels](const json::value& inner) {
        return levels == 0 || deeper_than(inner, levels - 1);
    };
    if (const json::array* array = value.if_array()) {
        return levels == 0 || std::any_of(array->begin(), array->end(), is_deeper);
    }
    if (const json::object* object = value.if_object()) {
        return levels == 0 || std::any_of(object->begin(), object->end(), [&](const auto& member) {
                   return is_deeper(member.value());
               });
    }
    return false;
}

class Writer {
public:
    explicit Writer(std::string_view name) {
        out_ = "{\"v\":" + std::to_string(event_format) + ",\"kind\":\"";
        out_ += name;
        out_ += '"';
    }
    [[nodiscard]] std::string finish() {
        out_ += '}';
        return std::move(out_);
    }

    void operator()(std::string_view key, const std::string& text) {
        begin(key);
        core::append_json(out_, json::value(json::string(core::cel::repaired_utf8(text))));
    }
    void unless_empty(std::string_view key, const std::string& text) {
        if (!text.empty()) {
            (*this)(key, text);
        }
    }
    void operator()(std::string_view key, bool truth) {
        begin(key);
        out_ += truth ? "true" : "false";
    }
    template <std::integral Integer>
    void operator()(std::string_view key, Integer number) {
        begin(key);
        out_ += std::to_string(number);
    }
    void operator()(std::string_view key, core::Milliseconds time) { (*this)(key, time.count()); }
    template <typename Enum>
    requires std::is_enum_v<Enum>
    void operator()(std::string_view key, Enum value) {
        begin(key);
        out_ += '"';
        out_ += name_of(value);
        out_ += '"';
    }
    void operator()(std::string_view key, const json::object& object) {
        value(key, json::value(object));
    }
    void operator()(std::string_view key, const std::shared_ptr<const json::value>& output) {
        if (output) {
            value(key, *output);
        }
    }
    template <typename Value>
    void operator()(std::string_view key, const std::optional<Value>& perhaps) {
        if (perhaps) {
            (*this)(key, *perhaps);
        }
    }
    template <typename Struct>
    requires std::is_class_v<Struct>
    void operator()(std::string_view key, const Struct& inner) {
        begin(key);
        out_ += '{';
        first_ = true;
        members(*this, inner);
        out_ += '}';
        first_ = false;
    }

private:
    void begin(std::string_view key) {
        if (!std::exchange(first_, false)) {
            out_ += ',';
        }
        out_ += '"';
        out_ += key;
        out_ += "\":";
    }
    void value(std::string_view key, const json::value& content) {
        if (deeper_than(content, depth_max - 2)) {
            throw EventError("has an " + std::string(key) + " that is nested deeper than " +
                             std::to_string(depth_max) + " levels");
        }
        begin(key);
        core::append_json(out_, content);
    }

    std::string out_;
    bool first_ = false;
};

// ----- reading -----

class Reader {
public:
    Reader(json::object& object, std::string path) : object_(object), path_(std::move(path)) {}

    /// Refuses members that nobody asked for.
    void finish() const {
        for (const auto& member : object_) {
            if (std::find(seen_.begin(), seen_.end(), member.key()) == seen_.end()) {
                throw EventError("has the unknown member \"" + path_ +
                                 core::cel::shortened(std::string(member.key())) + '"');
            }
        }
    }

    void operator()(std::string_view key, std::string& text) {
        text = std::string(demand(key, demand(key).if_string(), "a text"));
    }
    void unless_empty(std::string_view key, std::string& text) {
        if (find(key) != nullptr) {
            (*this)(key, text);
        }
    }
    void operator()(std::string_view key, bool& truth) {
        truth = demand(key, demand(key).if_bool(), "true or false");
    }
    template <std::integral Integer>
    void operator()(std::string_view key, Integer& number) {
        const json::value& found = demand(key);
        if (const std::int64_t* whole = found.if_int64(); whole && std::in_range<Integer>(*whole)) {
            number = static_cast<Integer>(*whole);
        } else if (const std::uint64_t* large = found.if_uint64();
                   large && std::in_range<Integer>(*large)) {
            number = static_cast<Integer>(*large);
        } else {
            refuse(key,
                   "a whole number up to " + std::to_string(std::numeric_limits<Integer>::max()));
        }
    }
    void operator()(std::string_view key, core::Milliseconds& time) {
        core::Milliseconds::rep count = 0;
        (*this)(key, count);
        time = core::Milliseconds(count);
    }
    template <typename Enum>
    requires std::is_enum_v<Enum>
    void operator()(std::string_view key, Enum& value) {
        std::string name;
        (*this)(key, name);
        for (int i = 0; i <= static_cast<int>(last(For<Enum>{})); ++i) {
            if (name_of(static_cast<Enum>(i)) == name) {
                value = static_cast<Enum>(i);
                return;
            }
        }
        refuse(key, "a word that this program knows, which \"" + core::cel::shortened(name) +
                        "\" is not");
    }
    void operator()(std::string_view key, json::object& object) {
        object = std::move(demand(key, demand(key).if_object(), "an object"));
    }
    void operator()(std::string_view key, std::shared_ptr<const json::value>& output) {
        if (json::value* found = find(key)) {
            output = std::make_shared<const json::value>(std::move(*found));
        }
    }
    template <typename Value>
    void operator()(std::string_view key, std::optional<Value>& perhaps) {
        if (find(key) != nullptr) {
            (*this)(key, perhaps.emplace());
        }
    }
    template <typename Struct>
    requires std::is_class_v<Struct>
    void operator()(std::string_view key, Struct& inner) {
        Reader reader(demand(key, demand(key).if_object(), "an object"),
                      path_ + std::string(key) + '.');
        members(reader, inner);
        reader.finish();
    }

private:
    json::value* find(std::string_view key) {
        seen_.push_back(key);
        return object_.if_contains(key);
    }
    json::value& demand(std::string_view key) {
        if (json::value* found = find(key)) {
            return *found;
        }
        throw EventError("has no member \"" + path_ + std::string(key) + '"');
    }
    template <typename Value>
    Value& demand(std::string_view key, Value* found, const std::string& what) const {
        if (found == nullptr) {
            refuse(key, what);
        }
        return *found;
    }
    [[noreturn]] void refuse(std::string_view key, const std::string& what) const {
        throw EventError("has a member \"" + path_ + std::string(key) + "\" that is not " + what);
    }

    json::object& object_;
    std::string path_;
    std::vector<std::string_view> seen_;
};

template <typename Variant, typename Value>
bool read_alternative(Reader& reader, std::string_view name, Variant& result) {
    if (name != kind(For<Value>{})) {
        return false;
    }
    Value value;
    members(reader, value);
    result = std::move(value);
    return true;
}

template <typename... Events>
bool read_any(Reader& reader, std::string_view name, std::variant<Events...>& event) {
    return (read_alternative<std::variant<Events...>, Events>(reader, name, event) || ...);
}

template <typename... Entries>
bool read_entry(Reader& reader, std::string_view name, std::variant<Entries...>& entry) {
    const auto read_one = [&]<typename Entry>(For<Entry> /*type*/) {
        if constexpr (std::same_as<Entry, core::MachineEvent>) {
            core::MachineEvent taken;
            if (!read_any(reader, name, taken.event)) {
                return false;
            }
            reader("output", taken.output);
            entry = std::move(taken);
            return true;
        } else {
            return read_alternative<std::variant<Entries...>, Entry>(reader, name, entry);
        }
    };
    return (read_one(For<Entries>{}) || ...);
}

}  // namespace

std::string encode_entry(const core::JournalEntry& entry) {
    return std::visit(
        []<typename Entry>(const Entry& concrete) {
            if constexpr (std::same_as<Entry, core::MachineEvent>) {
                const auto& [event, output] = concrete;
                return std::visit(
                    [&output = output]<typename Event>(const Event& happened) {
                        Writer writer(kind(For<Event>{}));
                        members(writer, happened);
                        writer("output", output);
                        return writer.finish();
                    },
                    event);
            } else {
                Writer writer(kind(For<Entry>{}));
                members(writer, concrete);
                return writer.finish();
            }
        },
        entry);
}

core::JournalEntry decode_entry(std::string_view bytes) {
    json::value document;
    try {
        document = core::parse_json(bytes, {.depth_max = depth_max, .bytes_max = bytes_max});
    } catch (const core::JsonError& error) {
        throw EventError(std::string("is not JSON: ") + error.what());
    }
    json::object* object = document.if_object();
    if (object == nullptr) {
        throw EventError("is not a JSON object");
    }
    Reader reader(*object, {});
    std::int64_t version = 0;
    reader("v", version);
    if (version > event_format) {
        throw EventTooNew("has format " + std::to_string(version) + "; this program knows up to " +
                          std::to_string(event_format) + ": a newer one wrote it");
    }
    if (version < 1) {
        throw EventError("has format " + std::to_string(version) + ", which there never was");
    }
    std::string name;
    reader("kind", name);
    core::JournalEntry entry;
    if (!read_entry(reader, name, entry)) {
        throw EventError("is of the unknown kind \"" + core::cel::shortened(name) + '"');
    }
    reader.finish();
    return entry;
}

}  // namespace oa::host
