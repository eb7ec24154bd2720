#pragma once

#include "oa/plugin.hpp"

namespace oa::docker {

// run.cpp
void container_run(Call& call);

// containers.cpp
Json container_stop(Call& call);
Json container_remove(Call& call);
void container_exec(Call& call);
Json container_logs(Call& call);
Json container_list(Call& call);
Json container_inspect(Call& call);

// images.cpp
Json image_pull(Call& call);
Json image_list(Call& call);

// Older names: older.cpp
Json older_run(Call& call);
Json older_stop(Call& call);
Json older_logs(Call& call);

}  // namespace oa::docker
