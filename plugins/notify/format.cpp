#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "functions.hpp"

namespace oa::notify {

namespace {

std::string text_of(const Json& value) {
    return value.is_string() ? value.as_string() : value.dump();
}

/// The value that "a.b[c]" names in a map, or nullptr.
const Json* find_path(const Json& data, std::string_view path) {
    const Json* at = &data;
    while (!path.empty() && at != nullptr) {
        const std::size_t end = path.find_first_of(".[]");
        const std::string_view name = path.substr(0, end);
        if (!name.empty()) {
            const bool index = at->is_array() &&
                               std::all_of(name.begin(), name.end(),
                                           [](char c) { return c >= '0' && c <= '9'; }) &&
                               name.size() < 10;
            if (index) {
                const std::size_t number = std::stoul(std::string(name));
                at = number < at->size() ? &at->at(number) : nullptr;
            } else {
                at = at->find(name);
            }
        }
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return at;
}

/// Fills {name} with values; {{ and }} stand for braces.
class Template {
public:
    Template(const Params& params, std::string_view text, const Json& data)
        : params_(params), rest_(text), data_(data) {}

    std::string fill() {
        while (!rest_.empty()) {
            const std::size_t brace = rest_.find_first_of("{}");
            out_.append(rest_.substr(0, brace));
            rest_.remove_prefix(std::min(brace, rest_.size()));
            if (!rest_.empty()) {
                take_brace();
            }
        }
        return std::move(out_);
    }

private:
    void take_brace() {
        const char brace = rest_.front();
        if (rest_.size() > 1 && rest_[1] == brace) {
            out_ += brace;
            rest_.remove_prefix(2);
            return;
        }
        const std::size_t end = rest_.find('}');
        if (brace == '}' || end == std::string_view::npos) {
            throw params_.wrong("template",
                                "the template has a single brace; write {{ or }} for one "
                                "that stays");
        }
        const std::string_view name = rest_.substr(1, end - 1);
        out_ += value_of(name);
        rest_.remove_prefix(end + 1);
    }

    std::string value_of(std::string_view name) {
        if (!data_.is_object()) {
            if (name == "data") {
                return text_of(data_);
            }
        } else if (const Json* const found = name.empty() ? nullptr : find_path(data_, name)) {
            return text_of(*found);
        }
        throw params_.wrong("template", "the template names '" + std::string(name) +
                                            "', which the data do not have");
    }

    const Params& params_;
    std::string_view rest_;
    const Json& data_;
    std::string out_;
};

std::string as_markdown(const Json& data) {
    if (!data.is_object()) {
        return "```\n" + text_of(data) + "\n```";
    }
    std::string out = "**Workflow Result:**\n";
    for (const Json::Member& member : data.as_object()) {
        out += "\n• **" + member.key + "**: " + text_of(member.value);
    }
    return out;
}

std::string as_text(const Json& data) {
    if (!data.is_object()) {
        return text_of(data);
    }
    std::string out;
    for (const Json::Member& member : data.as_object()) {
        out.append(out.empty() ? "" : "\n").append(member.key).append(": ");
        out += text_of(member.value);
    }
    return out;
}

/// Characters, not bytes.
std::size_t length_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

}  // namespace

Json format(Module& /*module*/, Call& call) {
    const Params params(call.params());
    const Json& data = params.has("data") ? params.value("data") : params.value("input");
    if (data.is_null()) {
        throw params.wrong("data", "data is missing, and there is no input");
    }
    const std::string form = params.text("format", "text");
    std::string content;
    if (params.has("template")) {
        content = Template(params, params.required("template"), data).fill();
    } else if (form == "json") {
        content = data.dump(JsonStyle::Indented);
    } else if (form == "markdown") {
        content = as_markdown(data);
    } else if (form == "text") {
        content = as_text(data);
    } else {
        throw params.wrong("format", "format is none of text, json and markdown");
    }
    const std::size_t length = length_of(content);
    return {{"content", std::move(content)}, {"format", form}, {"length", length}};
}

}  // namespace oa::notify
