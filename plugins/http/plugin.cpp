#include <oa/plugin.hpp>

#include "functions.hpp"
#include "module.hpp"
#include "older_schemas.hpp"
#include "plugins/common/address_guard.hpp"
#include "schemas.hpp"

namespace {

namespace http = oa::http;
namespace schema = oa::http::schema;

// A ca_file and what is sent are read from the file system, and downloads are written to it.
constexpr std::uint32_t common = OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE |
                                 OA_F_SECRETS | OA_F_NETWORK | OA_F_FILESYSTEM;

constexpr const char* httpget_names[] = {"oa-network.httpget", "os-network.httpget",
                                         "oahttp.httpget", nullptr};
constexpr const char* httpsget_names[] = {"oa-network.httpsget", "os-network.httpsget",
                                          "oahttp.httpsget", nullptr};
constexpr const char* httppost_names[] = {"oa-network.httppost", "os-network.httppost",
                                          "oahttp.httppost", nullptr};
constexpr const char* httpspost_names[] = {"oa-network.httpspost", "os-network.httpspost",
                                           "oahttp.httpspost", nullptr};
constexpr const char* httpput_names[] = {"oa-network.httpput", "os-network.httpput",
                                         "oahttp.httpput", nullptr};
constexpr const char* get_request_names[] = {"oahttp.get_request", "oa-network.get_request",
                                             nullptr};
constexpr oa_deprecation older_get_end{sizeof(oa_deprecation), "1.0.0", "http.get",
                                       "its parameters and output are older"};
constexpr oa_deprecation older_post_end{sizeof(oa_deprecation), "1.0.0", "http.post",
                                        "its parameters and output are older"};
constexpr oa_deprecation older_put_end{sizeof(oa_deprecation), "1.0.0", "http.put",
                                       "its parameters and output are older"};

constexpr oa_function functions[] = {
    oa::function<http::get>({
        .name = "get",
        .title = "HTTP GET",
        .summary = "Gets what an address names.",
        .params = schema::plain_params.data(),
        .output = schema::output.data(),
        .examples = schema::get_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<http::post>({
        .name = "post",
        .title = "HTTP POST",
        .summary = "Sends JSON, a form or any body to an address.",
        .params = schema::body_params.data(),
        .output = schema::output.data(),
        .examples = schema::post_examples,
        .flags = common,
    }),
    oa::function<http::put>({
        .name = "put",
        .title = "HTTP PUT",
        .summary = "Stores JSON, a form or any body under an address.",
        .params = schema::body_params.data(),
        .output = schema::output.data(),
        .examples = schema::put_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<http::patch>({
        .name = "patch",
        .title = "HTTP PATCH",
        .summary = "Changes a part of what an address names.",
        .params = schema::body_params.data(),
        .output = schema::output.data(),
        .examples = schema::patch_examples,
        .flags = common,
    }),
    oa::function<http::remove>({
        .name = "delete",
        .title = "HTTP DELETE",
        .summary = "Removes what an address names.",
        .params = schema::body_params.data(),
        .output = schema::output.data(),
        .examples = schema::delete_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<http::head>({
        .name = "head",
        .title = "HTTP HEAD",
        .summary = "Gets the headers of an address without its body.",
        .params = schema::plain_params.data(),
        .output = schema::output.data(),
        .examples = schema::head_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<http::request>({
        .name = "request",
        .title = "HTTP request",
        .summary = "Sends a request with any method.",
        .params = schema::request_params.data(),
        .output = schema::output.data(),
        .examples = schema::request_examples,
        .flags = common,
    }),
    oa::function<http::download>({
        .name = "download",
        .title = "Download a file",
        .summary = "Fetches a file, goes on where an earlier attempt broke off, and checks it.",
        .params = schema::download_params.data(),
        .output = schema::download_output,
        .examples = schema::download_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<http::upload>({
        .name = "upload",
        .title = "Upload files",
        .summary = "Sends a file as the body of a request, or several files as a form.",
        .params = schema::upload_params.data(),
        .output = schema::upload_output.data(),
        .examples = schema::upload_examples,
        .flags = common,
    }),
    oa::function<http::wait_for>({
        .name = "wait_for",
        .title = "Wait for an answer",
        .summary = "Asks an address again and again until it answers as it should.",
        .params = schema::wait_for_params.data(),
        .output = schema::wait_for_output.data(),
        .examples = schema::wait_for_examples,
        .flags = common | OA_F_IDEMPOTENT,
    }),
    oa::function<http::older_httpget>({
        .name = "httpget",
        .title = "HTTP GET (older)",
        .summary =
            "Gets what a path of an http server names, as oa-network.httpget of version 3 did.",
        .params = schema::httpget_params.data(),
        .output = schema::older_output,
        .examples = schema::httpget_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = httpget_names,
        .deprecated = &older_get_end,
    }),
    oa::function<http::older_httpsget>({
        .name = "httpsget",
        .title = "HTTPS GET (older)",
        .summary =
            "Gets what a path of an https server names, as oa-network.httpsget of version 3 did.",
        .params = schema::httpsget_params.data(),
        .output = schema::older_output,
        .examples = schema::httpsget_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = httpsget_names,
        .deprecated = &older_get_end,
    }),
    oa::function<http::older_httppost>({
        .name = "httppost",
        .title = "HTTP POST (older)",
        .summary = "Sends data to an http server, as oa-network.httppost of version 3 did.",
        .params = schema::httppost_params.data(),
        .output = schema::older_output,
        .examples = schema::httppost_examples,
        .flags = common,
        .aliases = httppost_names,
        .deprecated = &older_post_end,
    }),
    oa::function<http::older_httpspost>({
        .name = "httpspost",
        .title = "HTTPS POST (older)",
        .summary = "Sends data to an https server, as oa-network.httpspost of version 3 did.",
        .params = schema::httpspost_params.data(),
        .output = schema::older_output,
        .examples = schema::httpspost_examples,
        .flags = common,
        .aliases = httpspost_names,
        .deprecated = &older_post_end,
    }),
    oa::function<http::older_httpput>({
        .name = "httpput",
        .title = "HTTP PUT (older)",
        .summary = "Stores data on an http server, as oa-network.httpput of version 3 was to do.",
        .params = schema::httppost_params.data(),
        .output = schema::older_output,
        .examples = schema::httpput_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = httpput_names,
        .deprecated = &older_put_end,
    }),
    oa::function<http::older_get_request>({
        .name = "get_request",
        .title = "GET (older)",
        .summary = "Gets what an address names, under the name that older pages gave it.",
        .params = schema::get_request_params.data(),
        .output = schema::older_output,
        .examples = schema::get_request_examples,
        .flags = common | OA_F_IDEMPOTENT,
        .aliases = get_request_names,
        .deprecated = &older_get_end,
    }),
};

}  // namespace

// A look-up of a host name may outlive the call that asked for it, so the code stays loaded.
OA_PLUGIN(oa::Module{.id = "org.openautomator.http",
                     .name = "http",
                     .version = "1.0.0",
                     .summary = "HTTP and HTTPS requests.",
                     .config = oa::common::network_config_schema,
                     .flags = OA_M_NO_UNLOAD,
                     .lifecycle = oa::lifecycle<http::Module>},
          functions)
