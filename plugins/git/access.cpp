#include "access.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <unistd.h>

#include "operands.hpp"
#include "plugins/common/text.hpp"
#include "plugins/common/verified.hpp"

namespace oa::git {

namespace {

// For a token, whose user name does not matter to the services that give tokens.
constexpr const char* user_default = "x-access-token";

// git runs it by a shell; what it says comes from the environment alone.
constexpr const char* credential_helper =
    R"(!f() { printf 'username=%s\npassword=%s\n' "$OA_GIT_USERNAME" "$OA_GIT_PASSWORD"; }; f)";

bool is_http(std::string_view url) {
    return url.starts_with("https://") || url.starts_with("http://");
}

/// Where the part "user:password@host" of an address starts and ends.
std::string_view authority_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = url.substr(scheme + 3);
    return rest.substr(0, rest.find_first_of("/?# \t\r\n'\""));
}

/// "https://host:port" of an address.
std::string origin_of(const std::string& url) {
    const std::string_view authority = authority_of(url);
    const std::size_t at = authority.rfind('@');
    const std::string_view host =
        at == std::string_view::npos ? authority : authority.substr(at + 1);
    return url.substr(0, url.find("://") + 3).append(host);
}

void require_readable(const std::string& pointer, const std::string& path) {
    if (::access(path.c_str(), R_OK) != 0) {
        throw Error(ErrorCode::NotFound, "the file " + path + " is not there or cannot be read")
            .with_pointer(pointer);
    }
}

/// A value of an option of ssh, in which a blank or a quotation mark means nothing.
std::string ssh_value(const std::string& pointer, const std::string& path) {
    if (path.find_first_of("\"\n\r%") != std::string::npos) {
        throw invalid_params(pointer,
                             "the path holds a character that ssh would not take as it is");
    }
    return "\"" + path + "\"";
}

}  // namespace

Access::Access(Call& call, const std::string& url) {
    if (is_http(url)) {
        set_http(call, url);
    }
    set_ssh(call);
}

void Access::set_http(Call& call, const std::string& url) {
    const std::string ca_file = text_param(call, "ca_file");
    if (!ca_file.empty()) {
        require_readable("/ca_file", ca_file);
        settings_.emplace_back("http.sslCAInfo", ca_file);
    }
    if (!common::verified(call, call.param<bool>("verify", true))) {
        settings_.emplace_back("http.sslVerify", "false");
    }
    // A server that stops half way is not waited for longer than this.
    settings_.emplace_back("http.lowSpeedLimit", "1");
    settings_.emplace_back("http.lowSpeedTime", "60");
    const std::string password = text_param(call, "password");
    const std::string user = text_param(call, "username");
    if (password.empty() && user.empty()) {
        return;
    }
    for (const auto& [name, value] :
         {std::pair("username", &user), std::pair("password", &password)}) {
        if (value->find_first_of("\r\n") != std::string::npos) {
            throw invalid_params(pointer_to(name), std::string(name) + " holds a line break");
        }
    }
    // Only for this server: a redirect or a submodule elsewhere gets nothing, and neither do the
    // helpers of the user's own settings.
    settings_.emplace_back("credential.helper", "");
    settings_.emplace_back("credential." + origin_of(url) + ".helper", credential_helper);
    variables_.emplace_back("OA_GIT_USERNAME", user.empty() ? user_default : user);
    variables_.emplace_back("OA_GIT_PASSWORD", password);
}

std::string Access::file_of(Call& call, const char* text, const char* file) {
    std::string path = text_param(call, file);
    std::string content = text_param(call, text);
    if (!path.empty() && !content.empty()) {
        throw invalid_params(pointer_to(text),
                             std::string(text) + " and " + file + " exclude each other");
    }
    if (!path.empty()) {
        require_readable(pointer_to(file), path);
        return path;
    }
    if (content.empty()) {
        return {};
    }
    if (!content.ends_with('\n')) {
        content += '\n';  // ssh takes no key without it
    }
    if (!folder_) {
        folder_.emplace("git");
    }
    return folder_->write(text, content);
}

void Access::set_ssh(Call& call) {
    std::vector<std::string> options{"BatchMode=yes", "ConnectTimeout=20", "ServerAliveInterval=15",
                                     "ServerAliveCountMax=4"};
    const std::string key = file_of(call, "private_key", "private_key_file");
    if (!key.empty()) {
        options.emplace_back("IdentitiesOnly=yes");
        options.emplace_back("PreferredAuthentications=publickey");
        options.push_back("IdentityFile=" + ssh_value("/private_key_file", key));
    }
    const std::string hosts = file_of(call, "known_hosts", "known_hosts_file");
    if (!hosts.empty()) {
        options.push_back("UserKnownHostsFile=" + ssh_value("/known_hosts_file", hosts));
        options.emplace_back("GlobalKnownHostsFile=/dev/null");
    }
    options.emplace_back(call.param<bool>("accept_new_host_key", false)
                             ? "StrictHostKeyChecking=accept-new"
                             : "StrictHostKeyChecking=yes");
    std::string command = "ssh";
    for (const std::string& option : options) {
        command += " -o " + common::shell_quoted(option);
    }
    variables_.emplace_back("GIT_SSH_COMMAND", command);
    variables_.emplace_back("GIT_SSH_VARIANT", "ssh");
}

void require_good_url(const std::string& pointer, const std::string& url) {
    const auto refuse = [&pointer](const std::string& why) { throw invalid_params(pointer, why); };
    if (url.empty() || url.starts_with('-')) {
        refuse("the address of a repository is missing or begins with '-'");
    }
    if (std::any_of(url.begin(), url.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
        refuse("the address of a repository holds a control character");
    }
    if (url.find("::") < url.find_first_of("/[")) {
        refuse("the address names a helper program (::), which is not allowed");
    }
    const std::size_t scheme = url.find("://");
    if (scheme == std::string::npos) {
        return;  // user@host:path, or a path; ssh itself refuses a host that begins with '-'
    }
    constexpr std::array<std::string_view, 4> known{"https", "http", "ssh", "file"};
    if (std::find(known.begin(), known.end(), std::string_view(url).substr(0, scheme)) ==
        known.end()) {
        refuse("only https, http, ssh and file addresses are allowed");
    }
    const std::string_view authority = authority_of(url);
    const std::string_view user = authority.substr(0, authority.rfind('@'));
    const bool has_user = authority.find('@') != std::string_view::npos;
    if (has_user && (is_http(url) || user.find(':') != std::string_view::npos)) {
        refuse("the address holds a user name or a password; give them as username and password");
    }
}

std::string without_credentials(std::string_view text) {
    std::string out;
    while (true) {
        const std::size_t scheme = text.find("://");
        if (scheme == std::string_view::npos) {
            return out.append(text);
        }
        const std::size_t start = scheme + 3;
        const std::string_view authority = authority_of(text.substr(scheme));
        const std::size_t at = authority.rfind('@');
        const bool http =
            text.substr(0, scheme).ends_with("http") || text.substr(0, scheme).ends_with("https");
        out.append(text.substr(0, start));
        std::size_t next = start;
        if (at != std::string_view::npos) {
            const std::string_view user = authority.substr(0, at);
            if (http) {
                next += at + 1;
            } else if (const std::size_t colon = user.find(':'); colon != std::string_view::npos) {
                out.append(user.substr(0, colon)).append("@");
                next += at + 1;
            }
        }
        text.remove_prefix(next);
    }
}

}  // namespace oa::git
