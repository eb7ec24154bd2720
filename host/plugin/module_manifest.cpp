#include "host/plugin/module_manifest.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "core/json/json.hpp"
#include "host/plugin/module_rules.hpp"

namespace oa::host {
namespace {

constexpr std::int64_t known_format = 1;
// A schema may be as deep as JSON may be, and stands three levels down.
constexpr core::JsonLimits manifest_limits{.depth_max = 64 + 3, .bytes_max = 16U << 20U};

struct Flag {
    std::uint32_t bit;
    std::string_view word;
};
constexpr std::array module_flags{
    Flag{OA_M_NO_UNLOAD, "no_unload"}, Flag{OA_M_NO_FORK, "no_fork"}, Flag{OA_M_ISOLATE, "isolate"},
    Flag{OA_M_SINGLETON, "singleton"}, Flag{OA_M_SIGNALS, "signals"},
};
constexpr std::array function_flags{
    Flag{OA_F_IDEMPOTENT, "idempotent"},   Flag{OA_F_PURE, "pure"},
    Flag{OA_F_BLOCKING, "blocking"},       Flag{OA_F_THREAD_SAFE, "thread_safe"},
    Flag{OA_F_CANCELLABLE, "cancellable"}, Flag{OA_F_ISOLATE, "isolate"},
    Flag{OA_F_SECRETS, "secrets"},         Flag{OA_F_NETWORK, "network"},
    Flag{OA_F_FILESYSTEM, "filesystem"},   Flag{OA_F_PROCESSES, "processes"},
};

[[noreturn]] void invalid(const std::string& what) {
    refuse_description("its manifest " + what);
}

/// The members of one JSON object of the manifest. What is taken may be moved out of it.
class Table {
public:
    /// `subject` stands behind a member's name: " of function 2", or nothing.
    Table(boost::json::value& value, std::string subject) : subject_(std::move(subject)) {
        if (!value.is_object()) {
            invalid("has something else than a JSON object" +
                    (subject_.empty() ? std::string() : " in place" + subject_));
        }
        object_ = &value.get_object();
    }

    [[nodiscard]] std::string text(std::string_view key) const {
        const auto* value = object_->if_contains(key);
        if (value == nullptr) {
            return {};
        }
        if (!value->is_string()) {
            wrong(key, "a text");
        }
        return std::string(value->get_string());
    }

    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const {
        std::vector<std::string> out;
        const auto* value = object_->if_contains(key);
        if (value == nullptr) {
            return out;
        }
        if (!value->is_array()) {
            wrong(key, "a list of texts");
        }
        for (const auto& element : value->get_array()) {
            if (!element.is_string()) {
                wrong(key, "a list of texts");
            }
            out.emplace_back(element.get_string());
        }
        return out;
    }

    [[nodiscard]] std::uint32_t flags(std::span<const Flag> known) const {
        std::uint32_t out = 0;
        for (const auto& word : texts("flags")) {
            for (const Flag& flag : known) {
                out |= flag.word == word ? flag.bit : 0U;
            }
        }
        return out;
    }

    [[nodiscard]] std::uint32_t number(std::string_view key) const {
        const auto* value = object_->if_contains(key);
        if (value == nullptr) {
            return 0;
        }
        if (!value->is_int64() || value->get_int64() < 0 ||
            value->get_int64() > std::numeric_limits<std::uint32_t>::max()) {
            wrong(key, "a number from 0 to 4294967295");
        }
        return static_cast<std::uint32_t>(value->get_int64());
    }

    /// "1.0" as the contract's number.
    [[nodiscard]] std::uint32_t abi(std::string_view key) const {
        const std::string value = text(key);
        const auto dot = value.find('.');
        const auto part = [&](std::string_view digits) -> std::uint32_t {
            const bool fits = !digits.empty() && digits.size() <= 4 &&
                              digits.find_first_not_of("0123456789") == std::string_view::npos;
            if (!fits) {
                wrong(key, "a version such as \"1.0\"");
            }
            return static_cast<std::uint32_t>(std::stoul(std::string(digits)));
        };
        const std::string_view whole = value;
        return part(whole.substr(0, dot)) << 16U |
               part(dot == std::string::npos ? std::string_view() : whole.substr(dot + 1));
    }

