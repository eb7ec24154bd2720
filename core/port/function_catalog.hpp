#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace oa::core {

/// Where a function runs: in the host's process, or in one of its own.
enum class Isolation { InProcess, Process };

/// What the engine knows of a task function before it calls it. [owner: the catalog, for its whole
/// life]
struct FunctionInfo {
    std::string module;    ///< canonical short name
    std::string function;  ///< canonical name
    std::string version;   ///< of the module; empty where the catalog knows none
    boost::json::object params_schema;
    std::vector<std::string> parameters;  ///< names that the schema declares, in its order
    bool open = false;                    ///< takes parameters that it does not declare
    bool idempotent = false;
    bool thread_safe = false;
    bool deprecated = false;
    std::string replaced_by;               ///< "module.function", when deprecated
    std::uint32_t default_timeout_ms = 0;  ///< 0: none of its own

    [[nodiscard]] bool takes(std::string_view parameter) const;
};

/// The functions that workflows can call. Implementations are immutable while anyone reads them.
class FunctionCatalog {
public:
    virtual ~FunctionCatalog() = default;

    // A module is called by its name, its id or an alias. A catalog that offers several versions of
    // a module understands a range of them behind the name: "http@^1.2".

    /// By canonical names or aliases; nullptr when there is none.
    [[nodiscard]] virtual const FunctionInfo* find(std::string_view module,
                                                   std::string_view function) const = 0;
    /// Whether a module of that name, id or alias is loaded, and of a version that fits.
    [[nodiscard]] virtual bool has_module(std::string_view module) const = 0;
    /// Why no version of a module that is loaded fits: "module http has no version that fits ^3;
    /// loaded are 1.0.4 and 2.1.0". Nothing where the name is all that there is to say.
    [[nodiscard]] virtual std::optional<std::string> version_problem(
        [[maybe_unused]] std::string_view module) const {
        return std::nullopt;
    }
    /// For "did you mean": every module name; every function name of a module, aliases included.
    [[nodiscard]] virtual std::vector<std::string> module_names() const = 0;
    [[nodiscard]] virtual std::vector<std::string> function_names(
        std::string_view module) const = 0;

protected:
    FunctionCatalog() = default;
    FunctionCatalog(const FunctionCatalog&) = default;
    FunctionCatalog& operator=(const FunctionCatalog&) = default;
};

}  // namespace oa::core
