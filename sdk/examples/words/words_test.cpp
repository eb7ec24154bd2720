#include <cstdio>
#include <cstdlib>

#include <oa/testing.hpp>

namespace {

void expect(bool fine, const char* what) {
    if (!fine) {
        std::fprintf(stderr, "not so: %s\n", what);
        std::exit(1);
    }
}

void counts_words() {
    oa::testing::FakeHost host;
    const auto result = host.run("count", R"({"text": "to be or not to be"})");
    expect(result.ok(), "the call succeeds and breaks no rule");
    expect(result.json["be"] == oa::Json(2), "be occurs twice");
}

void names_the_word_that_is_wrong() {
    oa::testing::FakeHost host;
    const auto result = host.run("translate", R"({"dictionary": {"a": "b"}, "words": ["a", ""]})");
    expect(result.code == OA_INVALID_PARAMS, "an empty word is refused");
    expect(result.pointer == "/words/1", "the error points to it");
}

void stops_when_it_is_cancelled() {
    oa::testing::FakeHost host;
    host.cancel_after_polls(3);
    const auto result = host.run("recite", R"({"lines": 1000000, "pause": 0})");
    expect(result.code == OA_CANCELLED, "the call was cancelled");
    expect(result.violations.empty(), "it took its callbacks back");
}

void passes_blobs() {
    oa::testing::FakeHost host;
    const auto made = host.run("repeat", R"({"text": "ab", "times": 3})");
    expect(made.blobs.at(0) == "ababab", "the text, three times");
    host.with_blob(made.blobs.at(0));
    const auto measured = host.run("size", R"({"text": {"$blob": 0}})");
    expect(measured.json["bytes"] == oa::Json(6), "six bytes");
}

void remembers() {
    oa::testing::FakeHost host;
    static_cast<void>(host.run("remember", R"({"word": "be"})"));
    const auto second = host.run("remember", R"({"word": "be"})");
    expect(second.json["times"] == oa::Json(2), "asked twice");
}

}  // namespace

int main() {
    counts_words();
    names_the_word_that_is_wrong();
    stops_when_it_is_cancelled();
    passes_blobs();
    remembers();
    return 0;
}
