//! Uses every slot of ABI 1.0 once, without Rust's standard library. The same functions and
//! outcomes as in golden.c.
#![no_std]
#![allow(non_camel_case_types)]

use core::ffi::c_void;
use core::fmt::{self, Write};
use core::mem::size_of;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

mod plugin_abi;
use plugin_abi::*;

extern "C" {
    fn abort() -> !;
    fn strlen(text: *const c_char) -> usize;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { abort() }
}

struct State {
    host: AtomicPtr<oa_host>,
    started: AtomicBool,
    count: AtomicU32,
}

static STATE: State = State {
    host: AtomicPtr::new(ptr::null_mut()),
    started: AtomicBool::new(false),
    count: AtomicU32::new(0),
};
static BLOBS_RELEASED: AtomicU32 = AtomicU32::new(0);

/// JSON text in a fixed buffer.
struct Text {
    bytes: [u8; 1024],
    len: usize,
}

impl Text {
    fn new() -> Text {
        Text { bytes: [0; 1024], len: 0 }
    }
    unsafe fn member(&mut self, key: &str, value: *const c_char) {
        let bytes = core::slice::from_raw_parts(value as *const u8, strlen(value));
        let text = core::str::from_utf8(bytes).unwrap_or("?");
        let comma = if self.len == 0 { '{' } else { ',' };
        let _ = write!(self, "{}\"{}\":\"{}\"", comma, key, text);
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// What a function works with.
struct Call {
    host: *const oa_host,
    raw: *mut oa_call,
}

impl Call {
    unsafe fn host(&self) -> &oa_host {
        &*self.host
    }
    unsafe fn result(&self, json: &str) -> i32 {
        (self.host().result)(self.raw, json.as_ptr() as *const c_char, json.len())
    }
    unsafe fn result_of(&self, arguments: fmt::Arguments) -> i32 {
        let mut json = Text::new();
        match json.write_fmt(arguments) {
            Ok(()) => self.result(core::str::from_utf8_unchecked(&json.bytes[..json.len])),
            Err(_) => OA_INTERNAL,
        }
    }
    unsafe fn fail(&self, code: i32, message: &str) -> i32 {
        (self.host().fail)(self.raw, &error(code, message));
        code
    }
    unsafe fn progress(&self, fraction: f64, message: &str) {
        let text = if message.is_empty() { ptr::null() } else { message.as_ptr() };
        (self.host().progress)(self.raw, fraction, text as *const c_char, message.len());
    }
    unsafe fn in_time(&self) -> bool {
        (self.host().remaining_ms)(self.raw) != 0
    }
}

fn error(code: i32, message: &str) -> oa_error {
    oa_error {
        struct_size: size_of::<oa_error>() as u32,
        code,
        message: message.as_ptr() as *const c_char,
        message_len: message.len(),
        pointer: ptr::null(),
        pointer_len: 0,
        details: ptr::null(),
        details_len: 0,
        retry: OA_RETRY_UNKNOWN,
        retry_after_ms: 0,
    }
}

macro_rules! run {
    ($name:ident, $call:ident, $body:block) => {
        unsafe extern "C" fn $name(
            _instance: *mut oa_instance,
            host: *const oa_host,
            raw: *mut oa_call,
        ) -> i32 {
            let $call = Call { host, raw };
            $body
        }
    };
}

run!(echo, call, {
    let mut json = ptr::null();
    let mut len = 0;
    (call.host().params)(call.raw, &mut json, &mut len);
    match *json.add(len) {
        0 => (call.host().result)(call.raw, json, len),
        _ => OA_INTERNAL,
    }
});

run!(fail, call, {
    let details = "{\"status\":503}";
    let mut why = error(OA_UNAVAILABLE, "the server answers 503");
    why.details = details.as_ptr() as *const c_char;
    why.details_len = details.len();
    why.retry = OA_RETRY_YES;
    why.retry_after_ms = 1500;
    (call.host().fail)(call.raw, &why);
    OA_UNAVAILABLE
});

run!(wrong, call, {
    let pointer = "/items/3";
    let mut why = error(OA_INVALID_PARAMS, "expected a number");
    why.pointer = pointer.as_ptr() as *const c_char;
    why.pointer_len = pointer.len();
    why.retry = OA_RETRY_NO;
    (call.host().fail)(call.raw, &why);
    OA_INVALID_PARAMS
});

run!(refuse, _call, { OA_CONFLICT });

run!(wait_poll, call, {
    call.progress(-1.0, "waiting");
    while (call.host().cancelled)(call.raw) == 0 && call.in_time() {
        core::hint::spin_loop();
    }
    call.fail(OA_CANCELLED, "stopped by polling")
});

unsafe extern "C" fn raise_flag(user: *mut c_void) {
    (*(user as *const AtomicBool)).store(true, Ordering::Release);
}

run!(wait_callback, call, {
    let flag = AtomicBool::new(false);
    let user = &flag as *const AtomicBool as *mut c_void;
    let token = (call.host().on_cancel)(call.raw, raise_flag, user);
    call.progress(-1.0, "waiting");
    while token != 0 && !flag.load(Ordering::Acquire) && call.in_time() {
        core::hint::spin_loop();
    }
    (call.host().off_cancel)(call.raw, token);
    call.fail(OA_CANCELLED, "stopped by a callback")
});

run!(progress, call, {
    call.progress(0.25, "a quarter");
    call.progress(-1.0, "");
    OA_OK
});

unsafe fn write_log(
    host: *const oa_host,
    call: *mut oa_call,
    level: i32,
    message: &str,
    fields: &str,
) {
    let fields_text = if fields.is_empty() { ptr::null() } else { fields.as_ptr() };
    ((*host).log)(
        host,
        call,
        level,
        message.as_ptr() as *const c_char,
        message.len(),
        fields_text as *const c_char,
        fields.len(),
    );
}

run!(log, call, {
    if (call.host().log_enabled)(call.host, call.raw, OA_LOG_ERROR) != 0 {
        write_log(call.host, call.raw, OA_LOG_WARN, "with fields", "{\"files\":3}");
        write_log(call.host, call.raw, OA_LOG_ERROR, "without fields", "");
    }
    write_log(call.host, ptr::null_mut(), OA_LOG_INFO, "of the host", "");
    OA_OK
});

run!(about, call, {
    let info = &*(call.host().info)(call.raw);
    if *call.host().version == 0 || call.host().abi >> 16 != OA_ABI_MAJOR {
        return OA_INTERNAL;
    }
    let mut json = Text::new();
    json.member("host", call.host().name);
    json.member("run_id", info.run_id);
    json.member("workflow", info.workflow);
    json.member("task", info.task);
    json.member("module", info.module_name);
    json.member("function", info.function_name);
    json.member("declared", info.function);
    json.member("key", info.idempotency_key);
    let members = core::str::from_utf8_unchecked(&json.bytes[..json.len]);
    call.result_of(format_args!("{},\"attempt\":{}}}", members, info.attempt))
});

run!(blob_in, call, {
    let mut data = ptr::null();
    let mut len = 0;
    if (call.host().blob_in)(call.raw, 0, &mut data, &mut len) != OA_OK {
        return call.fail(OA_NOT_FOUND, "there is no input blob 0");
    }
    let sum: u32 = (0..len).map(|i| u32::from(*(data as *const u8).add(i))).sum();
    call.result_of(format_args!("{{\"bytes\":{},\"sum\":{}}}", len, sum))
});

unsafe extern "C" fn count_release(user: *mut c_void) {
    (*(user as *const AtomicU32)).fetch_add(1, Ordering::Relaxed);
}

run!(blob_out, call, {
    let (mut one, mut two) = (0, 0);
    let memory = (call.host().blob_alloc)(call.raw, 11, &mut one) as *mut u8;
    if memory.is_null() {
        return OA_EXHAUSTED;
    }
    ptr::copy_nonoverlapping("of the host".as_ptr(), memory, 11);
    let given = "of the plug-in";
    let user = &BLOBS_RELEASED as *const AtomicU32 as *mut c_void;
    let data = given.as_ptr() as *const c_void;
    if (call.host().blob_give)(call.raw, data, given.len(), count_release, user, &mut two) != OA_OK
    {
        return OA_EXHAUSTED;
    }
    call.result_of(format_args!("[{{\"$blob\":{}}},{{\"$blob\":{}}}]", one, two))
});

run!(blob_too_large, call, {
    let mut index = 0;
    if !(call.host().blob_alloc)(call.raw, 1 << 60, &mut index).is_null() {
        return OA_INTERNAL;
    }
    call.fail(OA_EXHAUSTED, "the host has no room for the blob")
});

run!(released, call, {
    call.result_of(format_args!("{}", BLOBS_RELEASED.load(Ordering::Relaxed)))
});

unsafe extern "C" fn count(
    instance: *mut oa_instance,
    host: *const oa_host,
    raw: *mut oa_call,
) -> i32 {
    let call = Call { host, raw };
    if instance.is_null() {
        return OA_INTERNAL;
    }
    let state = &*(instance as *const State);
    let same_host = state.host.load(Ordering::Relaxed) as *const oa_host == host;
    if !state.started.load(Ordering::Relaxed) || !same_host {
        return OA_INTERNAL;
    }
    let number = state.count.fetch_add(1, Ordering::Relaxed) + 1;
    call.result_of(format_args!("{{\"count\":{}}}", number))
}

run!(bad_output, call, { call.result("{not json") });

run!(twice, call, {
    call.result("1");
    call.result("2")
});

run!(extension, call, {
    let id = text("com.example.nowhere/1\0");
    let found = !(call.host().get_extension)(call.host, id).is_null();
    call.result(if found { "true" } else { "false" })
});

run!(remaining, call, {
    let limited = (call.host().remaining_ms)(call.raw) >= 0;
    call.result(if limited { "\"limited\"" } else { "null" })
});

// ---- Life cycle

unsafe fn explain(to: *mut oa_error, code: i32, message: &'static str, pointer: &'static str) -> i32 {
    (*to).code = code;
    (*to).message = message.as_ptr() as *const c_char;
    (*to).message_len = message.len();
    if !pointer.is_empty() {
        (*to).pointer = pointer.as_ptr() as *const c_char;
        (*to).pointer_len = pointer.len();
    }
    code
}

fn contains(config: &[u8], word: &str) -> bool {
    config.windows(word.len()).any(|part| part == word.as_bytes())
}

unsafe extern "C" fn create(
    host: *const oa_host,
    config: *const c_char,
    config_len: usize,
    instance: *mut *mut oa_instance,
    error: *mut oa_error,
) -> i32 {
    let config = core::slice::from_raw_parts(config as *const u8, config_len);
    if contains(config, "\"create_fails\"") {
        return explain(error, OA_INVALID_PARAMS, "create_fails is set", "/create_fails");
    }
    let start_fails = contains(config, "\"start_fails\"");
    let first = if contains(config, "\"from_ten\"") { 10 } else { 0 };
    let own_host = if start_fails { ptr::null_mut() } else { host as *mut oa_host };
    STATE.host.store(own_host, Ordering::Relaxed);
    STATE.started.store(false, Ordering::Relaxed);
    STATE.count.store(first, Ordering::Relaxed);
    *instance = &STATE as *const State as *mut oa_instance;
    OA_OK
}

unsafe extern "C" fn start(instance: *mut oa_instance, error: *mut oa_error) -> i32 {
    let state = &*(instance as *const State);
    if state.host.load(Ordering::Relaxed).is_null() {
        return explain(error, OA_UNAVAILABLE, "start_fails is set", "");
    }
    state.started.store(true, Ordering::Relaxed);
    OA_OK
}

unsafe extern "C" fn stop(instance: *mut oa_instance) {
    (*(instance as *const State)).started.store(false, Ordering::Relaxed);
}

unsafe extern "C" fn destroy(instance: *mut oa_instance) {
    let host = (*(instance as *const State)).host.load(Ordering::Relaxed);
    if !host.is_null() {
        write_log(host, ptr::null_mut(), OA_LOG_DEBUG, "destroyed", "");
    }
}

unsafe extern "C" fn get_extension(id: *const c_char) -> *const c_void {
    static ANSWER: [u32; 2] = [8, 42];
    let wanted = core::slice::from_raw_parts(id as *const u8, strlen(id));
    if wanted == b"com.example.answer/1" {
        &ANSWER as *const [u32; 2] as *const c_void
    } else {
        ptr::null()
    }
}

// ---- Description

#[repr(transparent)]
struct Names<const N: usize>([*const c_char; N]);
unsafe impl<const N: usize> Sync for Names<N> {}

static ECHO_ALIASES: Names<3> = Names([text("repeat\0"), text("old-golden.echo\0"), ptr::null()]);
static ABOUT_ALIASES: Names<2> = Names([text("whoami\0"), ptr::null()]);
static MODULE_ALIASES: Names<2> = Names([text("golden-old\0"), ptr::null()]);
static DEPRECATION: oa_deprecation = oa_deprecation {
    struct_size: size_of::<oa_deprecation>() as u32,
    since: text("0.9.0\0"),
    replace_with: text("golden.echo\0"),
    reason: text("It has another name now.\0"),
};

const fn function(name: &'static str, flags: u32, run: oa_run) -> oa_function {
    oa_function {
        struct_size: size_of::<oa_function>() as u32,
        flags,
        name: text(name),
        aliases: ptr::null(),
        title: ptr::null(),
        summary: text("Golden.\0"),
        params_schema: text("{\"type\":\"object\"}\0"),
        output_schema: ptr::null(),
        examples: ptr::null(),
        deprecated: ptr::null(),
        default_timeout_ms: 0,
        max_concurrency: 0,
        run,
    }
}

const WAITS: u32 = OA_F_CANCELLABLE | OA_F_BLOCKING;
static ECHO: oa_function = oa_function {
    aliases: &ECHO_ALIASES as *const Names<3> as *const *const c_char,
    title: text("Echo\0"),
    summary: text("Gives its parameters back.\0"),
    output_schema: text("{\"type\":\"object\"}\0"),
    examples: text("[{\"title\":\"Echo\",\"params\":{\"a\":1},\"output\":{\"a\":1}}]\0"),
    default_timeout_ms: 60000,
    max_concurrency: 4,
    ..function("echo\0", OA_F_IDEMPOTENT | OA_F_PURE | OA_F_THREAD_SAFE, echo)
};
static OLD: oa_function =
    oa_function { deprecated: &DEPRECATION, ..function("old\0", OA_F_THREAD_SAFE, echo) };
static FAIL: oa_function = function("fail\0", OA_F_THREAD_SAFE | OA_F_NETWORK, fail);
static WRONG: oa_function = function("wrong\0", OA_F_THREAD_SAFE | OA_F_FILESYSTEM, wrong);
static REFUSE: oa_function = function("refuse\0", OA_F_THREAD_SAFE, refuse);
static WAIT_POLL: oa_function = function("wait_poll\0", WAITS, wait_poll);
static WAIT_CALLBACK: oa_function = function("wait_callback\0", WAITS, wait_callback);
static PROGRESS: oa_function = function("progress\0", 0, progress);
static LOG: oa_function = function("log\0", 0, log);
static ABOUT: oa_function = oa_function {
    aliases: &ABOUT_ALIASES as *const Names<2> as *const *const c_char,
    ..function("about\0", 0, about)
};
static BLOB_IN: oa_function = function("blob_in\0", 0, blob_in);
static BLOB_OUT: oa_function = function("blob_out\0", 0, blob_out);
static BLOB_TOO_LARGE: oa_function = function("blob_too_large\0", 0, blob_too_large);
static RELEASED: oa_function = function("released\0", 0, released);
static COUNT: oa_function = function("count\0", 0, count);
static BAD_OUTPUT: oa_function = function("bad_output\0", 0, bad_output);
static TWICE: oa_function = function("twice\0", 0, twice);
static EXTENSION: oa_function = function("extension\0", 0, extension);
static REMAINING: oa_function = function("remaining\0", 1 << 31, remaining);

static FUNCTIONS: [&oa_function; 19] = [
    &ECHO, &OLD, &FAIL, &WRONG, &REFUSE, &WAIT_POLL, &WAIT_CALLBACK, &PROGRESS, &LOG, &ABOUT, &BLOB_IN,
    &BLOB_OUT, &BLOB_TOO_LARGE, &RELEASED, &COUNT, &BAD_OUTPUT, &TWICE, &EXTENSION, &REMAINING,
];

static MODULE: oa_module = oa_module {
    struct_size: size_of::<oa_module>() as u32,
    abi: OA_ABI_VERSION,
    abi_min: OA_ABI_VERSION,
    flags: OA_M_SINGLETON,
    id: text("com.example.golden\0"),
    name: text("golden\0"),
    aliases: &MODULE_ALIASES as *const Names<2> as *const *const c_char,
    version: text("1.0.0\0"),
    vendor: text("Example\0"),
    license: text("0BSD\0"),
    homepage: text("https://example.com/golden\0"),
    summary: text("Everything of ABI 1.0.\0"),
    build: text(concat!(env!("GOLDEN_BUILD"), "\0")),
    config_schema: text("{\"type\":\"object\"}\0"),
    function_count: FUNCTIONS.len() as u32,
    functions: &FUNCTIONS as *const [&oa_function; 19] as *const *const oa_function,
    create: Some(create),
    start: Some(start),
    stop: Some(stop),
    destroy: Some(destroy),
    get_extension: Some(get_extension),
};

/// # Safety
/// Called by a host, as oa/plugin.h says.
#[no_mangle]
pub unsafe extern "C" fn oa_module_entry_v1(
    host: *const oa_host,
    why: *mut c_char,
    why_cap: usize,
) -> *const oa_module {
    if (*host).abi >> 16 != OA_ABI_MAJOR {
        let reason = "this host has no ABI 1\0";
        if reason.len() <= why_cap {
            ptr::copy_nonoverlapping(text(reason), why, reason.len());
        }
        return ptr::null();
    }
    &MODULE
}