    [[nodiscard]] boost::json::value* find(std::string_view key) const {
        return object_->if_contains(key);
    }

    [[nodiscard]] ToldJson json(std::string_view key) const {
        auto* value = find(key);
        return value == nullptr ? ToldJson() : ToldJson(std::move(*value));
    }

    [[noreturn]] void wrong(std::string_view key, std::string_view expected) const {
        invalid("has a member \"" + std::string(key) + '"' + subject_ + " that is not " +
                std::string(expected));
    }

private:
    boost::json::object* object_ = nullptr;
    std::string subject_;
};

boost::json::value parse(std::string_view json) {
    try {
        return core::parse_json(json, manifest_limits);
    } catch (const core::JsonError& error) {
        invalid(std::string("is not JSON: ") + error.what());
    }
}

ModuleInfo read_module(const Table& table) {
    ToldModule told;
    told.id = table.text("id");
    told.name = table.text("name");
    told.aliases = table.texts("aliases");
    told.version = table.text("version");
    told.vendor = table.text("vendor");
    told.license = table.text("license");
    told.homepage = table.text("homepage");
    told.summary = table.text("summary");
    told.build = table.text("build");
    told.config_schema = table.json("config_schema");
    told.abi = table.abi("abi");
    told.abi_min = table.abi("abi_min");
    told.flags = table.flags(module_flags);
    return check_module(std::move(told));
}

std::unique_ptr<LoadedFunction> read_function(boost::json::value& value,
                                              std::uint32_t index,
                                              const std::string& module) {
    const std::string subject = " of " + nth_function(index, module);
    const Table table(value, subject);
    ToldFunction told;
    told.name = table.text("name");
    told.aliases = table.texts("aliases");
    told.title = table.text("title");
    told.summary = table.text("summary");
    told.flags = table.flags(function_flags);
    told.params_schema = table.json("params_schema");
    told.output_schema = table.json("output_schema");
    told.examples = table.json("examples");
    if (auto* deprecated = table.find("deprecated")) {
        const Table words(*deprecated, " of the deprecation" + subject);
        told.deprecated = ToldDeprecation{.since = words.text("since"),
                                          .replace_with = words.text("replace_with"),
                                          .reason = words.text("reason")};
    }
    told.default_timeout_ms = table.number("default_timeout_ms");
    told.max_concurrency = table.number("max_concurrency");
    return check_function(std::move(told), index, module);
}

// ---- Differences ----

/// Numbers are the same when their values are, whether they are written as 5 or as 5.0.
bool same_json(const boost::json::value& left, const boost::json::value& right) {
    if (left.is_number() && right.is_number()) {
        return left.is_double() || right.is_double()
                   ? left.to_number<double>() == right.to_number<double>()
                   : left == right;
    }
    if (left.is_array() && right.is_array()) {
        return std::equal(left.get_array().begin(), left.get_array().end(),
                          right.get_array().begin(), right.get_array().end(), same_json);
    }
    if (left.is_object() && right.is_object()) {
        const auto& other = right.get_object();
        return left.get_object().size() == other.size() &&
               std::all_of(left.get_object().begin(), left.get_object().end(),
                           [&other](const auto& member) {
                               const auto* found = other.if_contains(member.key());
                               return found != nullptr && same_json(member.value(), *found);
                           });
    }
    return left == right;
}

std::string shown(const std::string& text) {
    constexpr std::size_t shown_max = 80;
    return text.empty() ? "nothing" : text.size() <= shown_max ? text : text.substr(0, shown_max);
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts) {
        out += (out.empty() ? "" : ", ") + text;
    }
    return out;
}

std::string words_of(std::uint32_t bits, std::span<const Flag> known) {
    std::vector<std::string> out;
    for (const Flag& flag : known) {
        if ((bits & flag.bit) != 0) {
            out.emplace_back(flag.word);
        }
    }
    return joined(out);
}

/// Keeps the first difference that it is told.
class Comparison {
public:
    /// What the members belong to: " of function get".
    void enter(std::string subject) { subject_ = std::move(subject); }

