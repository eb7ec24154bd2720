// Takes the variable that is named out of its environment. /proc shows the environment that a
// process began with, so this has to be a process of its own. Ends with 0 when the value was there
// before and is gone after.
#include <fstream>
#include <iterator>
#include <string>

#include "host/wallet/password_source.hpp"

namespace {

bool is_seen(const std::string& value) {
    std::ifstream file("/proc/self/environ", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {}).find(value) != std::string::npos;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        return 2;
    }
    const std::string value = arguments[2];
    if (!is_seen(value)) {
        return 3;
    }
    const auto taken = oa::host::take_from_environment(arguments[1]);
    return taken && taken->equals(value) && !is_seen(value) ? 0 : 1;
}
