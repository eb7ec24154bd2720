#include "core/workflow/schedule_reader.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/expression/cel/time.hpp"
#include "core/workflow/condition_reader.hpp"
#include "core/workflow/cron.hpp"
#include "core/workflow/inputs.hpp"
#include "core/workflow/value_reader.hpp"
#include "core/workflow/yaml_pointer.hpp"

namespace oa::core {
namespace {

namespace json = boost::json;

constexpr std::uint32_t max_runs_limit = 10'000;

const std::vector<std::string> schedule_keys = {"cron", "timezone", "inputs", "catch_up"};
const std::vector<std::string> catch_up_words = {"none", "latest", "all"};
const std::vector<std::string> concurrency_keys = {"max_parallel", "max_runs", "overlap", "key"};
const std::vector<std::string> overlap_words = {"queue", "skip", "cancel_running"};

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Whether a text has the shape of the names in the IANA database, such as Europe/Rome or UTC.
bool looks_like_time_zone(std::string_view text) {
    constexpr std::size_t bytes_max = 64;
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto other = [](char c) {
        return (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
    };
    if (text.size() > bytes_max) {
        return false;
    }
    bool begins = true;
    for (const char c : text) {
        if (begins ? !letter(c) : !letter(c) && !other(c) && c != '/') {
            return false;
        }
        begins = c == '/';
    }
    return !begins;
}

class ScheduleReader {
public:
    explicit ScheduleReader(Reading& reading) : reading_(reading) {}

    std::optional<Schedule> read(const YamlNode& node) {
        schedule_.position = node.position;
        if (node.kind == YamlNode::Kind::Sequence || is_null(node)) {
            reading_.error(node.position,
                           "each schedule is a text or a mapping, not " + describe(node));
            return std::nullopt;
        }
        if (node.kind == YamlNode::Kind::Scalar) {
            read_cron(node);
        } else {
            read_mapping_of(node);
        }
        if (inputs_ == nullptr) {
            check_inputs({}, node);
        }
        return std::move(schedule_);
    }

private:
    void read_mapping_of(const YamlNode& node) {
        for (const YamlNode::Entry& entry : node.entries) {
            if (!contains(schedule_keys, entry.key)) {
                reading_.unknown_key(entry.key_position, entry.key, schedule_keys);
            } else if (!is_null(*entry.value)) {
                read_entry(entry);
            }
        }
        if (!has_cron_) {
            reading_.error(node.position, "the schedule has no 'cron'",
                           "such as cron: '30 6 * * MON-FRI'", "missing-key");
        }
    }

    void read_entry(const YamlNode::Entry& entry) {
        const YamlNode& node = *entry.value;
        if (entry.key == "cron") {
            read_cron(node);
        } else if (entry.key == "timezone") {
            read_time_zone(node);
        } else if (entry.key == "catch_up") {
            const auto choice = read_choice(reading_, node, "'catch_up'", catch_up_words);
            schedule_.catch_up = static_cast<Schedule::CatchUp>(choice.value_or(0));
        } else {
            read_inputs(node);
        }
    }

    void read_cron(const YamlNode& node) {
        has_cron_ = true;
        const auto text = read_text(reading_, node, "'cron'");
        if (!text) {
            return;
        }
        schedule_.cron = *text;
        const auto cron = parse_cron(*text);
        if (const auto* error = std::get_if<CronError>(&cron)) {
            reading_.error(reading_.position_in(node, error->offset), error->message, error->hint,
                           "wrong-value");
        }
    }

    void read_time_zone(const YamlNode& node) {
        const auto text = read_text(reading_, node, "'timezone'");
        if (text && !looks_like_time_zone(*text)) {
            reading_.error(node.position, "'" + excerpt(*text) + "' is no name of a time zone",
                           "write one of the IANA database, such as Europe/Rome or UTC",
                           "wrong-value");
        } else if (text && !cel::is_time_zone(*text)) {
            reading_.error(node.position, "there is no time zone '" + excerpt(*text) + "'",
                           reading_.suggest(*text, cel::time_zone_names()), "wrong-value");
        } else if (text) {
            schedule_.time_zone = *text;
        }
    }

    void read_inputs(const YamlNode& node) {
        inputs_ = &node;
        if (node.kind != YamlNode::Kind::Mapping) {
            reading_.error(node.position, "'inputs' takes a mapping, not " + describe(node));
            return;
        }
        const auto values = read_literal(reading_, node);
        if (!values) {
            return;
        }
        schedule_.inputs = values->as_object();
        warn_of_placeholders(node);
        check_inputs(schedule_.inputs, node);
    }

    void warn_of_placeholders(const YamlNode& node) {
        if (holds_placeholder(node.scalar)) {
            reading_.warn(node.position,
                          "'" + excerpt(node.scalar) +
                              "' stays as it is: placeholders are not filled in here");
        }
        for (const YamlNode* item : node.items) {
            warn_of_placeholders(*item);
        }
        for (const YamlNode::Entry& entry : node.entries) {
            warn_of_placeholders(*entry.value);
        }
    }

    void check_inputs(const json::object& given, const YamlNode& node) {
        for (InputProblem& problem : bind_inputs(reading_.workflow, given).problems) {
            const YamlNode::Entry* entry = inputs_ == nullptr ? nullptr : node.find(problem.input);
            const bool declared = reading_.inputs.has(problem.input);
            const SourcePosition position = entry == nullptr ? node.position
                                            : declared
                                                ? node_at(*entry->value, problem.pointer).position
                                                : entry->key_position;
            reading_.error(
                position,
                "the schedule's input '" + excerpt(problem.input) + "' " + problem.message,
                std::move(problem.hint));
        }
    }

    Reading& reading_;
    Schedule schedule_;
    bool has_cron_ = false;
    const YamlNode* inputs_ = nullptr;
};

}  // namespace

std::vector<Schedule> read_schedules(Reading& reading, const YamlNode& node) {
    std::vector<Schedule> schedules;
    const auto add = [&](const YamlNode& item) {
        if (auto schedule = ScheduleReader(reading).read(item)) {
            schedules.push_back(std::move(*schedule));
        }
    };
    if (node.kind == YamlNode::Kind::Sequence) {
        for (const YamlNode* item : node.items) {
            add(*item);
        }
    } else {
        add(node);
    }
    return schedules;
}

Concurrency read_concurrency(Reading& reading, const YamlNode& node) {
    Concurrency concurrency;
    bool between_runs = false;
    for (const YamlNode::Entry& entry : read_mapping(reading, node, "'concurrency'")) {
        if (!contains(concurrency_keys, entry.key)) {
            reading.unknown_key(entry.key_position, entry.key, concurrency_keys);
        } else if (is_null(*entry.value)) {
            continue;
        } else if (entry.key == "max_parallel") {
            concurrency.max_parallel = read_max_parallel(reading, *entry.value);
        } else if (entry.key == "max_runs") {
            concurrency.max_runs = read_count(reading, *entry.value, "'max_runs'", max_runs_limit);
        } else if (entry.key == "overlap") {
            between_runs = true;
            const auto choice = read_choice(reading, *entry.value, "'overlap'", overlap_words);
            concurrency.overlap = static_cast<Overlap>(choice.value_or(0));
        } else {
            between_runs = true;
            concurrency.key =
                read_expression(reading, *entry.value, {ExpressionPlace::ConcurrencyKey});
        }
    }
    // Both say what happens to a run that is one too many, so one at a time is meant.
    if (between_runs && !concurrency.max_runs) {
        concurrency.max_runs = 1;
    }
    return concurrency;
}

}  // namespace oa::core
