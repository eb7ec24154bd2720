#include "core/workflow/reading.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include <boost/json.hpp>

#include "core/json/json.hpp"
#include "core/nearest.hpp"

namespace oa::core {
namespace {

std::string number_text(double number) {
    std::string text = write_json(boost::json::value(number));
    if (text.ends_with(".0")) {
        text.resize(text.size() - 2);
    }
    return text;
}

}  // namespace

void NameSet::add(const std::string& name) {
    if (set.insert(name).second) {
        list.push_back(name);
    }
}

Reading::Reading(ReadSession& shared, const SourceText& text, std::size_t file, Workflow& target)
    : session(shared), source(text), catalog(shared.catalog), file_number(file), workflow(target) {}

void Reading::error(SourcePosition position,
                    std::string message,
                    std::string hint,
                    std::string_view code) {
    session.findings.add(file_number, Severity::Error, position, std::move(message),
                         std::move(hint), code);
}

void Reading::warn(SourcePosition position,
                   std::string message,
                   std::string hint,
                   std::string_view code) {
    session.findings.add(file_number, Severity::Warning, position, std::move(message),
                         std::move(hint), code);
}

std::string Reading::suggest(std::string_view word, std::span<const std::string> candidates) {
    if (candidates.size() > session.comparisons_left || session.findings.full()) {
        return {};
    }
    session.comparisons_left -= candidates.size();
    return did_you_mean(word, candidates);
}

namespace {

/// What other systems call the keys of this one.
struct OtherWord {
    std::string_view theirs;
    std::string_view ours;
};
constexpr OtherWord other_words[] = {
    {"if", "when"},
    {"condition", "when"},
    {"depends_on", "needs"},
    {"dependsOn", "needs"},
    {"depends", "needs"},
    {"dependencies", "needs"},
    {"continue_on_error", "allow_failure"},
    {"continue-on-error", "allow_failure"},
    {"ignore_errors", "allow_failure"},
    {"retries", "retry"},
    {"retryPolicy", "retry"},
    {"with_items", "for_each"},
    {"withItems", "for_each"},
    {"loop", "for_each"},
    {"foreach", "for_each"},
    {"forEach", "for_each"},
    {"timeout-minutes", "timeout"},
    {"jobs", "tasks"},
    {"steps", "tasks"},
    {"env", "variables"},
    {"vars", "variables"},
    {"params", "with"},
    {"parameters", "with"},
    {"args", "with"},
    {"uses", "workflow"},
    {"on", "schedule"},
    {"cron", "schedule"},
    {"onExit", "finally"},
    {"always", "finally"},
    {"id", "name"},
};

std::string_view word_for(std::string_view theirs) {
    for (const OtherWord& word : other_words) {
        if (word.theirs == theirs) {
            return word.ours;
        }
    }
    return {};
}

}  // namespace

void Reading::unknown_key(SourcePosition position,
                          std::string_view key,
                          std::span<const std::string> known) {
    std::string hint = suggest(key, known);
    const std::string_view own = word_for(key);
    if (hint.empty() && std::find(known.begin(), known.end(), own) != known.end()) {
        hint = "it is '" + std::string(own) + "' here";
    }
    error(position, "the key '" + excerpt(key) + "' is unknown here", std::move(hint),
          "unknown-key");
}

SourcePosition Reading::position_in(const YamlNode& scalar, std::size_t offset) {
    if (!places_ || &places_->node() != &scalar || places_->passed() > offset) {
        places_.emplace(source.text(), scalar);
    }
    return source.position(places_->find(offset));
}

bool Reading::has_room_for_expressions(std::size_t count, SourcePosition position) {
    if (session.findings.full()) {
        return false;  // there will be no workflow, and no room to tell of further mistakes
    }
    if (count <= session.expressions_left) {
        return true;
    }
    if (!std::exchange(session.expressions_refused, true)) {
        error(position,
              "there are more than " + std::to_string(session.expressions_max) +
                  " placeholders and expressions",
              {}, "limit");
    }
    return false;
}

bool Reading::count_expression(SourcePosition position) {
    if (!has_room_for_expressions(1, position)) {
        return false;
    }
    --session.expressions_left;
    return true;
}

bool is_null(const YamlNode& node) {
    return node.kind == YamlNode::Kind::Scalar && node.style == YamlNode::Style::Plain &&
           plain_scalar_kind(node.scalar) == ScalarKind::Null;
}

std::string describe(const YamlNode& node, YamlDialect dialect) {
    if (node.kind == YamlNode::Kind::Mapping) {
        return "a mapping";
    }
    if (node.kind == YamlNode::Kind::Sequence) {
        return "a list";
    }
    const ScalarKind kind = node.style == YamlNode::Style::Plain
                                ? plain_scalar_kind(node.scalar, dialect)
                                : ScalarKind::Text;
    switch (kind) {
        case ScalarKind::Null: return "null";
        case ScalarKind::Boolean: return "the boolean " + node.scalar;
        case ScalarKind::Integer:
        case ScalarKind::Number:
        case ScalarKind::NotFinite: return "the number " + excerpt(node.scalar);
        case ScalarKind::Text: break;
    }
    return "the text '" + excerpt(node.scalar) + "'";
}

std::optional<std::string> read_text(Reading& reading,
                                     const YamlNode& node,
                                     std::string_view what) {
    if (node.kind != YamlNode::Kind::Scalar || is_null(node)) {
        reading.error(node.position, std::string(what) + " takes a text, not " + describe(node), {},
                      "wrong-type");
        return std::nullopt;
    }
    return node.scalar;
}

std::optional<bool> read_bool(Reading& reading, const YamlNode& node, std::string_view what) {
    if (node.kind == YamlNode::Kind::Scalar) {
        const ScalarValue read = scalar_value(node, reading.dialect());
        if (read.value && read.value->is_bool()) {
            return read.value->get_bool();
        }
    }
    const auto is_one_of = [&node](std::initializer_list<std::string_view> words) {
        return std::find(words.begin(), words.end(), node.scalar) != words.end();
    };
    std::string hint;
    if (is_one_of({"yes", "Yes", "YES", "on", "On", "ON", "1"})) {
        hint = "write true";
    } else if (is_one_of({"no", "No", "NO", "off", "Off", "OFF", "0"})) {
        hint = "write false";
    }
    reading.error(node.position, std::string(what) + " takes true or false, not " + describe(node),
                  std::move(hint), "wrong-type");
    return std::nullopt;
}

std::optional<Milliseconds> read_duration(Reading& reading,
                                          const YamlNode& node,
                                          std::string_view what) {
    if (node.kind == YamlNode::Kind::Scalar) {
        if (const auto duration = parse_duration(node.scalar)) {
            return duration;
        }
    }
    reading.error(node.position, std::string(what) + " takes a duration, not " + describe(node),
                  "write 250ms, 30s, 5m, 2h, 1d or a number of seconds, at most 366d",
                  "wrong-type");
    return std::nullopt;
}

std::optional<std::uint32_t> read_count(Reading& reading,
                                        const YamlNode& node,
                                        std::string_view what,
                                        std::uint32_t maximum) {
    if (node.kind == YamlNode::Kind::Scalar) {
        const ScalarValue read = scalar_value(node);
        if (read.value && read.value->is_int64() && read.value->get_int64() >= 1 &&
            read.value->get_int64() <= maximum) {
            return static_cast<std::uint32_t>(read.value->get_int64());
        }
    }
    reading.error(node.position,
                  std::string(what) + " takes a whole number from 1 to " + std::to_string(maximum) +
                      ", not " + describe(node),
                  {}, "wrong-type");
    return std::nullopt;
}

std::optional<double> read_number(
    Reading& reading, const YamlNode& node, std::string_view what, double minimum, double maximum) {
    if (node.kind == YamlNode::Kind::Scalar) {
        const ScalarValue read = scalar_value(node);
        if (read.value && read.value->is_number()) {
            const auto number = read.value->to_number<double>();
            if (number >= minimum && number <= maximum) {
                return number;
            }
        }
    }
    reading.error(node.position,
                  std::string(what) + " takes a number from " + number_text(minimum) + " to " +
                      number_text(maximum) + ", not " + describe(node),
                  {}, "wrong-type");
    return std::nullopt;
}

std::span<const YamlNode::Entry> read_mapping(Reading& reading,
                                              const YamlNode& node,
                                              std::string_view what) {
    if (node.kind != YamlNode::Kind::Mapping && !is_null(node)) {
        reading.error(node.position, std::string(what) + " takes a mapping, not " + describe(node),
                      {}, "wrong-type");
    }
    return node.entries;
}

std::optional<std::size_t> read_choice(Reading& reading,
                                       const YamlNode& node,
                                       std::string_view what,
                                       std::span<const std::string> words) {
    const auto word = read_text(reading, node, what);
    if (!word) {
        return std::nullopt;
    }
    const auto found = std::find(words.begin(), words.end(), *word);
    if (found != words.end()) {
        return static_cast<std::size_t>(found - words.begin());
    }
    std::string known;
    for (std::size_t i = 0; i < words.size(); ++i) {
        known += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
    }
    reading.error(node.position, std::string(what) + " takes " + known + ", not " + describe(node),
                  reading.suggest(*word, words), "wrong-value");
    return std::nullopt;
}

std::vector<PlacedText> read_texts(Reading& reading, const YamlNode& node, std::string_view what) {
    std::vector<PlacedText> texts;
    if (is_null(node)) {
        return texts;
    }
    if (node.kind == YamlNode::Kind::Sequence) {
        for (const YamlNode* item : node.items) {
            if (auto text = read_text(reading, *item, "each item of " + std::string(what))) {
                texts.push_back({std::move(*text), item->position});
            }
        }
    } else if (node.kind == YamlNode::Kind::Mapping) {
        reading.error(node.position,
                      std::string(what) + " takes a text or a list of texts, not a mapping", {},
                      "wrong-type");
    } else {
        texts.push_back({node.scalar, node.position});
    }
    return texts;
}

std::optional<std::string> name_problem(std::string_view name) {
    constexpr std::ptrdiff_t characters_max = 128;
    if (name.empty()) {
        return "a name cannot be empty";
    }
    const auto characters = std::count_if(name.begin(), name.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    if (characters > characters_max) {
        return "a name has at most 128 characters, this one has " + std::to_string(characters);
    }
    const bool control = std::any_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
    });
    if (control || name.find("\xC2\x85") != std::string_view::npos ||
        name.find("\xE2\x80\xA8") != std::string_view::npos ||
        name.find("\xE2\x80\xA9") != std::string_view::npos) {
        return "a name has printable characters only, on one line";
    }
    return std::nullopt;
}

}  // namespace oa::core
