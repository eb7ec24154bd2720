#include "core/secret/secret.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace oa::core {
namespace {

template <typename T>
concept printable = requires(std::ostream& out, const T& value) {
    out << value;
};

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!printable<Secret>);

TEST(SecretTest, KeepsAnyBytes) {
    const std::string_view value("a\0b\n\xff", 5);
    EXPECT_EQ(Secret(value).reveal(), value);
    EXPECT_TRUE(Secret().empty());
    EXPECT_TRUE(Secret("").empty());
    const std::string large(100'000, 'x');
    EXPECT_EQ(Secret(large).reveal(), large);
}

TEST(SecretTest, IsEmptyAfterItMoved) {
    Secret first("first");
    Secret second(std::move(first));
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is what is asked
    second = Secret("other");
    EXPECT_EQ(second.reveal(), "other");
    second = Secret();
    EXPECT_TRUE(second.empty());
}

TEST(SecretTest, AComparisonLooksAtAllOfIt) {
    const Secret secret("correct horse");
    EXPECT_TRUE(secret.equals("correct horse"));
    EXPECT_FALSE(secret.equals("correct hors"));
    EXPECT_FALSE(secret.equals("correct horse "));
    EXPECT_FALSE(secret.equals("Correct horse"));
    EXPECT_TRUE(Secret().equals(""));
}

TEST(SecretTest, ShrinkingForgetsWhatLiesBehind) {
    auto secret = Secret::blank(8);
    std::string_view("password").copy(secret.bytes(), 8);
    const char* const begin = secret.reveal().data();
    secret.shrink(4);
    EXPECT_EQ(secret.reveal(), "pass");
    EXPECT_EQ(std::string(begin + 4, 4), std::string(4, '\0'));
    secret.shrink(100);
    EXPECT_EQ(secret.size(), 4U);
}

TEST(SecretTest, AForkedProcessFindsZeros) {
    const Secret secret("hereditary");
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const auto seen = secret.reveal();
        ::_exit(seen.find_first_not_of('\0') == std::string_view::npos ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_EQ(secret.reveal(), "hereditary");
}

TEST(SecretTest, WipingLeavesNothingInATextsRoom) {
    std::string text = "a secret that is too long for the small room inside of a string";
    const char* const begin = text.data();
    const std::size_t size = text.size();
    wipe(text);
    EXPECT_TRUE(text.empty());
    // The text's memory is still its own. NOLINTNEXTLINE(clang-analyzer-cplusplus.InnerPointer)
    EXPECT_EQ(std::string(begin, size), std::string(size, '\0'));
}

}  // namespace
}  // namespace oa::core
