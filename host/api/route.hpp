#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/access/access_policy.hpp"

namespace oa::host {

class ApiCall;

struct RouteParameter {
    enum class In { Path, Query, Header };
    In in = In::Query;
    std::string_view name;
    std::string_view description;
    /// JSON Schema of a text, an integer or a boolean; of what is asked for several times, of one.
    std::string_view schema;
    bool required = false;
};

struct RouteBody {
    /// What the operator may set for all bodies of a kind; see limit_bodies().
    enum class Kind { Usual, Document, Upload, Own };
    std::string_view content_type = "application/json";
    std::string_view description;
    std::string_view schema;  ///< name among the schemas of the API; empty: not JSON
    bool required = true;
    Kind kind = Kind::Usual;
    std::size_t bytes_max = 1U << 20U;  ///< of the kind Own; else limit_bodies() sets it
};

struct RouteAnswer {
    int status = 200;
    std::string_view description;
    std::string_view schema = {};  ///< name among the schemas of the API; empty: not JSON
    std::string_view content_type = "application/json";
};

/// One thing that clients can ask for. The table of routes is the only source of what there is: the
/// server, the checks of who may and of what is asked, the description (OpenAPI) and the tests are
/// made from it.
struct Route {
    std::string_view method;
    std::string_view path;       ///< "/api/v1/runs/{run}": names in braces are whole segments
    std::string_view operation;  ///< operationId, unique
    std::string_view tag;
    std::string_view summary;  ///< one line
    std::string_view description = {};
    access::RouteAccess access;   ///< who may; there is no default
    std::string_view audit = {};  ///< the action that a record names; of every change
    std::vector<RouteParameter> parameters = {};  ///< those of the path included
    std::optional<RouteBody> body = {};
    std::vector<RouteAnswer> answers = {};  ///< when all is well; problems are added by the API
    bool is_quick = false;                  ///< looks at memory alone
    std::function<void(const std::shared_ptr<ApiCall>& call)> handler = {};
};

using Routes = std::vector<Route>;

/// How many bytes bodies may have: of a document, of one within a form, and of all others.
inline void limit_bodies(Routes& routes, std::size_t usual, std::size_t document) {
    constexpr std::size_t form_around_it = 8192;
    for (Route& route : routes) {
        if (!route.body || route.body->kind == RouteBody::Kind::Own) {
            continue;
        }
        const bool is_usual = route.body->kind == RouteBody::Kind::Usual;
        const bool is_upload = route.body->kind == RouteBody::Kind::Upload;
        route.body->bytes_max = is_usual ? usual : document + (is_upload ? form_around_it : 0);
    }
}

}  // namespace oa::host
