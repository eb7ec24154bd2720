#include "host/log/logger.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <utility>

#include <boost/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/json/json.hpp"
#include "core/run/report.hpp"
#include "core/secret/masker.hpp"

namespace oa::host {

namespace json = boost::json;

namespace {

constexpr std::array<std::pair<std::string_view, LogLevel>, 7> level_names{{
    {"trace", LogLevel::Trace},
    {"debug", LogLevel::Debug},
    {"info", LogLevel::Info},
    {"warn", LogLevel::Warn},
    {"warning", LogLevel::Warn},
    {"error", LogLevel::Error},
    {"off", LogLevel::Off},
}};

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::Trace: return spdlog::level::trace;
        case LogLevel::Debug: return spdlog::level::debug;
        case LogLevel::Info: return spdlog::level::info;
        case LogLevel::Warn: return spdlog::level::warn;
        case LogLevel::Error: return spdlog::level::err;
        case LogLevel::Off: break;
    }
    return spdlog::level::off;
}

// One UTF-8 character at the start of the text: its code point and length, or length 0 where the
// bytes are no valid UTF-8.
std::pair<std::uint32_t, std::size_t> decode(std::string_view text) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned first = byte(0);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || text.size() < length) {
        return {0, 0};
    }
    std::uint32_t code = length == 1 ? first : first & (0x7FU >> length);
    for (std::size_t index = 1; index < length; ++index) {
        if ((byte(index) & 0xC0U) != 0x80U) {
            return {0, 0};
        }
        code = (code << 6U) | (byte(index) & 0x3FU);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        return {0, 0};
    }
    return {code, length};
}

bool invisible(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x200E || code == 0x200F ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xFEFF;
}

void append_escape(std::string& out, std::uint32_t code) {
    switch (code) {
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += '\t'; return;
        default: break;
    }
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), code < 0x100 ? "\\x%02x" : "\\u{%x}", code);
    out += text.data();
}

}  // namespace

std::optional<LogLevel> log_level_from(std::string_view name) {
    for (const auto& [known, level] : level_names) {
        if (known == name) {
            return level;
        }
    }
    return std::nullopt;
}

std::string_view name_of(LogLevel level) {
    const auto found = std::find_if(level_names.begin(), level_names.end(),
                                    [&](const auto& one) { return one.second == level; });
    return found->first;
}

std::optional<LogFormat> log_format_from(std::string_view name) {
    if (name == "text") {
        return LogFormat::Text;
    }
    if (name == "json") {
        return LogFormat::Json;
    }
    return std::nullopt;
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto [code, length] = decode(text);
        if (length == 0) {
            append_escape(out, static_cast<unsigned char>(text.front()));
            text.remove_prefix(1);
            continue;
        }
        if (invisible(code)) {
            append_escape(out, code);
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return out;
}

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        lines.push_back(line);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

struct Logger::Sink {
    spdlog::logger logger;
};

Logger::Logger(LogLevel level, LogFormat format, std::shared_ptr<const core::Masker> masker)
    : level_(level),
      format_(format),
      masker_(std::move(masker)),
      sink_(new Sink{spdlog::logger("oa", std::make_shared<spdlog::sinks::stderr_sink_mt>())}) {
    sink_->logger.set_level(spdlog::level::trace);
    sink_->logger.set_pattern(format == LogFormat::Json ? "%v" : "%H:%M:%S.%e %v");
    sink_->logger.flush_on(spdlog::level::trace);
}

Logger::~Logger() = default;

void Logger::write(LogLevel level, std::string_view message) {
    write(level, message, {});
}

void Logger::write(LogLevel level, std::string_view message, const json::object& fields) {
    if (!wants(level) || level == LogLevel::Off) {
        return;
    }
    if (masker_ == nullptr || masker_->empty()) {
        write_line(level, message, fields);
        return;
    }
    json::value masked = fields;
    masker_->mask(masked);
    write_line(level, masker_->mask(message), masked.get_object());
}

void Logger::write_line(LogLevel level, std::string_view message, const json::object& fields) {
    std::string line;
    if (format_ == LogFormat::Json) {
        json::object record;
        record["time"] = core::format_time(std::chrono::system_clock::now());
        record["level"] = name_of(level);
        std::string text;
        for (const std::string_view part : split_lines(message)) {
            text += printable(part);
            text += '\n';
        }
        if (!text.empty()) {
            text.pop_back();
        }
        record["message"] = text;
        for (const auto& field : fields) {
            record[field.key()] = field.value();
        }
        line = core::write_json(record);
    } else {
        line = name_of(level);
        for (char& letter : line) {
            letter = static_cast<char>(letter - ('a' - 'A'));
        }
        line.resize(6, ' ');
        line += printable(message);
        for (const auto& field : fields) {
            line += ' ';
            line += printable(field.key());
            line += '=';
            line += field.value().is_string() ? printable(field.value().as_string())
                                              : core::write_json(field.value());
        }
    }
    sink_->logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace oa::host
