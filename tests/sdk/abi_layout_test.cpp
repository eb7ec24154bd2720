#include <gtest/gtest.h>

#include "tests/abi/layout_asserts.hpp"

namespace oa::test {
namespace {

TEST(AbiLayoutTest, KeepsTheNumbersThatPluginsCompileIn) {
    EXPECT_STREQ(OA_ENTRY_SYMBOL, "oa_module_entry_v1");
    EXPECT_EQ(OA_ABI_VERSION, 0x1'0000U);
    const int codes[] = {OA_OK,           OA_CANCELLED,   OA_INVALID_PARAMS,  OA_DEADLINE,
                         OA_NOT_FOUND,    OA_PERMISSION,  OA_UNAUTHENTICATED, OA_EXHAUSTED,
                         OA_PRECONDITION, OA_UNAVAILABLE, OA_CONFLICT,        OA_UNIMPLEMENTED,
                         OA_INTERNAL};
    int expected = 0;
    for (const int code : codes) {
        EXPECT_EQ(code, expected++);
    }
    const unsigned function_flags[] = {
        OA_F_IDEMPOTENT, OA_F_PURE,    OA_F_BLOCKING, OA_F_THREAD_SAFE, OA_F_CANCELLABLE,
        OA_F_ISOLATE,    OA_F_SECRETS, OA_F_NETWORK,  OA_F_FILESYSTEM,  OA_F_PROCESSES};
    unsigned bit = 1;
    for (const unsigned flag : function_flags) {
        EXPECT_EQ(flag, bit);
        bit <<= 1U;
    }
    const unsigned module_flags[] = {OA_M_NO_UNLOAD, OA_M_NO_FORK, OA_M_ISOLATE, OA_M_SINGLETON,
                                     OA_M_SIGNALS};
    bit = 1;
    for (const unsigned flag : module_flags) {
        EXPECT_EQ(flag, bit);
        bit <<= 1U;
    }
    EXPECT_EQ(OA_RETRY_UNKNOWN, 0);
    EXPECT_EQ(OA_RETRY_YES, 1);
    EXPECT_EQ(OA_RETRY_NO, 2);
    EXPECT_EQ(OA_LOG_TRACE, 0);
    EXPECT_EQ(OA_LOG_DEBUG, 1);
    EXPECT_EQ(OA_LOG_INFO, 2);
    EXPECT_EQ(OA_LOG_WARN, 3);
    EXPECT_EQ(OA_LOG_ERROR, 4);
}

}  // namespace
}  // namespace oa::test
