#include "host/crash/crash_point.hpp"

namespace oa::host {

void crash_point(CrashPoint /*point*/) noexcept {}

}  // namespace oa::host