    void text(const char* member, const std::string& manifest, const std::string& live) {
        if (!found_ && manifest != live) {
            found_ = "its manifest says " + std::string(member) + ' ' + shown(manifest) + subject_ +
                     ", the module itself " + shown(live);
        }
    }
    void number(const char* member, std::uint64_t manifest, std::uint64_t live) {
        text(member, std::to_string(manifest), std::to_string(live));
    }
    void json(const char* member,
              const boost::json::value& manifest,
              const boost::json::value& live) {
        if (!found_ && !same_json(manifest, live)) {
            found_ = "its manifest has another " + std::string(member) + subject_ +
                     " than the module itself";
        }
    }

    [[nodiscard]] std::optional<std::string> found() const { return found_; }

private:
    std::string subject_;
    std::optional<std::string> found_;
};

void compare_modules(Comparison& out, const ModuleInfo& manifest, const ModuleInfo& live) {
    out.text("abi", abi_text(manifest.abi), abi_text(live.abi));
    out.text("abi_min", abi_text(manifest.abi_min), abi_text(live.abi_min));
    out.text("id", manifest.id, live.id);
    out.text("name", manifest.name, live.name);
    out.text("version", manifest.version, live.version);
    out.text("aliases", joined(manifest.aliases), joined(live.aliases));
    out.text("vendor", manifest.vendor, live.vendor);
    out.text("license", manifest.license, live.license);
    out.text("homepage", manifest.homepage, live.homepage);
    out.text("summary", manifest.summary, live.summary);
    out.text("build", manifest.build, live.build);
    out.text("flags", words_of(manifest.flags, module_flags), words_of(live.flags, module_flags));
    out.json("config_schema", manifest.config_schema, live.config_schema);
}

void compare_functions(Comparison& out,
                       const LoadedFunction& manifest,
                       const LoadedFunction& live) {
    out.text("name", manifest.function, live.function);
    out.text("aliases", joined(manifest.aliases), joined(live.aliases));
    out.text("title", manifest.title, live.title);
    out.text("summary", manifest.summary, live.summary);
    out.text("flags", words_of(manifest.flags, function_flags),
             words_of(live.flags, function_flags));
    out.json("params_schema", manifest.params_schema, live.params_schema);
    out.json("output_schema", manifest.output_schema, live.output_schema);
    out.json("examples", manifest.examples, live.examples);
    out.text("deprecated", manifest.deprecated ? "yes" : "no", live.deprecated ? "yes" : "no");
    out.text("since", manifest.deprecated_since, live.deprecated_since);
    out.text("replace_with", manifest.replaced_by, live.replaced_by);
    out.text("reason", manifest.deprecation_reason, live.deprecation_reason);
    out.number("default_timeout_ms", manifest.default_timeout_ms, live.default_timeout_ms);
    out.number("max_concurrency", manifest.max_concurrency, live.max_concurrency);
}

}  // namespace

ModuleDescription read_manifest(std::string_view json) {
    auto document = parse(json);
    const Table table(document, "");
    if (const auto* format = table.find("manifest");
        format == nullptr || !format->is_int64() || format->get_int64() != known_format) {
        invalid("is of a kind that this host does not know; it reads \"manifest\": 1");
    }
    const std::uint32_t abi = table.abi("abi");
    check_abi(abi, table.abi("abi_min"));
    auto info = read_module(table);
    auto* list = table.find("functions");
    if (list == nullptr || !list->is_array()) {
        table.wrong("functions", "a list of functions");
    }
    check_function_count(list->get_array().size(), "the number of its functions");
    std::vector<std::unique_ptr<LoadedFunction>> functions;
    for (auto& function : list->get_array()) {
        const auto index = static_cast<std::uint32_t>(functions.size());
        functions.push_back(read_function(function, index, info.name));
    }
    check_function_names(functions);
    return describe_module(std::move(info), std::move(functions));
}

std::optional<std::string> find_difference(const ModuleDescription& manifest,
                                           const ModuleDescription& live) {
    Comparison out;
    compare_modules(out, manifest.info, live.info);
    out.number("functions", manifest.functions.size(), live.functions.size());
    const auto count = std::min(manifest.functions.size(), live.functions.size());
    for (std::size_t i = 0; i < count && !out.found(); ++i) {
        out.enter(" of function " + manifest.functions[i]->function);
        compare_functions(out, *manifest.functions[i], *live.functions[i]);
    }
    return out.found();
}

}  // namespace oa::host
