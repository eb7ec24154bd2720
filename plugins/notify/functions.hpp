#pragma once

#include "module.hpp"
#include "params.hpp"

namespace oa::notify {

// One message each: what a task or a channel of an alert says, and the output. Throw oa::Error.
Json send_email(const Delivery& delivery, const Params& params);
Json send_telegram(const Delivery& delivery, const Params& params);
Json send_slack(const Delivery& delivery, const Params& params);
Json send_teams(const Delivery& delivery, const Params& params);
Json send_discord(const Delivery& delivery, const Params& params);
Json send_webhook(const Delivery& delivery, const Params& params);

/// A function that sends one message.
template <Json (*Send)(const Delivery&, const Params&)>
Json run(Module& module, Call& call) {
    return Send({call, module.guard}, Params(call.params()));
}

void alert(Module& module, Call& call);
Json format(Module& module, Call& call);

// Older names
void older_telegram(Module& module, Call& call);
Json older_email(Module& module, Call& call);
Json older_slack(Module& module, Call& call);

}  // namespace oa::notify
