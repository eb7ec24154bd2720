#include <oa/plugin.hpp>

#include "functions.hpp"
#include "schemas.hpp"

namespace {

namespace http = oa::http;
namespace schema = oa::http::schema;

// A ca_file and what is sent are read from the file system, and downloads are written to it.
constexpr std::uint32_t common = OA_F_BLOCKING | OA_F_THREAD_SAFE | OA_F_CANCELLABLE |
                                 OA_F_SECRETS | OA_F_NETWORK | OA_F_FILESYSTEM;

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
};

}  // namespace

// A look-up of a host name may outlive the call that asked for it, so the code stays loaded.
OA_PLUGIN(oa::Module{.id = "org.openautomator.http",
                     .name = "http",
                     .version = "1.0.0",
                     .summary = "HTTP and HTTPS requests.",
                     .flags = OA_M_NO_UNLOAD},
          functions)
