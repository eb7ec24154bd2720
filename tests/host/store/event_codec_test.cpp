#include "host/store/event_codec.hpp"

#include <set>
#include <variant>

#include "tests/host/store/event_generator.hpp"
#include "tests/host/store/store_fixture.hpp"

namespace oa::host {
namespace {

/// Encodes, reads back and encodes again, which must be the same.
std::string round_trip(const core::JournalEntry& entry) {
    std::string bytes = encode_entry(entry);
    EXPECT_EQ(encode_entry(decode_entry(bytes)), bytes);
    return bytes;
}

std::string refusal(std::string_view bytes) {
    return message_of<EventError>([&] { static_cast<void>(decode_entry(bytes)); });
}

TEST(EventCodecTest, KeepsARunsCreation) {
    core::RunCreated entry;
    entry.run_id = "R";
    entry.workflow = "w";
    entry.attempt = 2;
    entry.inputs = {{"b", 1.0}, {"a", nullptr}};
    entry.settings = {3, 4, core::Milliseconds(5), 6, 18'446'744'073'709'551'615U, 8, 9};
    entry.parent_run_id = "P";
    entry.documents = "sha256:0";
    entry.retry_of = "O";
    entry.retry_from = "load";
    entry.retry_all = true;
    entry.trigger = "cli";
    entry.priority = -3;
    entry.key = "k";
    EXPECT_EQ(round_trip(entry),
              R"({"v":1,"kind":"run_created","run_id":"R","workflow":"w","attempt":2,)"
              R"("inputs":{"b":1.0,"a":null},"settings":{"max_parallel":3,)"
              R"("max_parallel_forced":4,"cancel_grace_ms":5,"activations_per_task_max":6,)"
              R"("seed":18446744073709551615,"output_bytes_max":8,"loop_output_bytes_max":9},)"
              R"("parent_run_id":"P","documents":"sha256:0","retry_of":"O","retry_from":"load",)"
              R"("retry_all":true,"trigger":"cli","priority":-3,"key":"k"})");
    entry.request_key = "order 7";
    entry.request_digest = "0badc0de";
    const std::string bytes = round_trip(entry);
    EXPECT_EQ(bytes.substr(bytes.find(R"("key":)")),
              R"("key":"k","request_key":"order 7","request_digest":"0badc0de"})");
}

TEST(EventCodecTest, KeepsTheStartOfAnAttemptAndTheEndOfARun) {
    EXPECT_EQ(round_trip(core::AttemptStarted{7, 3, 2, core::Element{4, 5}}),
              R"({"v":1,"kind":"attempt_started","execution":7,"task":3,"attempt":2,)"
              R"("element":{"loop":4,"index":5}})");
    EXPECT_EQ(round_trip(core::AttemptStarted{7, 3, 2, {}}),
              R"({"v":1,"kind":"attempt_started","execution":7,"task":3,"attempt":2})");
    EXPECT_EQ(round_trip(ended(core::RunStatus::Cancelled)),
              R"({"v":1,"kind":"run_ended","status":"cancelled","outputs":{}})");
    EXPECT_EQ(
        round_trip(core::RunEnded{
            core::RunStatus::Failed, core::Failure{"crashed", "it died", false, 0}, {{"rows", 3}}}),
        R"({"v":1,"kind":"run_ended","status":"failed","failure":{"code":"crashed",)"
        R"("message":"it died","retryable":false,"retry_after_ms":0},"outputs":{"rows":3}})");
    EXPECT_EQ(round_trip(core::RunResumed{2, true}),
              R"({"v":1,"kind":"run_resumed","deaths":2,"settled":true})");
}

TEST(EventCodecTest, KeepsEveryEventOfTheMachine) {
    const core::Failure failure{"http_500", "no \"luck\"", true, 250};
    const std::string text =
        R"({"code":"http_500","message":"no \"luck\"","retryable":true,"retry_after_ms":250})";
    EXPECT_EQ(round_trip(event(core::RunStarted{})), R"({"v":1,"kind":"run_started"})");
    EXPECT_EQ(
        round_trip(event(core::AttemptFailed{1, 2, failure})),
        R"({"v":1,"kind":"attempt_failed","execution":1,"attempt":2,"failure":)" + text + "}");
    EXPECT_EQ(round_trip(event(core::TimerFired{{core::Timer::Kind::RetryDelay, 1, 2}})),
              R"({"v":1,"kind":"timer_fired","timer":{"kind":"retry_delay","execution":1,)"
              R"("attempt":2}})");
    EXPECT_EQ(round_trip(event(core::Decided{1, false, 9, failure})),
              R"({"v":1,"kind":"decided","execution":1,"run":false,"elements":9,"failure":)" +
                  text + "}");
    EXPECT_EQ(round_trip(event(core::RetryDecided{1, 2, true, {}})),
              R"({"v":1,"kind":"retry_decided","execution":1,"attempt":2,"again":true})");
    EXPECT_EQ(round_trip(event(core::WaitBegun{1, 2, core::Milliseconds(-3), {}})),
              R"({"v":1,"kind":"wait_begun","execution":1,"attempt":2,"delay_ms":-3})");
    EXPECT_EQ(round_trip(event(core::WaitBegun{1, 2, {}, failure})),
              R"({"v":1,"kind":"wait_begun","execution":1,"attempt":2,"failure":)" + text + "}");
    EXPECT_EQ(round_trip(event(core::WaitEnded{1, 2, failure})),
              R"({"v":1,"kind":"wait_ended","execution":1,"attempt":2,"failure":)" + text + "}");
    EXPECT_EQ(round_trip(event(core::TimerFired{{core::Timer::Kind::Wait, 1, 2}})),
              R"({"v":1,"kind":"timer_fired","timer":{"kind":"wait","execution":1,"attempt":2}})");
    EXPECT_EQ(round_trip(event(core::PauseRequested{"a window"})),
              R"({"v":1,"kind":"pause_requested","reason":"a window"})");
    EXPECT_EQ(round_trip(event(core::ResumeRequested{})), R"({"v":1,"kind":"resume_requested"})");
    EXPECT_EQ(round_trip(event(core::CancelRequested{"ctrl-c"})),
              R"({"v":1,"kind":"cancel_requested","reason":"ctrl-c"})");
    EXPECT_EQ(round_trip(event(core::RunFailed{failure})),
              R"({"v":1,"kind":"run_failed","failure":)" + text + "}");
}

