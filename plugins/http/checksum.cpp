#include "checksum.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/common/fault.hpp"
#include "plugins/common/http/message.hpp"

namespace oa::http {

namespace {

struct Algorithm {
    std::string_view name;
    std::size_t digits;
};
constexpr std::array<Algorithm, 4> algorithms{
    {{"sha256", 64}, {"sha512", 128}, {"sha1", 40}, {"md5", 32}}};

}  // namespace

Checksum::Checksum(Call& call) {
    const auto given = call.find_param<std::string>("checksum");
    if (!given || given->empty()) {
        return;
    }
    const std::string text = lower_case(*given);
    const std::size_t colon = text.find(':');
    algorithm_ = text.substr(0, colon);
    const auto* const known =
        std::find_if(algorithms.begin(), algorithms.end(),
                     [this](const Algorithm& one) { return one.name == algorithm_; });
    if (known == algorithms.end()) {
        throw invalid_params("/checksum",
                             "checksum does not start with sha256, sha512, sha1 or md5, such as "
                             "\"sha256:9f86...\"");
    }
    if (colon != std::string::npos) {
        expected_ = text.substr(colon + 1);
        if (expected_.size() != known->digits ||
            expected_.find_first_not_of("0123456789abcdef") != std::string::npos) {
            throw invalid_params("/checksum", "checksum: a " + algorithm_ + " has " +
                                                  std::to_string(known->digits) +
                                                  " hexadecimal digits");
        }
    }
    reset();
}

void Checksum::reset() {
    if (!algorithm_.empty()) {
        digest_ = std::make_unique<common::Digest>(algorithm_);
    }
}

void Checksum::add(std::string_view bytes) {
    if (digest_) {
        digest_->add(bytes);
    }
}

std::string Checksum::finish(const std::string& what) {
    const std::string sum = digest_->hex();
    if (!expected_.empty() && sum != expected_) {
        throw common::fault(
            ErrorCode::Precondition, Retry::No,
            "the " + algorithm_ + " of " + what + " is " + sum + " and not " + expected_)
            .with_details(
                {{"checksum", algorithm_ + ":" + sum}, {"expected", algorithm_ + ":" + expected_}});
    }
    return algorithm_ + ":" + sum;
}

}  // namespace oa::http
