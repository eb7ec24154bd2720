// A module about words, quoted by docs/plugin-guide.md: one function for each thing that a plug-in
// may need.
#include <algorithm>
#include <cctype>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <oa/plugin.hpp>

namespace {

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// Calls visit(word) for each word of the text.
template <typename Visit>
void for_each_word(std::string_view text, const Visit& visit) {
    while (true) {
        const auto first = std::find_if_not(text.begin(), text.end(), is_space);
        if (first == text.end()) {
            return;
        }
        const auto last = std::find_if(first, text.end(), is_space);
        visit(std::string_view(first, last));
        text.remove_prefix(static_cast<std::size_t>(last - text.begin()));
    }
}

// [parameters]
enum class Case { Keep, Lower };

oa::Json count(oa::Call& call) {
    const auto text = call.param<std::string>("text");  // must be there
    const auto longest = call.param<std::int64_t>("max_length", 1000);
    const auto letters =
        call.choice<Case>("case", {{"keep", Case::Keep}, {"lower", Case::Lower}}, Case::Keep);

    std::map<std::string, std::int64_t> counts;
    for_each_word(text, [&](std::string_view word) {
        std::string key(word.substr(0, static_cast<std::size_t>(longest)));
        if (letters == Case::Lower) {
            std::transform(key.begin(), key.end(), key.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        }
        ++counts[key];
    });
    oa::Json out = oa::Json::object();
    for (const auto& [word, number] : counts) {
        out[word] = number;
    }
    return out;
}
// [end]

// [errors]
oa::Json translate(oa::Call& call) {
    const oa::Json dictionary = call.param<oa::Json>("dictionary");
    const auto words = call.param<std::vector<std::string>>("words");
    oa::Json out = oa::Json::array();
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].empty()) {
            throw oa::invalid_params(oa::pointer_to("words", i), "a word must not be empty");
        }
        const oa::Json* found = dictionary.find(words[i]);
        if (found == nullptr) {
            throw oa::not_found("the dictionary has no word '" + words[i] + "'");
        }
        out.push_back(*found);
    }
    return out;
}
// [end]

// [cancellation]
oa::Json recite(oa::Call& call) {
    const auto lines = call.param<std::int64_t>("lines");
    const auto pause = call.param<std::chrono::milliseconds>("pause");
    for (std::int64_t line = 1; line <= lines; ++line) {
        call.check();          // throws oa::Cancelled once the host wants the call to end
        call.wait_for(pause);  // so does this, without waiting to the end
        call.progress(static_cast<double>(line) / static_cast<double>(lines));
        call.log().info("line " + std::to_string(line));
    }
    return {{"recited", lines}};
}
// [end]

// [blobs]
oa::Json repeat(oa::Call& call) {
    const auto text = call.param<std::string>("text");
    const auto times = call.param<std::uint32_t>("times");
    oa::OutputBlob blob = call.alloc_blob(text.size() * times);
    for (std::size_t i = 0; i < blob.bytes.size(); ++i) {
        blob.bytes[i] = static_cast<std::byte>(text[i % text.size()]);
    }
    blob.reference["media_type"] = "text/plain";
    return {{"text", blob.reference}};
}

oa::Json size(oa::Call& call) {
    const auto bytes = call.blob_param("text");
    return {{"bytes", bytes.size()}};
}
// [end]

// [state]
class Library {
public:
    explicit Library(const oa::Host& host) : log_(host.log()) { log_.debug("the library is open"); }

    void add(const std::string& word) {
        const std::lock_guard lock(mutex_);  // handlers run on several threads at a time
        ++seen_[word];
    }
    std::int64_t times(const std::string& word) const {
        const std::lock_guard lock(mutex_);
        const auto found = seen_.find(word);
        return found == seen_.end() ? 0 : found->second;
    }

private:
    oa::Logger log_;
    mutable std::mutex mutex_;
    std::map<std::string, std::int64_t> seen_;
};

