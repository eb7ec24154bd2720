#include "host/plugin/load_error.hpp"

#include <gtest/gtest.h>

namespace oa::host {
namespace {

LoadError explain(const std::string& text) {
    return explain_load_error(text, "/opt/oa/x.so");
}

TEST(LoadErrorTest, NamesTheSymbolThatIsMissing) {
    const auto error = explain("/opt/oa/x.so: undefined symbol: curl_easy_init, version CURL_4");

    EXPECT_EQ(error.reason, "uses the symbol curl_easy_init, which none of its libraries has");
}

TEST(LoadErrorTest, NamesTheLibraryThatIsMissing) {
    const auto error =
        explain("libfoo.so.7: cannot open shared object file: No such file or directory");

    EXPECT_EQ(error.reason, "needs the library libfoo.so.7, which is not installed here");
    EXPECT_NE(error.fix.find("ldd /opt/oa/x.so"), std::string::npos);
}

TEST(LoadErrorTest, BlamesNoFileWhereTheSystemLacksSomething) {
    for (const char* text :
         {"/opt/oa/x.so: cannot open shared object file: Too many open files",
          "libfoo.so.7: cannot open shared object file: Too many open files",
          "libfoo.so.7: failed to map segment from shared object",
          "/opt/oa/x.so: cannot create shared object descriptor: Cannot allocate memory"}) {
        const auto error = explain(text);

        EXPECT_TRUE(error.is_passing) << text;
        EXPECT_EQ(error.reason.find("cannot be loaded: "), 0U) << error.reason;
        EXPECT_NE(error.fix.find("ulimit -n"), std::string::npos);
    }
    EXPECT_FALSE(explain("libfoo.so.7: cannot open shared object file: No such file or directory")
                     .is_passing);
}

TEST(LoadErrorTest, TellsWhatToDoAboutANewerCompiler) {
    const auto error = explain(
        "/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /opt/oa/x.so)");

    EXPECT_EQ(error.reason, "needs GLIBCXX_3.4.32, which is newer than this system has");
    EXPECT_NE(error.fix.find("-static-libstdc++"), std::string::npos);
}

TEST(LoadErrorTest, TellsWhatToDoAboutANewerSystem) {
    const auto error =
        explain("/lib/libc.so.6: version `GLIBC_2.38' not found (required by /opt/oa/x.so)");

    EXPECT_EQ(error.reason, "needs GLIBC_2.38, which is newer than this system has");
    EXPECT_EQ(error.fix.find("-static-libstdc++"), std::string::npos);
}

TEST(LoadErrorTest, PassesOtherWordsOn) {
    EXPECT_EQ(explain("/opt/oa/x.so: wrong ELF class").reason, "cannot be loaded: wrong ELF class");
}

}  // namespace
}  // namespace oa::host
