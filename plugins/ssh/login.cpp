#include "login.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <libssh2.h>

#include "agent.hpp"
#include "plugins/common/fault.hpp"
#include "private_key.hpp"
#include "session.hpp"

namespace oa::ssh {

namespace {

constexpr std::size_t key_file_max = std::size_t{64} * 1024;

/// What libssh2 calls back for, and what went wrong in it: no exception may pass through libssh2.
struct Signing {
    std::function<std::string(std::string_view data)> sign;
    std::exception_ptr failure;
};

int sign_callback(LIBSSH2_SESSION* /*session*/,
                  unsigned char** signature,
                  std::size_t* signature_size,
                  const unsigned char* data,
                  std::size_t data_size,
                  void** user) {
    auto& signing = **reinterpret_cast<Signing**>(user);
    try {
        const std::string bytes = signing.sign({reinterpret_cast<const char*>(data), data_size});
        *signature = static_cast<unsigned char*>(std::malloc(bytes.size()));  // libssh2 frees it
        if (*signature == nullptr) {
            return -1;
        }
        std::memcpy(*signature, bytes.data(), bytes.size());
        *signature_size = bytes.size();
        return 0;
    } catch (...) {
        signing.failure = std::current_exception();
        return -1;
    }
}

/// Gives the password to every question whose answer is not shown while it is typed.
void answer_callback(const char* /*name*/,
                     int /*name_size*/,
                     const char* /*instruction*/,
                     int /*instruction_size*/,
                     int count,
                     const LIBSSH2_USERAUTH_KBDINT_PROMPT* prompts,
                     LIBSSH2_USERAUTH_KBDINT_RESPONSE* answers,
                     void** user) {
    const Session& session = **reinterpret_cast<Session**>(user);
    const std::string& password = session.target().password;
    for (int i = 0; i < count; ++i) {
        const std::string_view text = prompts[i].echo == 0 ? std::string_view(password) : "";
        answers[i].text = static_cast<char*>(std::malloc(text.size() + 1));  // libssh2 frees it
        answers[i].length = 0;
        if (answers[i].text != nullptr) {
            std::memcpy(answers[i].text, text.data(), text.size());
            answers[i].length = static_cast<unsigned>(text.size());
        }
    }
}

std::string read_key_file(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        const int error = errno;
        const std::string message =
            "the private key " + path + ": " + std::generic_category().message(error);
        const ErrorCode code = error == ENOENT ? ErrorCode::NotFound : ErrorCode::Permission;
        throw Error(code, message).with_pointer("/private_key_file");
    }
    std::string text(key_file_max, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

class Login {
public:
    explicit Login(Session& session) : session_(session), target_(session.target()) {}

    void run() {
        const char* const methods = session_.drive([this] {
            return ::libssh2_userauth_list(session_.raw(), target_.user.data(),
                                           static_cast<unsigned>(target_.user.size()));
        });
        if (methods == nullptr) {
            if (::libssh2_userauth_authenticated(session_.raw()) == 0) {
                throw session_.failure("logging in");
            }
            return;  // this server lets everybody in
        }
        methods_ = methods;
        if (!by_keys() && !by_password()) {
            throw refused();
        }
    }

private:
    [[nodiscard]] bool offers(std::string_view method) const {
        return ("," + methods_ + ",").find("," + std::string(method) + ",") != std::string::npos;
    }
    [[nodiscard]] bool nothing_given() const {
        return target_.private_key.empty() && target_.private_key_file.empty() &&
               target_.password.empty();
    }

    bool by_keys() {
        // Read in any case, so that a wrong one is told even where the server takes passwords.
        const std::vector<std::pair<std::string, std::string>> given = given_keys();
        if (!offers("publickey")) {
            return false;
        }
        for (const auto& [text, where] : given) {
            if (by_key(text, where)) {
                return true;
            }
        }
        if (target_.agent.value_or(nothing_given() && !target_.agent_socket.empty()) &&
            by_agent()) {
            return true;
        }
        return nothing_given() && !target_.agent.value_or(false) && by_default_keys();
    }

    /// Text and where it is from.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> given_keys() const {
        std::vector<std::pair<std::string, std::string>> out;
        if (!target_.private_key.empty()) {
            out.emplace_back(target_.private_key, "of the parameter private_key");
        }
        if (!target_.private_key_file.empty()) {
            out.emplace_back(read_key_file(target_.private_key_file), target_.private_key_file);
        }
        for (const auto& [text, where] : out) {
            if (!is_private_key(text)) {
                throw unauthenticated("the private key " + where +
                                      " is no private key in PEM or OpenSSH format");
            }
        }
        return out;
    }

    bool by_default_keys() {
        for (const char* name : {"id_ed25519", "id_ecdsa", "id_rsa"}) {
            const std::string path = home_folder() + "/.ssh/" + name;
            std::error_code ignored;
            if (std::filesystem::exists(path, ignored) && by_key(read_key_file(path), path)) {
                return true;
            }
        }
        return false;
    }

    bool by_key(const std::string& text, const std::string& where) {
        tried_.push_back("the key " + where);
        if (const auto rsa = RsaKey::read(text, target_.passphrase, where)) {
            return by_signature(rsa->blob(),
                                [&rsa](std::string_view data) { return rsa->sign(data); });
        }
        const int result = session_.drive([&] {
            return ::libssh2_userauth_publickey_frommemory(
                session_.raw(), target_.user.data(), target_.user.size(), nullptr, 0, text.data(),
                text.size(), target_.passphrase.empty() ? nullptr : target_.passphrase.c_str());
        });
        const bool about_the_key = result != 0 && result != LIBSSH2_ERROR_AUTHENTICATION_FAILED &&
                                   result != LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED &&
                                   !is_lost_connection(result);
        if (about_the_key) {
            throw unauthenticated(
                "the private key " + where +
                " cannot be read: it is damaged, of a kind that is not supported, or its "
                "passphrase is wrong or missing");
        }
        return judged(result);
    }

    bool by_agent() {
        if (target_.agent_socket.empty()) {
            throw failed_precondition(
                "there is no agent: neither agent_socket nor SSH_AUTH_SOCK names one");
        }
        Agent agent(target_.agent_socket, session_.stopper());
        const auto keys = agent.keys();
        tried_.push_back("the agent's " + std::to_string(keys.size()) + " keys");
        for (const Agent::Key& key : keys) {
            const bool rsa = key.blob.find("ssh-rsa") == 4;
            const auto sign = [&](std::string_view data) { return agent.sign(key, data); };
            if (by_signature(rsa ? renamed_rsa_blob(key.blob) : key.blob, sign)) {
                return true;
            }
        }
        return false;
    }

    bool by_signature(const std::string& blob,
                      const std::function<std::string(std::string_view)>& sign) {
        Signing signing{sign, nullptr};
        void* user = &signing;
        const int result = session_.drive([&] {
            return ::libssh2_userauth_publickey(session_.raw(), target_.user.c_str(),
                                                reinterpret_cast<const unsigned char*>(blob.data()),
                                                blob.size(), &sign_callback, &user);
        });
        if (signing.failure) {
            std::rethrow_exception(signing.failure);
        }
        return judged(result);
    }

    bool by_password() {
        if (target_.password.empty()) {
            return false;
        }
        if (offers("password")) {
            tried_.emplace_back("the password");
            const int result = session_.drive([this] {
                return ::libssh2_userauth_password_ex(
                    session_.raw(), target_.user.data(), static_cast<unsigned>(target_.user.size()),
                    target_.password.data(), static_cast<unsigned>(target_.password.size()),
                    nullptr);
            });
            if (result == LIBSSH2_ERROR_PASSWORD_EXPIRED) {
                throw unauthenticated("the password of " + target_.user + " on " + target_.name() +
                                      " has expired");
            }
            if (judged(result)) {
                return true;
            }
        }
        if (!offers("keyboard-interactive")) {
            return false;
        }
        tried_.emplace_back("the password, as an answer to the server's question");
        return judged(session_.drive([this] {
            return ::libssh2_userauth_keyboard_interactive_ex(
                session_.raw(), target_.user.data(), static_cast<unsigned>(target_.user.size()),
                &answer_callback);
        }));
    }

    /// Whether it was accepted. Throws when it was not refused, but something else went wrong.
    bool judged(int result) {
        switch (result) {
            case 0: return true;
            case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
            case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
                if (!session_.is_lost()) {
                    return false;
                }
                break;
            default: break;
        }
        if (result == LIBSSH2_ERROR_SOCKET_DISCONNECT && !session_.is_lost()) {
            throw refused();  // the server bids farewell after too many attempts
        }
        throw session_.failure("logging in");
    }

    [[nodiscard]] Error refused() const {
        std::string tried;
        for (const std::string& attempt : tried_) {
            tried += (tried.empty() ? "" : ", ") + attempt;
        }
        return common::fault(
            ErrorCode::Unauthenticated, Retry::No,
            target_.name() + " does not let " + target_.user + " in; tried: " +
                (tried.empty() ? "nothing, since nothing that it accepts was given" : tried) +
                "; it accepts: " + methods_);
    }

    Session& session_;
    const Target& target_;
    std::string methods_;
    std::vector<std::string> tried_;
};

}  // namespace

void log_in(Session& session) {
    Login(session).run();
}

}  // namespace oa::ssh
