#include "host/cli/out_of_memory.hpp"

#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>

#include <unistd.h>

#include "host/cli/options.hpp"

namespace oa::host {

namespace {

std::terminate_handler before = nullptr;

// Nothing here may ask for memory.
[[noreturn]] void on_terminate() {
    constexpr std::string_view words =
        "oa: there is no memory left; see ulimit -v. Runs that are kept in a store stay open, and "
        "oa runs recover goes on with them\n";
    try {
        if (const std::exception_ptr error = std::current_exception()) {
            std::rethrow_exception(error);
        }
    } catch (const std::bad_alloc&) {
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, words.data(), words.size());
        ::_exit(static_cast<int>(ExitStatus::PluginTrouble));
    } catch (...) {
        before();  // says what it was
    }
    before();
    std::abort();
}

}  // namespace

void end_in_order_when_out_of_memory() {
    before = std::set_terminate(on_terminate);
}

}  // namespace oa::host
