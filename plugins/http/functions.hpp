#pragma once

#include "module.hpp"
#include "oa/plugin.hpp"

namespace oa::http {

// The functions of the module; README.md and the schemas tell what each one does. They set the
// output before they fail because of the status.
void get(const Module& module, Call& call);
void head(const Module& module, Call& call);
void post(const Module& module, Call& call);
void put(const Module& module, Call& call);
void patch(const Module& module, Call& call);
void remove(const Module& module, Call& call);  // the workflow's `delete`
void request(const Module& module, Call& call);
[[nodiscard]] Json download(const Module& module, Call& call);
void upload(const Module& module, Call& call);
void wait_for(const Module& module, Call& call);

// The functions of oa-network of version 3, and what its README called oahttp.
void older_httpget(const Module& module, Call& call);
void older_httpsget(const Module& module, Call& call);
void older_httppost(const Module& module, Call& call);
void older_httpspost(const Module& module, Call& call);
void older_httpput(const Module& module, Call& call);
void older_get_request(const Module& module, Call& call);

}  // namespace oa::http
