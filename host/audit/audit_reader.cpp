#include "host/audit/audit_reader.hpp"

#include <algorithm>
#include <system_error>

namespace oa::host {

AuditPage read_audit(const std::filesystem::path& log,
                     std::size_t limit,
                     std::optional<std::uint64_t> before) {
    AuditPage page;
    std::error_code error;
    if (!std::filesystem::exists(log, error) && !error) {
        return page;
    }
    const AuditFile file(log, AuditFile::Use::Read);
    std::uint64_t end = file.size();
    if (before) {
        if (*before == 0 || *before > end || file.read(*before - 1, 1) != "\n") {
            throw AuditError(log.string() + " has no line that ends at " + std::to_string(*before) +
                             "; it may have been moved away: begin with its end");
        }
        end = *before;
    }
    constexpr std::uint64_t block_size = 64U << 10U;
    std::string tail;  // from `begin` on: what the lines are cut from
    std::uint64_t begin = end;
    while (page.lines.size() < limit) {
        const std::size_t last = tail.rfind('\n');
        const std::size_t one_before =
            last == std::string::npos || last == 0 ? std::string::npos : tail.rfind('\n', last - 1);
        if (one_before == std::string::npos && begin > 0) {
            const std::uint64_t size =
                std::min(begin, std::max<std::uint64_t>(block_size, tail.size()));
            begin -= size;
            tail.insert(0, file.read(begin, size));
            continue;
        }
        if (last == std::string::npos) {
            break;  // there is no line, or none that has an end
        }
        const std::size_t from = one_before == std::string::npos ? 0 : one_before + 1;
        page.lines.push_back(tail.substr(from, last - from));
        tail.resize(from);
        end = begin + from;
    }
    if (page.lines.size() == limit && end > 0) {
        page.next = end;
    }
    return page;
}

}  // namespace oa::host
