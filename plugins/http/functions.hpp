#pragma once

#include "oa/plugin.hpp"

namespace oa::http {

// The functions of the module; README.md and the schemas tell what each one does. They set the
// output before they fail because of the status.
void get(Call& call);
void head(Call& call);
void post(Call& call);
void put(Call& call);
void patch(Call& call);
void remove(Call& call);  // the workflow's `delete`
void request(Call& call);
[[nodiscard]] Json download(Call& call);
void upload(Call& call);
void wait_for(Call& call);

// The functions of oa-network of version 3, and what its README called oahttp.
void older_httpget(Call& call);
void older_httpsget(Call& call);
void older_httppost(Call& call);
void older_httpspost(Call& call);
void older_httpput(Call& call);
void older_get_request(Call& call);

}  // namespace oa::http
