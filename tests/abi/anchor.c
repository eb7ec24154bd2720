/* Mentions every struct of the contract, so that a compiler describes them in its debug
 * information. layout_gate.py fails when one is missing here. */
#include "oa/plugin.h"

/* Pointers to functions that are no members; spelled out, because debug information would give a
 * type's name only. */
struct oa_entry_points {
    __typeof__(*(oa_module_entry_fn)0)* type;
    __typeof__(&oa_module_entry_v1) symbol;
};

oa_error anchor_error;
oa_call_info anchor_call_info;
oa_host anchor_host;
oa_deprecation anchor_deprecation;
oa_function anchor_function;
oa_module anchor_module;
struct oa_entry_points anchor_entry_points;

/* Only the tests' header of a later version has it. */
#ifdef OA_EXT_NEXT
oa_next_extension anchor_next;
#endif