oa::Json remember(Library& library, oa::Call& call) {
    const auto word = call.param<std::string>("word");
    library.add(word);
    return {{"times", library.times(word)}};
}
// [end]

// [functions]
constexpr oa_function functions[] = {
    oa::function<count>({
        .name = "count",
        .summary = "Counts how often each word occurs in a text.",
        .params = R"({"type": "object", "additionalProperties": false, "required": ["text"],
            "properties": {
                "text": {"type": "string", "description": "The text"},
                "max_length": {"type": "integer", "minimum": 1, "default": 1000,
                               "description": "Longer words are cut to so many bytes"},
                "case": {"enum": ["keep", "lower"], "default": "keep",
                         "description": "Whether capital letters make another word"}}})",
        .output = R"({"type": "object", "additionalProperties": {"type": "integer"}})",
        .examples = R"([{"title": "Count words", "params": {"text": "To be or to be",
                         "case": "lower"}, "output": {"be": 2, "or": 1, "to": 2}}])",
        .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE,
    }),
    // [end]
    oa::function<translate>({
        .name = "translate",
        .summary = "Looks words up in a dictionary.",
        .params = R"({"type": "object", "additionalProperties": false,
            "required": ["dictionary", "words"], "properties": {
                "dictionary": {"type": "object", "description": "Word and translation"},
                "words": {"type": "array", "items": {"type": "string"}}}})",
        .output = R"({"type": "array"})",
        .examples =
            R"([{"title": "Translate", "params": {"dictionary": {"two": "deux"}, "words": ["two"]},
                 "output": ["deux"]},
                {"title": "A word that is not in the dictionary",
                 "params": {"dictionary": {}, "words": ["two"]}, "error": "not_found"}])",
        .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE,
    }),
    oa::function<recite>({
        .name = "recite",
        .summary = "Logs lines, with a pause before each.",
        .params = R"({"type": "object", "additionalProperties": false,
            "required": ["lines", "pause"], "properties": {
                "lines": {"type": "integer", "minimum": 0, "description": "How many"},
                "pause": {"type": ["string", "number"],
                          "description": "A duration, such as 100ms"}}})",
        .output = R"({"type": "object"})",
        .examples = R"([{"title": "Two lines", "params": {"lines": 2, "pause": "1ms"},
                         "output": {"recited": 2}}])",
        .flags = OA_F_IDEMPOTENT | OA_F_THREAD_SAFE | OA_F_CANCELLABLE | OA_F_BLOCKING,
    }),
    oa::function<repeat>({
        .name = "repeat",
        .summary = "Gives a text many times over, as a blob.",
        .params = R"({"type": "object", "additionalProperties": false,
            "required": ["text", "times"], "properties": {
                "text": {"type": "string", "minLength": 1},
                "times": {"type": "integer", "minimum": 0, "maximum": 1000000}}})",
        .output = R"({"type": "object"})",
        .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE,
    }),
    oa::function<size>({
        .name = "size",
        .summary = "Tells how long a blob is.",
        .params = R"({"type": "object", "additionalProperties": false, "required": ["text"],
            "properties": {"text": {"type": "object", "description": "A blob"}}})",
        .output = R"({"type": "object"})",
        .flags = OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE,
    }),
    oa::function<remember>({
        .name = "remember",
        .summary = "Tells how often it was asked about a word.",
        .params = R"({"type": "object", "additionalProperties": false, "required": ["word"],
            "properties": {"word": {"type": "string"}}})",
        .output = R"({"type": "object"})",
        .flags = OA_F_THREAD_SAFE,
    }),
};

}  // namespace

// [module]
OA_PLUGIN(oa::Module{.id = "com.example.words",
                     .name = "words",
                     .version = "1.0.0",
                     .summary = "Counts, translates and remembers words.",
                     .lifecycle = oa::lifecycle<Library>},
          functions)
// [end]
