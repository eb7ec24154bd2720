#pragma once

#include <string_view>

namespace oa::core {

/// Whether an environment variable of that name holds a secret, as far as its name tells: one of
/// its words, parted by '_', is PASSWORD, PASSWD, PASSPHRASE, SECRET, TOKEN, CREDENTIAL or KEY, or
/// the plural of it. Small letters count like capital ones.
[[nodiscard]] bool sounds_secret(std::string_view environment_variable);

}  // namespace oa::core
