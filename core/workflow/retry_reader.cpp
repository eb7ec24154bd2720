#include "core/workflow/retry_reader.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/workflow/condition_reader.hpp"

namespace oa::core {
namespace {

constexpr std::uint32_t attempts_limit = 1'000;
constexpr double backoff_limit = 100;

const std::vector<std::string> retry_keys = {"max_attempts", "delay",  "backoff",
                                             "max_delay",    "jitter", "when"};

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

class RetryReader {
public:
    RetryReader(Reading& reading, const std::optional<RetryPolicy>& base, TaskIndex task)
        : reading_(reading),
          task_(task),
          policy_(base.value_or(RetryPolicy{})),
          has_attempts_(base) {}

    RetryPolicy read(const YamlNode& node) {
        if (node.kind != YamlNode::Kind::Mapping) {
            read_attempts(node, "'retry'");
            return policy_;
        }
        for (const YamlNode::Entry& entry : node.entries) {
            if (!contains(retry_keys, entry.key)) {
                reading_.unknown_key(entry.key_position, entry.key, retry_keys);
            } else if (!is_null(*entry.value)) {
                read_entry(entry);
            }
        }
        if (!has_attempts_) {
            reading_.error(node.position, "'retry' has no 'max_attempts'", {}, "missing-key");
        }
        check_delays();
        return policy_;
    }

private:
    void read_attempts(const YamlNode& node, std::string_view what) {
        has_attempts_ = true;
        policy_.attempts_max =
            read_count(reading_, node, what, attempts_limit).value_or(policy_.attempts_max);
    }

    void read_entry(const YamlNode::Entry& entry) {
        const YamlNode& node = *entry.value;
        if (entry.key == "max_attempts") {
            read_attempts(node, "'max_attempts'");
        } else if (entry.key == "delay") {
            policy_.delay = read_duration(reading_, node, "'delay'").value_or(policy_.delay);
        } else if (entry.key == "max_delay") {
            max_delay_node_ = &node;
            policy_.delay_max =
                read_duration(reading_, node, "'max_delay'").value_or(policy_.delay_max);
        } else if (entry.key == "backoff") {
            policy_.backoff = read_number(reading_, node, "'backoff'", 1, backoff_limit)
                                  .value_or(policy_.backoff);
        } else if (entry.key == "when") {
            policy_.when =
                read_condition(reading_, node, "'when'", ExpressionPlace::RetryWhen, task_);
        } else {
            policy_.jitter = read_number(reading_, node, "'jitter'", 0, 1).value_or(policy_.jitter);
        }
    }

    void check_delays() {
        if (policy_.delay <= policy_.delay_max) {
            return;
        }
        if (max_delay_node_ != nullptr) {
            reading_.error(max_delay_node_->position,
                           "'max_delay' is less than 'delay', " + format_duration(policy_.delay));
        } else {
            policy_.delay_max = policy_.delay;
        }
    }

    Reading& reading_;
    TaskIndex task_;
    RetryPolicy policy_;
    bool has_attempts_;
    const YamlNode* max_delay_node_ = nullptr;
};

}  // namespace

RetryPolicy read_retry(Reading& reading,
                       const YamlNode& node,
                       const std::optional<RetryPolicy>& base,
                       TaskIndex task) {
    return RetryReader(reading, base, task).read(node);
}

}  // namespace oa::core