TEST(EventCodecTest, TellsNoOutputFromNull) {
    const std::string start = R"({"v":1,"kind":"attempt_succeeded","execution":1,"attempt":2)";
    EXPECT_EQ(round_trip(event(core::AttemptSucceeded{1, 2})), start + "}");
    const std::string with_null = start + R"(,"output":null})";
    EXPECT_EQ(round_trip(event(core::AttemptSucceeded{1, 2},
                               std::make_shared<const boost::json::value>(nullptr))),
              with_null);
    const core::JournalEntry entry = decode_entry(with_null);
    const auto& read = std::get<core::MachineEvent>(entry);
    ASSERT_NE(read.output, nullptr);
    EXPECT_TRUE(read.output->is_null());
}

TEST(EventCodecTest, ReadsBackWhateverThereCanBe) {
    EventGenerator generator(20'240'601);
    std::set<std::string> kinds;
    for (int i = 0; i < 20'000; ++i) {
        const core::JournalEntry entry = generator.entry();
        const std::string bytes = round_trip(entry);
        EXPECT_EQ(bytes.find('\n'), std::string::npos);
        const core::JournalEntry read = decode_entry(bytes);
        ASSERT_EQ(read.index(), entry.index());
        if (const auto* taken = std::get_if<core::MachineEvent>(&entry)) {
            const auto& again = std::get<core::MachineEvent>(read);
            ASSERT_EQ(again.event.index(), taken->event.index());
            ASSERT_EQ(again.output == nullptr, taken->output == nullptr);
            if (taken->output) {
                ASSERT_EQ(*again.output, *taken->output) << bytes;
            }
        }
        kinds.insert(bytes.substr(0, bytes.find('"', 16)));
    }
    EXPECT_EQ(kinds.size(),
              std::variant_size_v<core::JournalEntry> - 1 + std::variant_size_v<core::RunEvent>);
}

