#pragma once

#include "oa/plugin.hpp"

namespace oa::system {

void run(Call& call);
void script(Call& call);
void service(Call& call);
Json info(Call& call);

// Older names
void runcmd(Call& call);
void execute_script(Call& call);

}  // namespace oa::system
