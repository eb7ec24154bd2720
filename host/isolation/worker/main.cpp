#include <charconv>
#include <cstdio>
#include <exception>
#include <string_view>
#include <system_error>

#include "host/isolation/worker/zygote.hpp"

namespace {

constexpr int exit_usage = 2;
constexpr int exit_failed = 70;

int explain() {
    std::fputs(
        "oa-worker runs plug-ins in processes of their own. The program oa starts it; there is "
        "nothing to do by hand.\n"
        "To run a function of a plug-in as it would run here: oa plugin run --worker FILE "
        "FUNCTION\n",
        stderr);
    return exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 || std::string_view(argv[1]) != "zygote") {
        return explain();
    }
    const std::string_view text = argv[2];
    int control = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), control);
    if (error != std::errc() || end != text.data() + text.size() || control < 0) {
        return explain();
    }
    try {
        return oa::host::isolation::worker::run_zygote(control);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "oa-worker: %s\n", failure.what());
        return exit_failed;
    }
}
