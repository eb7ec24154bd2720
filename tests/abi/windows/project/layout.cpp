// The headers of the SDK and what they promise about layout, on 64-bit Windows.

#include "oa/plugin.hpp"
#include "oa/testing.hpp"
#include "tests/abi/layout_asserts.hpp"

#if !defined(_WIN32) || !defined(__LLP64__) && !defined(_WIN64)
#error "this is meant for 64-bit Windows"
#endif
static_assert(sizeof(long) == 4 && sizeof(void*) == 8);
