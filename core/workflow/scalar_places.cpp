#include "core/workflow/scalar_places.hpp"

#include <algorithm>

namespace oa::core {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

ScalarPlaces::ScalarPlaces(std::string_view text, const YamlNode& node)
    : text_(text), node_(&node), scalar_(node.scalar), at_(node.offset) {
    const char first = peek();
    if (node.style == YamlNode::Style::Block) {
        at_ = std::min(text.find('\n', at_), text.size());
    } else if (node.style == YamlNode::Style::Quoted && (first == '"' || first == '\'')) {
        quote_ = first;
        ++at_;
    }
}

std::size_t ScalarPlaces::find(std::size_t offset) {
    while (value_at_ < offset && !lost_) {
        step();
    }
    while (!lost_ && at_ < text_.size() && value_at_ < scalar_.size() &&
           text_[at_] != scalar_[value_at_] && is_space(text_[at_])) {
        ++at_;
    }
    return lost_ ? node_->offset : at_;
}

void ScalarPlaces::step() {
    if (at_ >= text_.size() || value_at_ >= scalar_.size()) {
        lost_ = true;
        return;
    }
    if (quote_ == '"' && text_[at_] == '\\') {
        step_escape();
    } else if (quote_ == '\'' && text_[at_] == '\'') {
        at_ += 2;
        ++value_at_;
    } else if (text_[at_] == scalar_[value_at_]) {
        ++at_;
        ++value_at_;
    } else if (is_space(text_[at_])) {
        ++at_;
    } else if (is_space(scalar_[value_at_])) {
        ++value_at_;
    } else {
        lost_ = true;
    }
}

void ScalarPlaces::step_escape() {
    const char letter = peek(1);
    if (letter == '\n' || letter == '\r') {
        at_ += 2;  // joins the lines; the white space around it is none of the value
        return;
    }
    const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    at_ += 2 + digits;
    ++value_at_;
    while (value_at_ < scalar_.size() &&
           (static_cast<unsigned char>(scalar_[value_at_]) & 0xC0U) == 0x80U) {
        ++value_at_;
    }
}

}  // namespace oa::core
