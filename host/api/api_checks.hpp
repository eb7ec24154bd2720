#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/schema/schema.hpp"
#include "host/api/route.hpp"
#include "host/http/http_message.hpp"

namespace oa::host {

/// Checks what is asked against what the routes declare. Thread safe.
class ApiChecks {
public:
    /// `schemas`: those of the API by name, of which routes name some; they name each other as
    /// "#/components/schemas/NAME". Throws std::logic_error when one of all these is no schema.
    ApiChecks(const Routes& routes, const boost::json::object& schemas);

    /// The type of the body; ApiProblem 415 otherwise.
    void check_head(const Route& route, const HttpRequest& head) const;
    /// Parameters of the query and the header, and the path's. Throws ApiProblem 400, with all
    /// that is wrong.
    void check_parameters(const Route& route, const HttpRequest& request) const;
    /// The body as JSON, with defaults filled in; null where there is none. Throws ApiProblem: 400
    /// when it is not JSON, 422 when it does not fit.
    [[nodiscard]] boost::json::value read_body(const Route& route,
                                               const HttpRequest& request) const;

private:
    struct Parameter {
        core::Schema schema;
        std::string type;  ///< "string", "integer" or "boolean"
    };

    std::map<const RouteParameter*, Parameter> parameters_;
    std::map<std::string, core::Schema, std::less<>> bodies_;  // by name
};

}  // namespace oa::host
