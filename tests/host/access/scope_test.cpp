#include "host/access/scope.hpp"

#include <array>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace oa::host::access {
namespace {

std::string refusal(std::string_view text) {
    try {
        static_cast<void>(parse_scopes(text));
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "nothing was thrown";
}

// The whole table, so that a change of it is seen.
TEST(ScopeTest, ImpliesWhatTheTableSays) {
    const std::array all{Scope::Read, Scope::Run, Scope::Edit, Scope::Secrets, Scope::Admin};
    const std::array<std::string, 5> allowed{"y----", "yy---", "y-y--", "---y-", "yyyyy"};
    for (std::size_t has = 0; has < all.size(); ++has) {
        std::string row;
        for (const Scope wanted : all) {
            row += ScopeSet{all.at(has)}.allows(wanted) ? 'y' : '-';
        }
        EXPECT_EQ(row, allowed.at(has)) << to_string(all.at(has));
    }
    EXPECT_FALSE(ScopeSet{}.allows(Scope::Read));
    EXPECT_TRUE((ScopeSet{Scope::Run, Scope::Secrets}.allows(Scope::Secrets)));
}

TEST(ScopeTest, IsReadAndWritten) {
    EXPECT_EQ(to_string(parse_scopes("run read")), "read run");
    EXPECT_EQ(to_string(parse_scopes(" secrets,edit , admin\t")), "edit secrets admin");
    EXPECT_EQ(parse_scopes("read,read"), ScopeSet{Scope::Read});
    EXPECT_EQ(to_string(ScopeSet{}), "");
}

TEST(ScopeTest, SaysWhatIsNone) {
    EXPECT_EQ(refusal("read runs"),
              "there is no scope 'runs', did you mean 'run'?; the scopes are read, run, edit, "
              "secrets and admin");
    EXPECT_EQ(refusal("READ"),
              "there is no scope 'READ', did you mean 'read'?; the scopes are read, run, edit, "
              "secrets and admin");
    EXPECT_EQ(refusal(", "),
              "there is no scope in the list; the scopes are read, run, edit, secrets and admin");
}

}  // namespace
}  // namespace oa::host::access
