#include "sdk/manifest/manifest.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "oa/json.hpp"

// A member of a table, or 0 where whoever made the table did not know it.
#define OA_MEMBER(table, type, member) (OA_HAS(&(table), type, member) ? (table).member : 0)

namespace oa::manifest {
namespace {

constexpr std::size_t text_bytes_max = 16384;
constexpr std::size_t json_bytes_max = 1U << 20U;
constexpr std::uint32_t function_count_max = 4096;
constexpr std::size_t alias_count_max = 256;

struct Flag {
    std::uint32_t bit;
    const char* name;
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

std::string bounded(const char* text, const std::string& what, std::size_t bytes_max) {
    const std::size_t length = strnlen(text, bytes_max + 1);
    if (length > bytes_max) {
        throw ManifestError(what + " is longer than " + std::to_string(bytes_max) + " bytes");
    }
    std::string out(text, length);
    if (!is_utf8(out)) {
        throw ManifestError(what + " is not valid UTF-8");
    }
    return out;
}

/// Adds the members of one table, in the order of the calls.
class TableWriter {
public:
    /// `subject`: "the module", "function get".
    explicit TableWriter(std::string subject) : subject_(std::move(subject)) {}

    void text(const char* key, const char* value) {
        if (value != nullptr) {
            out_.set(key, bounded(value, what(key), text_bytes_max));
        }
    }

    void required(const char* key, const char* value) {
        if (value == nullptr || *value == '\0') {
            throw ManifestError(subject_ + " has no " + key);
        }
        text(key, value);
    }

    void texts(const char* key, const char* const* values) {
        if (values == nullptr || *values == nullptr) {
            return;
        }
        Json::Array array;
        for (; *values != nullptr; ++values) {
            if (array.size() == alias_count_max) {
                throw ManifestError(what(key) + " are more than " +
                                    std::to_string(alias_count_max) + ", or their list has no end");
            }
            array.emplace_back(bounded(*values, what(key), text_bytes_max));
        }
        out_.set(key, std::move(array));
    }

    void json(const char* key, const char* value) {
        if (value == nullptr) {
            return;
        }
        Json parsed;
        try {
            parsed = Json::parse(bounded(value, what(key), json_bytes_max));
        } catch (const JsonError& error) {
            throw ManifestError(what(key) + " is not JSON: " + error.what());
        }
        if (!(parsed.is_array() && parsed.empty())) {
            out_.set(key, std::move(parsed));
        }
    }

    template <std::size_t count>
    void flags(std::uint32_t bits, const std::array<Flag, count>& names) {
        Json::Array array;
        for (const Flag& flag : names) {
            if ((bits & flag.bit) != 0) {
                array.emplace_back(flag.name);
            }
        }
        if (!array.empty()) {
            out_.set("flags", std::move(array));
        }
    }

    void value(const char* key, Json json) { out_.set(key, std::move(json)); }

    [[nodiscard]] Json finish() { return Json(std::move(out_)); }

private:
    [[nodiscard]] std::string what(const char* key) const {
        return std::string(key) + " of " + subject_;
    }

    std::string subject_;
    Json::Object out_;
};

std::string version_text(std::uint32_t abi) {
    return std::to_string(abi >> 16U) + "." + std::to_string(abi & 0xFFFFU);
}

Json write_deprecation(const oa_deprecation& deprecation, const std::string& subject) {
    TableWriter out("the deprecation of " + subject);
    out.text("since", OA_MEMBER(deprecation, oa_deprecation, since));
    out.text("replace_with", OA_MEMBER(deprecation, oa_deprecation, replace_with));
    out.text("reason", OA_MEMBER(deprecation, oa_deprecation, reason));
    return out.finish();
}

Json write_function(const oa_function* function, std::uint32_t index) {
    std::string subject = "function " + std::to_string(index + 1);
    if (function == nullptr) {
        throw ManifestError(subject + " is NULL");
    }
    const char* const name = OA_MEMBER(*function, oa_function, name);
    if (name == nullptr) {
        throw ManifestError(subject + " has no name");
    }
    subject = "function " + bounded(name, "the name of " + subject, text_bytes_max);
    TableWriter out(subject);
    out.required("name", name);
    out.texts("aliases", OA_MEMBER(*function, oa_function, aliases));
    out.text("title", OA_MEMBER(*function, oa_function, title));
    out.text("summary", OA_MEMBER(*function, oa_function, summary));
    out.flags(OA_MEMBER(*function, oa_function, flags), function_flags);
    out.json("params_schema", OA_MEMBER(*function, oa_function, params_schema));
    out.json("output_schema", OA_MEMBER(*function, oa_function, output_schema));
    out.json("examples", OA_MEMBER(*function, oa_function, examples));
    // NOLINTNEXTLINE(bugprone-sizeof-expression): it is the pointer whose size is asked
    if (const auto* deprecated = OA_MEMBER(*function, oa_function, deprecated)) {
        out.value("deprecated", write_deprecation(*deprecated, subject));
    }
    out.value("default_timeout_ms", OA_MEMBER(*function, oa_function, default_timeout_ms));
    out.value("max_concurrency", OA_MEMBER(*function, oa_function, max_concurrency));
    return out.finish();
}

Json write_functions(const oa_module& module) {
    const std::uint32_t count = OA_MEMBER(module, oa_module, function_count);
    const auto* functions = OA_MEMBER(module, oa_module, functions);
    if (count == 0 || count > function_count_max || functions == nullptr) {
        throw ManifestError("the module's list of functions is empty, or longer than " +
                            std::to_string(function_count_max));
    }
    Json::Array out;
    for (std::uint32_t index = 0; index < count; ++index) {
        out.push_back(write_function(functions[index], index));
    }
    return Json(std::move(out));
}

}  // namespace

std::string write(const oa_module& module) {
    TableWriter out("the module");
    out.value("manifest", 1);
    out.value("abi", version_text(OA_MEMBER(module, oa_module, abi)));
    out.value("abi_min", version_text(OA_MEMBER(module, oa_module, abi_min)));
    out.required("id", OA_MEMBER(module, oa_module, id));
    out.required("name", OA_MEMBER(module, oa_module, name));
    out.required("version", OA_MEMBER(module, oa_module, version));
    out.texts("aliases", OA_MEMBER(module, oa_module, aliases));
    out.text("vendor", OA_MEMBER(module, oa_module, vendor));
    out.text("license", OA_MEMBER(module, oa_module, license));
    out.text("homepage", OA_MEMBER(module, oa_module, homepage));
    out.text("summary", OA_MEMBER(module, oa_module, summary));
    out.text("build", OA_MEMBER(module, oa_module, build));
    out.flags(OA_MEMBER(module, oa_module, flags), module_flags);
    out.json("config_schema", OA_MEMBER(module, oa_module, config_schema));
    out.value("functions", write_functions(module));
    std::string text = out.finish().dump();
    try {
        // What is as deep as JSON may be in a schema is too deep within the manifest.
        static_cast<void>(Json::parse(text));
    } catch (const JsonError&) {
        throw ManifestError(
            "a schema or example of the module is nested too deeply for a manifest");
    }
    return text;
}

}  // namespace oa::manifest
