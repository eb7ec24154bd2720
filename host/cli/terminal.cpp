#include "host/cli/terminal.hpp"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace oa::host {

namespace {

bool starts_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

const char* code_of(Colour colour) {
    switch (colour) {
        case Colour::None: return "";
        case Colour::Red: return "\x1b[31m";
        case Colour::Green: return "\x1b[32m";
        case Colour::Yellow: return "\x1b[33m";
        case Colour::Cyan: return "\x1b[36m";
        case Colour::Dim: return "\x1b[2m";
        case Colour::Bold: return "\x1b[1m";
    }
    return "";
}

}  // namespace

Terminal inspect_terminal(int descriptor) {
    Terminal terminal;
    terminal.is_terminal = isatty(descriptor) == 1;
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    terminal.colours = terminal.is_terminal && (no_color == nullptr || *no_color == '\0') &&
                       term != nullptr && std::string_view(term) != "dumb";
    winsize size{};
    if (terminal.is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        terminal.columns = size.ws_col;
    }
    return terminal;
}

std::string paint(std::string_view text, Colour colour, bool colours) {
    if (!colours || colour == Colour::None) {
        return std::string(text);
    }
    return code_of(colour) + std::string(text) + "\x1b[0m";
}

std::size_t columns_of(std::string_view text) {
    std::size_t count = 0;
    for (const char byte : text) {
        count += starts_character(byte) ? 1 : 0;
    }
    return count;
}

std::string fit(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) {
        return std::string(text);
    }
    std::size_t kept = 0;
    std::size_t end = 0;
    while (end < text.size() && (kept + 1 < columns || !starts_character(text[end]))) {
        kept += starts_character(text[end]) ? 1 : 0;
        ++end;
    }
    return std::string(text.substr(0, end)) + (columns > 0 ? "…" : "");
}

}  // namespace oa::host
