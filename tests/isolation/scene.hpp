#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

#include "tests/support/temporary_folder.hpp"

namespace oa::test {

/// What a hostile function may try to reach, and whether it did: a folder that everybody may write
/// to, a service on a port, another process, and signals to this one.
class Scene {
public:
    Scene();
    ~Scene();
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    /// Puts what is there into parameters: $FOLDER, $PORT, $DECOY, $HOST, $ZYGOTE, $NAME.
    [[nodiscard]] std::string fill(std::string_view params, pid_t zygote) const;

    /// What processes that a function leaves behind call themselves.
    [[nodiscard]] const std::string& name() const { return name_; }
    /// In words, what came to harm; empty: nothing.
    [[nodiscard]] std::string harm() const;
    /// Whether somebody has connected; forgets it.
    [[nodiscard]] bool was_connected_to();

private:
    TemporaryFolder folder_;
    std::string name_;
    int port_ = 0;
    int listener_ = -1;
    pid_t decoy_ = 0;
};

}  // namespace oa::test
