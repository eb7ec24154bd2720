#pragma once

#include <optional>
#include <string>

#include "access.hpp"
#include "oa/call.hpp"
#include "repository.hpp"

namespace oa::git {

/// Who is named in new commits: author_name and author_email, where they are given.
void set_identity(Call& call, Git& git);

/// Lets `git` reach a remote of its repository, by the parameters of the call. `access` has to live
/// as long as commands run.
void reach_remote(Call& call, Git& git, const std::string& remote, std::optional<Access>& access);

}  // namespace oa::git
