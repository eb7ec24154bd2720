#pragma once

#include "oa/plugin.hpp"

namespace oa::git {

// remotes.cpp
Json clone(Call& call);
Json pull(Call& call);
Json push(Call& call);

// changes.cpp
Json status(Call& call);
Json commit(Call& call);

// branches.cpp
Json branch(Call& call);
Json tag(Call& call);
Json checkout(Call& call);

// history.cpp
Json log(Call& call);
Json diff(Call& call);

// Older names: older.cpp
void older_clone(Call& call);
void older_pull(Call& call);
void older_push(Call& call);
void older_tag(Call& call);
void older_branch(Call& call);
void older_status(Call& call);

}  // namespace oa::git
