// zip, unzip, tar and untar: their parameters and outputs.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "functions.hpp"
#include "pack.hpp"
#include "support.hpp"
#include "unpack.hpp"

namespace oa::files {

namespace {

std::uint64_t limit_param(Call& call, std::string_view name, std::uint64_t fallback) {
    return size_param(call, name, static_cast<std::size_t>(fallback));
}

PackJob pack_job(Call& call, ArchiveKind kind) {
    PackJob job;
    job.path = path_param(call, "path");
    job.sources = paths_param(call, "source");
    job.kind = kind;
    job.include = globs_param(call, "include");
    job.exclude = globs_param(call, "exclude");
    job.links = call.param<bool>("follow_symlinks", false) ? Links::Follow : Links::Keep;
    job.keep_folder = call.param<bool>("keep_folder", true);
    job.write = write_options(call);
    if (const auto level = call.find_param<std::int64_t>("level")) {
        if (*level < 0 || *level > 9) {
            throw invalid_params("/level", "level is not from 0 to 9");
        }
        job.level = static_cast<int>(*level);
    }
    return job;
}

Json pack_output(const PackJob& job, const PackCounts& counts) {
    return {{"path", job.path},
            {"files", counts.files},
            {"directories", counts.directories},
            {"symlinks", counts.symlinks},
            {"skipped", counts.skipped},
            {"bytes", counts.bytes},
            {"size", counts.size},
            {"created", counts.created}};
}

Json unpack_call(Call& call, ArchiveKind kind) {
    UnpackJob job;
    job.path = path_param(call, "path");
    job.destination = path_param(call, "destination");
    job.kind = kind;
    job.into = call.choice<Into>(
        "existing", {{"merge", Into::Merge}, {"empty", Into::Empty}, {"replace", Into::Replace}},
        Into::Merge);
    const auto write = write_options(call);
    job.existing = write.existing;
    job.parents = write.parents;
    job.include = globs_param(call, "include");
    job.exclude = globs_param(call, "exclude");
    job.strip = static_cast<std::size_t>(call.param<std::uint64_t>("strip", 0));
    job.last_wins = call.choice<bool>("duplicates", {{"fail", false}, {"last", true}}, false);
    job.links = call.choice<bool>("symlinks", {{"inside", true}, {"refuse", false}}, true);
    const UnpackLimits limits;
    job.limits.entries = limit_param(call, "max_entries", limits.entries);
    job.limits.bytes = limit_param(call, "max_bytes", limits.bytes);
    job.limits.ratio = limit_param(call, "max_ratio", limits.ratio);
    const auto counts = unpack(call, job);
    return {{"path", job.path},
            {"destination", job.destination},
            {"files", counts.files},
            {"directories", counts.directories},
            {"symlinks", counts.symlinks},
            {"bytes", counts.bytes}};
}

}  // namespace

Json zip(Call& call) {
    const auto job = pack_job(call, ArchiveKind::Zip);
    return pack_output(job, pack(call, job));
}

Json tar(Call& call) {
    auto job = pack_job(call, ArchiveKind::Tar);
    const auto given = call.choice<std::optional<Compression>>("compression",
                                                               {{"by_name", std::nullopt},
                                                                {"none", Compression::None},
                                                                {"gzip", Compression::Gzip},
                                                                {"bzip2", Compression::Bzip2},
                                                                {"xz", Compression::Xz},
                                                                {"zstd", Compression::Zstd}},
                                                               std::optional<Compression>());
    job.compression = given ? *given : compression_of_name(job.path);
    return pack_output(job, pack(call, job));
}

Json unzip(Call& call) {
    return unpack_call(call, ArchiveKind::Zip);
}

Json untar(Call& call) {
    return unpack_call(call, ArchiveKind::Tar);
}

}  // namespace oa::files
