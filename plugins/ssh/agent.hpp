#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sockets.hpp"
#include "stopper.hpp"

namespace oa::ssh {

/// An ssh-agent, spoken to directly: libssh2 would wait for it without end, and asks it for
/// signatures with SHA-1, which servers refuse.
class Agent {
public:
    struct Key {
        std::string blob;  ///< the public key, as it travels
        std::string comment;
    };

    /// Throws Error when nobody listens there.
    Agent(const std::string& socket, const Stopper& stopper);

    [[nodiscard]] std::vector<Key> keys();
    /// The signature alone, without the name of its kind. RSA signs with SHA-256.
    [[nodiscard]] std::string sign(const Key& key, std::string_view data);

private:
    std::string ask(std::string_view request);
    void send(std::string_view bytes);
    std::string receive(std::size_t size);

    std::string path_;
    Descriptor socket_;
    const Stopper& stopper_;
};

}  // namespace oa::ssh
