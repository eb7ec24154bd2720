#include "core/secret/keyed_digest.hpp"

#include <string>

#include <gtest/gtest.h>

namespace oa::core {
namespace {

/// The example of the paper: the bytes 0 to 14 under the key of the bytes 0 to 15.
TEST(KeyedDigestTest, IsSipHash) {
    const KeyedDigest digest({0x0706050403020100U, 0x0f0e0d0c0b0a0908U, 0, 1});
    std::string text;
    for (char byte = 0; byte < 15; ++byte) {
        text += byte;
    }
    EXPECT_EQ(digest(text)[0], 0xa129ca6149be45e5U);
    EXPECT_NE(digest(text)[1], digest(text)[0]);
}

TEST(KeyedDigestTest, AProcessHasOneRandomKey) {
    const KeyedDigest first;
    const KeyedDigest second;
    EXPECT_EQ(first("text"), second("text"));
    EXPECT_NE(first("text"), first("texu"));
    EXPECT_NE(first("text"), KeyedDigest(KeyedDigest::Key{})("text"));
}

TEST(KeyedDigestTest, AnotherKeyMakesOtherNumbers) {
    const KeyedDigest first(KeyedDigest::Key{1, 2, 3, 4});
    const KeyedDigest second(KeyedDigest::Key{1, 2, 3, 5});
    EXPECT_EQ(first("text")[0], second("text")[0]);
    EXPECT_NE(first("text")[1], second("text")[1]);
}

}  // namespace
}  // namespace oa::core
