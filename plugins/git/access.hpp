#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oa/call.hpp"
#include "plugins/common/private_folder.hpp"

namespace oa::git {

/// Settings of git for one command, stronger than those of any file.
using Settings = std::vector<std::pair<std::string, std::string>>;
using Variables = std::vector<std::pair<std::string, std::string>>;

/// How a command gets to a remote repository. Passwords and keys reach git by its environment and
/// by a private file, never by its arguments or by an address.
class Access {
public:
    /// From username, password, ca_file, verify, private_key, private_key_file, known_hosts,
    /// known_hosts_file, accept_new_host_key. `url` is the remote's address.
    Access(Call& call, const std::string& url);

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] const Variables& variables() const { return variables_; }

private:
    void set_http(Call& call, const std::string& url);
    void set_ssh(Call& call);
    [[nodiscard]] std::string file_of(Call& call, const char* text, const char* file);

    Settings settings_;
    Variables variables_;
    std::optional<common::PrivateFolder> folder_;
};

/// Throws INVALID_PARAMS for an address that git must not get: options, ext:: and other helpers,
/// protocols other than https, http, ssh and file, user names and passwords inside of it.
void require_good_url(const std::string& pointer, const std::string& url);

/// The text with the user name and password of every http address in it, and the password of every
/// other one, replaced.
[[nodiscard]] std::string without_credentials(std::string_view text);

}  // namespace oa::git