TEST(EventCodecTest, RefusesAFutureFormatWithAMessageOfItsOwn) {
    EXPECT_THROW(static_cast<void>(decode_entry(R"({"v":2,"kind":"something","new":[]})")),
                 EventTooNew);
    EXPECT_EQ(refusal(R"({"v":2,"kind":"something","new":[]})"),
              "has format 2; this program knows up to 1: a newer one wrote it");
    EXPECT_EQ(refusal(R"({"v":0,"kind":"run_started"})"), "has format 0, which there never was");
}

TEST(EventCodecTest, SaysWhatIsWrong) {
    EXPECT_EQ(refusal("{"), "is not JSON: line 1, column 2: the text ends too early");
    EXPECT_EQ(refusal("[]"), "is not a JSON object");
    EXPECT_EQ(refusal(R"({"kind":"run_started"})"), "has no member \"v\"");
    EXPECT_EQ(refusal(R"({"v":1})"), "has no member \"kind\"");
    EXPECT_EQ(refusal(R"({"v":1,"kind":"party"})"), "is of the unknown kind \"party\"");
    EXPECT_EQ(refusal(R"({"v":1,"kind":"run_started","more":1})"),
              "has the unknown member \"more\"");
    EXPECT_EQ(refusal(R"({"v":1,"kind":"attempt_succeeded","execution":1})"),
              "has no member \"attempt\"");
    EXPECT_EQ(refusal(R"({"v":1,"kind":"attempt_succeeded","execution":-1,"attempt":1})"),
              "has a member \"execution\" that is not a whole number up to 4294967295");
    EXPECT_EQ(refusal(R"({"v":1,"kind":"attempt_succeeded","execution":4294967296,"attempt":1})"),
              "has a member \"execution\" that is not a whole number up to 4294967295");
    EXPECT_EQ(refusal(R"({"v":1,"kind":"cancel_requested","reason":null})"),
              "has a member \"reason\" that is not a text");
    EXPECT_EQ(refusal(R"({"v":1,"kind":"run_ended","status":"late"})"),
              "has a member \"status\" that is not a word that this program knows, which \"late\" "
              "is not");
    EXPECT_EQ(refusal(R"({"v":1,"kind":"timer_fired","timer":{"kind":"retry_delay",)"
                      R"("execution":1,"attempt":1,"x":0}})"),
              "has the unknown member \"timer.x\"");
}

TEST(EventCodecTest, RefusesEveryCutAndNearlyEveryFlipOfAByte) {
    const std::string bytes =
        encode_entry(event(core::AttemptFailed{1, 2, {"code", "message", true, 3}}));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_THROW(static_cast<void>(decode_entry(bytes.substr(0, size))), EventError);
    }
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
        std::string flipped = bytes;
        flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
        try {
            // Another value may be as good; nothing else may happen.
            EXPECT_NE(encode_entry(decode_entry(flipped)), bytes);
        } catch (const EventError& error) {
            EXPECT_STRNE(error.what(), "");
        }
    }
}

TEST(EventCodecTest, WritesWhatIsNotTextSoThatItCanBeRead) {
    const std::string bytes = encode_entry(event(core::CancelRequested{"a\xff\xc3 b"}));
    EXPECT_EQ(bytes, "{\"v\":1,\"kind\":\"cancel_requested\",\"reason\":\"a\uFFFD\uFFFD b\"}");
    EXPECT_NO_THROW(static_cast<void>(decode_entry(bytes)));
}

TEST(EventCodecTest, RefusesToWriteWhatItCouldNotRead) {
    const auto nested = [](std::size_t levels) {
        boost::json::value value = 1;
        for (std::size_t i = 0; i < levels; ++i) {
            value = boost::json::array{std::move(value)};
        }
        return value;
    };
    EXPECT_NO_THROW(static_cast<void>(decode_entry(encode_entry(output_of(0, nested(990))))));
    EXPECT_THROW(static_cast<void>(encode_entry(output_of(0, nested(1001)))), EventError);
}

}  // namespace
}  // namespace oa::host
