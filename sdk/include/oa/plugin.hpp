#pragma once

// Everything that a plug-in in C++20 needs. A whole one:
//
//     #include <oa/plugin.hpp>
//
//     static oa::Json hello(oa::Call& call) {
//         return {{"greeting", "Hello, " + call.param<std::string>("who", "world")}};
//     }
//
//     static constexpr oa_function functions[] = {
//         oa::function<hello>({
//             .name = "hello",
//             .summary = "Greets somebody.",
//             .params = R"({"type": "object", "additionalProperties": false,
//                           "properties": {"who": {"type": "string", "default": "world"}}})",
//             .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE,
//         }),
//     };
//
//     OA_PLUGIN(oa::Module{.id = "com.example.hello", .name = "hello", .version = "1.0.0",
//                          .summary = "Greetings."},
//               functions)
//
// A handler takes an oa::Call& and returns oa::Json, its output, or nothing. It fails by throwing:
// oa::Error says everything; any other exception becomes INTERNAL. Nothing leaves the plug-in.
//
// A module that keeps state (connections, caches) is a class T that is made from
// (const oa::Host&, const oa::Json& config), (const oa::Host&) or nothing; handlers then take
// (T&, oa::Call&). T may have start() and stop(). Name it by `.lifecycle = oa::lifecycle<T>`.

#include <array>
#include <cstddef>
#include <cstdint>

#include "oa/call.hpp"
#include "oa/detail/boundary.hpp"
#include "oa/duration.hpp"
#include "oa/error.hpp"
#include "oa/json.hpp"
#include "oa/plugin.h"

#if defined(__VERSION__)
#define OA_DETAIL_COMPILER "C++, " __VERSION__
#else
#define OA_DETAIL_COMPILER "C++"
#endif

namespace oa {
inline namespace v1 {

/// What a function is. Every text is a literal; nullptr leaves it out.
struct Function {
    const char* name = nullptr;                   ///< [a-z][a-z0-9_]*
    const char* title = nullptr;                  ///< a few words
    const char* summary = "";                     ///< what it does, one sentence
    const char* params = R"({"type":"object"})";  ///< JSON Schema 2020-12 of the parameters
    const char* output = nullptr;                 ///< JSON Schema 2020-12 of the output
    const char* examples = nullptr;  ///< JSON array of {"title", "params", "output"?, "error"?}
    std::uint32_t flags = 0;         ///< OA_F_*
    const char* const* aliases = nullptr;  ///< other names, ended by nullptr
    const oa_deprecation* deprecated = nullptr;
    std::uint32_t default_timeout_ms = 0;  ///< 0: the host's
    std::uint32_t max_concurrency = 0;     ///< 0: no limit of its own
};

/// A table entry for `Handler`: Json or void of (Call&) or (T&, Call&), or a function of the type
/// of oa_function::run, which is taken as it is.
template <auto Handler>
[[nodiscard]] consteval oa_function function(const Function& info) {
    oa_function out{};
    out.struct_size = sizeof(oa_function);
    out.flags = info.flags;
    out.name = info.name;
    out.aliases = info.aliases;
    out.title = info.title;
    out.summary = info.summary;
    out.params_schema = info.params;
    out.output_schema = info.output;
    out.examples = info.examples;
    out.deprecated = info.deprecated;
    out.default_timeout_ms = info.default_timeout_ms;
    out.max_concurrency = info.max_concurrency;
    out.run = detail::entry_of<Handler>();
    return out;
}

/// How the host makes and ends the state of a module.
struct Lifecycle {
    decltype(oa_module::create) create = nullptr;
    decltype(oa_module::start) start = nullptr;
    decltype(oa_module::stop) stop = nullptr;
    decltype(oa_module::destroy) destroy = nullptr;
};

template <typename T>
inline constexpr Lifecycle lifecycle{detail::Instance<T>::create, detail::Instance<T>::start,
                                     detail::Instance<T>::stop, detail::Instance<T>::destroy};

/// What a module is. Every text is a literal; nullptr leaves it out.
struct Module {
    const char* id = nullptr;              ///< reverse DNS: com.acme.http
    const char* name = nullptr;            ///< for workflows, [a-z][a-z0-9_-]*: http
    const char* version = nullptr;         ///< SemVer
    const char* summary = "";              ///< one sentence
    const char* const* aliases = nullptr;  ///< other names, ended by nullptr
    const char* vendor = nullptr;
    const char* license = nullptr;  ///< SPDX expression
    const char* homepage = nullptr;
    const char* build = OA_DETAIL_COMPILER;  ///< compiler, flags, revision
    const char* config = nullptr;            ///< JSON Schema of the configuration
    std::uint32_t flags = 0;                 ///< OA_M_*
    Lifecycle lifecycle = {};
    decltype(oa_module::get_extension) get_extension = nullptr;
};

namespace detail {

/// The static data behind OA_PLUGIN.
template <std::size_t Count>
class ModuleTable {
public:
    constexpr ModuleTable(const Module& info, const oa_function (&entries)[Count]) {
        for (std::size_t i = 0; i < Count; ++i) {
            pointers_[i] = &entries[i];
        }
        module_.struct_size = sizeof(oa_module);
        module_.abi = abi_version;
        module_.abi_min = abi_min_version;
        module_.flags = info.flags;
        module_.id = info.id;
        module_.name = info.name;
        module_.aliases = info.aliases;
        module_.version = info.version;
        module_.vendor = info.vendor;
        module_.license = info.license;
        module_.homepage = info.homepage;
        module_.summary = info.summary;
        module_.build = info.build;
        module_.config_schema = info.config;
        module_.function_count = Count;
        module_.functions = pointers_.data();
        module_.create = info.lifecycle.create;
        module_.start = info.lifecycle.start;
        module_.stop = info.lifecycle.stop;
        module_.destroy = info.lifecycle.destroy;
        module_.get_extension = info.get_extension;
    }
    ModuleTable(const ModuleTable&) = delete;
    ModuleTable& operator=(const ModuleTable&) = delete;

    [[nodiscard]] constexpr const oa_module* get() const noexcept { return &module_; }

private:
    std::array<const oa_function*, Count> pointers_{};
    oa_module module_{};
};

}  // namespace detail

}  // namespace v1
}  // namespace oa

/// OA_PLUGIN(oa::Module{...}, functions): once per plug-in, outside of any namespace. `functions`
/// is a constexpr array of oa_function.
#define OA_PLUGIN(...)                                                                      \
    extern "C" OA_EXPORT const oa_module* OA_CALL oa_module_entry_v1(const oa_host*, char*, \
                                                                     size_t) noexcept {     \
        static constexpr ::oa::detail::ModuleTable oa_module_table(__VA_ARGS__);            \
        return oa_module_table.get();                                                       \
    }
