#include "host/trust/trust_checks.hpp"

#include <gtest/gtest.h>

namespace oa::host {
namespace {

TEST(AllowedLibraryTest, KnowsTheSystemsOwn) {
    for (const char* name : {"libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1",
                             "libdl.so.2", "libpthread.so.0", "librt.so.1", "libssl.so.3",
                             "libcrypto.so.3", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}) {
        EXPECT_TRUE(is_allowed_library(name, {})) << name;
    }
    for (const char* name :
         {"libpq.so.5", "libcx.so.6", "libc.so.evil", "libc", "libc.a", "/lib/libc.so.6",
          "./libc.so.6", "$ORIGIN/libc.so.6", "x/ld-linux-x86-64.so.2", "", "libc.so.6 "}) {
        EXPECT_FALSE(is_allowed_library(name, {})) << name;
    }
}

TEST(AllowedLibraryTest, TakesMoreByNameOrByTheirWholeName) {
    EXPECT_TRUE(is_allowed_library("libpq.so.5", {"libpq"}));
    EXPECT_TRUE(is_allowed_library("libxml2.so.2", {"libxml2.so.2"}));
    EXPECT_FALSE(is_allowed_library("libxml2.so.3", {"libxml2.so.2"}));
    EXPECT_FALSE(is_allowed_library("/tmp/libpq.so.5", {"libpq"}));
}

}  // namespace
}  // namespace oa::host
