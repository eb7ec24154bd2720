#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/duration.hpp"
#include "tests/crash/checker/evidence.hpp"

namespace oa::test {

/// A promise that was not kept.
struct Breach {
    int invariant = 0;  ///< 1 to 15, as below
    std::string run;    ///< empty: it is about no run
    std::string task;
    std::uint64_t record = 0;  ///< 0: none
    std::string what;
};

/// "I3 run 01J.., task pay, record 12: it has succeeded, but the witness saw no end"
[[nodiscard]] std::string to_string(const Breach& breach);

/// What was looked at: a check that saw nothing proves nothing.
struct Figures {
    std::size_t runs = 0;
    std::size_t runs_within = 0;  ///< of these, tasks of other runs
    std::size_t acknowledged = 0;
    std::size_t deaths = 0;
    std::size_t attempts = 0;                    ///< that the witness saw begin
    std::size_t attempts_again = 0;              ///< of these, begun before in another process
    std::size_t attempts_in_doubt = 0;           ///< in flight when a host died
    std::size_t waits = 0;                       ///< that have ended
    std::size_t answers = 0;                     ///< to approvals, told to be on record
    std::size_t quarantined = 0;                 ///< runs that ended because hosts died over them
    std::vector<core::Milliseconds> recoveries;  ///< of runs, from a host's start; sorted
};

struct Verdict {
    std::vector<Breach> breaches;
    Figures figures;
};

/// Judges a host that has been given time to end all its runs.
///
/// I1  an acknowledged run exists and has ended; or has gone, where as many are kept as have to be
/// I2  any other run is whole: it was created and has ended, or it is not there
/// I3  an attempt that has succeeded has an end in the witness file
/// I4  the witness saw nothing of runs and attempts that are not on record
/// I5  a task begins after all that it needs has ended, on record and in the witness file
/// I6  an attempt is begun again only after a death, once for each death that it was in flight at
/// I7  records of a run have no gap, nothing ends twice or without a start, and nothing follows
///     the end of the run
/// I8  what is `idempotent: false` begins once at most
/// I9  nothing is left over by hosts that died, and they do nothing after that
/// I10 the store finds itself sound
/// I11 each due time of a schedule has one run
/// I12 a request that is made again gets the run that it got before
/// I13 a run that a host finds open is taken up within `recovery_max`
/// I14 a wait begins once, and is not over before its time
/// I15 an answer to an approval that was told to be on record is there
[[nodiscard]] Verdict judge(const Evidence& evidence);

/// Two sides of it, which know the records and the world around them.
void judge_runs(const Evidence& evidence, Verdict& verdict);
void judge_host(const Evidence& evidence, Verdict& verdict);

}  // namespace oa::test
