#include "host/cli/run_event_text.hpp"

#include <array>
#include <string_view>

#include <boost/json.hpp>

#include "host/log/logger.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || value->is_null()) {
        return {};
    }
    return value->is_string() ? printable(value->get_string()) : printable(json::serialize(*value));
}

/// "push", "resize[3]".
std::string subject_of(const json::object& event) {
    const std::string element = text_at(event, "element");
    return text_at(event, "task") + (element.empty() ? "" : "[" + element + "]");
}

/// What there is to say, with commas between.
std::string said_of(const json::object& event) {
    std::string said;
    const auto add = [&said](const std::string& text) {
        said += (said.empty() || text.empty() ? "" : ", ") + text;
    };
    add(text_at(event, "status"));
    for (const std::string_view key : {"kind", "reason", "message", "trigger"}) {
        add(text_at(event, key));
    }
    if (const std::string until = text_at(event, "until"); !until.empty()) {
        add("until " + until);
    }
    if (const std::string attempt = text_at(event, "attempt"); !attempt.empty() && attempt != "1") {
        add("attempt " + attempt);
    }
    if (const json::value* error = event.if_contains("error"); error && error->is_object()) {
        add(text_at(error->get_object(), "code") + ": " + text_at(error->get_object(), "message"));
    }
    if (const std::string delay = text_at(event, "delay_ms"); !delay.empty()) {
        add("again in " + delay + " ms");
    }
    return said;
}

}  // namespace

std::string event_text(const json::object& event, bool with_run) {
    std::string text = text_at(event, "at") + ' ';
    if (with_run) {
        text += text_at(event, "run") + ' ' + text_at(event, "workflow") + ": ";
    }
    text += text_at(event, "type");
    const std::string subject = subject_of(event);
    text += subject.empty() ? "" : ' ' + subject;
    const std::string said = said_of(event);
    return text + (said.empty() ? "" : ": " + said);
}

}  // namespace oa::host
