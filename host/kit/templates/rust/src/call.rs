//! One call of a function, made comfortable. Nothing that goes wrong leaves the plug-in but as an
//! error of the contract.

use std::os::raw::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::json::Json;
use crate::plugin_abi as abi;

/// Why a call fails.
#[derive(Debug, PartialEq)]
pub struct Failure {
    pub code: i32,
    pub message: String,
    /// JSON Pointer to the parameter to correct; empty when there is none.
    pub pointer: String,
}

impl Failure {
    pub fn new(code: i32, message: &str) -> Failure {
        Failure { code, message: message.to_string(), pointer: String::new() }
    }

    pub fn invalid_param(name: &str, message: &str) -> Failure {
        Failure {
            code: abi::INVALID_PARAMS,
            message: format!("parameter \"{}\" {}", name, message),
            pointer: format!("/{}", name),
        }
    }
}

pub struct Call<'a> {
    host: &'a abi::Host,
    handle: *mut abi::CallHandle,
    params: Json,
}

impl Call<'_> {
    /// A parameter that is a text; nothing when it is missing or null.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.params.member(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(_) => Err(Failure::invalid_param(name, "has to be a text")),
        }
    }

    /// A parameter that is a whole number; nothing when it is missing or null.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        match self.params.member(name) {
            None => Ok(None),
            Some(Json::Integer(number)) => Ok(Some(*number)),
            Some(_) => Err(Failure::invalid_param(name, "has to be a whole number")),
        }
    }

    pub fn cancelled(&self) -> bool {
        unsafe { (self.host.cancelled)(self.handle) != 0 }
    }

    /// Waits that long, but no longer than until the call is cancelled.
    pub fn wait_for(&self, time: Duration) -> Result<(), Failure> {
        let end = Instant::now() + time;
        loop {
            if self.cancelled() {
                return Err(Failure::new(abi::CANCELLED, "the call was cancelled"));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return Ok(());
            }
            sleep(left.min(Duration::from_millis(10)));
        }
    }

    /// Writes a line to the log of the task.
    pub fn log(&self, level: i32, message: &str) {
        unsafe {
            if (self.host.log_enabled)(self.host, self.handle, level) != 0 {
                let (text, len) = (message.as_ptr() as *const c_char, message.len());
                (self.host.log)(self.host, self.handle, level, text, len, std::ptr::null(), 0);
            }
        }
    }

    fn fail(&self, failure: &Failure) {
        let has_pointer = !failure.pointer.is_empty();
        let error = abi::Error {
            struct_size: std::mem::size_of::<abi::Error>() as u32,
            code: failure.code,
            message: failure.message.as_ptr() as *const c_char,
            message_len: failure.message.len(),
            pointer: if has_pointer {
                failure.pointer.as_ptr() as *const c_char
            } else {
                std::ptr::null()
            },
            pointer_len: failure.pointer.len(),
            details: std::ptr::null(),
            details_len: 0,
            retry: abi::RETRY_UNKNOWN,
            retry_after_ms: 0,
        };
        unsafe { (self.host.fail)(self.handle, &error) }
    }
}

/// What a function of this plug-in looks like.
pub type Handler = fn(&Call) -> Result<Json, Failure>;

/// Runs a handler for a call of the host, and tells it the outcome.
///
/// # Safety
/// `host` and `handle` are what the host gave to the function.
pub unsafe fn run(host: *const abi::Host, handle: *mut abi::CallHandle, handler: Handler) -> i32 {
    let mut text: *const c_char = std::ptr::null();
    let mut length = 0;
    ((*host).params)(handle, &mut text, &mut length);
    let bytes = std::slice::from_raw_parts(text as *const u8, length);
    let mut call = Call { host: &*host, handle, params: Json::Null };

    // A panic must not leave the plug-in.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let json = std::str::from_utf8(bytes).map_err(|error| error.to_string());
        call.params = json.and_then(Json::parse).map_err(|problem| {
            Failure::new(abi::INVALID_PARAMS, &format!("the parameters are not JSON: {}", problem))
        })?;
        handler(&call).map(|output| output.to_string())
    }));
    match outcome {
        Ok(Ok(output)) => ((*host).result)(handle, output.as_ptr() as *const c_char, output.len()),
        Ok(Err(failure)) => {
            call.fail(&failure);
            failure.code
        }
        Err(_) => {
            call.fail(&Failure::new(abi::INTERNAL, "the function panicked"));
            abi::INTERNAL
        }
    }
}

/// For tests: runs a handler in a host that does nothing but keep what it is told.
#[cfg(test)]
pub mod fake {
    use super::*;
    use std::os::raw::c_void;
    use std::ptr::null;

    pub struct Reply {
        pub status: i32,
        pub output: Json,
        pub message: String,
        pub pointer: String,
    }

    struct State {
        params: String,
        polls_left: u32,
        reply: Reply,
    }

    unsafe fn state<'a>(call: *mut abi::CallHandle) -> &'a mut State {
        &mut *(call as *mut State)
    }

    unsafe fn copy(text: *const c_char, len: usize) -> String {
        if text.is_null() {
            return String::new();
        }
        let bytes = std::slice::from_raw_parts(text as *const u8, len);
        String::from_utf8(bytes.to_vec()).expect("the host is given UTF-8")
    }

    unsafe extern "C" fn get_extension(_: *const abi::Host, _: *const c_char) -> *const c_void {
        null()
    }
    unsafe extern "C" fn log(
        _: *const abi::Host,
        _: *mut abi::CallHandle,
        _: i32,
        message: *const c_char,
        len: usize,
        _: *const c_char,
        _: usize,
    ) {
        copy(message, len);
    }
    unsafe extern "C" fn log_enabled(_: *const abi::Host, _: *mut abi::CallHandle, _: i32) -> i32 {
        1
    }
    unsafe extern "C" fn info(_: *mut abi::CallHandle) -> *const abi::CallInfo {
        null()
    }
    unsafe extern "C" fn params(
        call: *mut abi::CallHandle,
        json: *mut *const c_char,
        len: *mut usize,
    ) {
        *json = state(call).params.as_ptr() as *const c_char;
        *len = state(call).params.len();
    }
    unsafe extern "C" fn blob_in(
        _: *mut abi::CallHandle,
        _: u32,
        _: *mut *const c_void,
        _: *mut usize,
    ) -> i32 {
        abi::NOT_FOUND
    }
    unsafe extern "C" fn result(
        call: *mut abi::CallHandle,
        json: *const c_char,
        len: usize,
    ) -> i32 {
        state(call).reply.output = Json::parse(&copy(json, len)).expect("the output is JSON");
        abi::OK
    }
    unsafe extern "C" fn blob_alloc(_: *mut abi::CallHandle, _: usize, _: *mut u32) -> *mut c_void {
        std::ptr::null_mut()
    }
    unsafe extern "C" fn blob_give(
        _: *mut abi::CallHandle,
        _: *const c_void,
        _: usize,
        _: abi::Callback,
        _: *mut c_void,
        _: *mut u32,
    ) -> i32 {
        abi::EXHAUSTED
    }
    unsafe extern "C" fn fail(call: *mut abi::CallHandle, error: *const abi::Error) {
        let reply = &mut state(call).reply;
        reply.message = copy((*error).message, (*error).message_len);
        reply.pointer = copy((*error).pointer, (*error).pointer_len);
    }
    unsafe extern "C" fn cancelled(call: *mut abi::CallHandle) -> i32 {
        let state = state(call);
        state.polls_left = state.polls_left.saturating_sub(1);
        i32::from(state.polls_left == 0)
    }
    unsafe extern "C" fn remaining_ms(_: *mut abi::CallHandle) -> i64 {
        -1
    }
    unsafe extern "C" fn on_cancel(
        _: *mut abi::CallHandle,
        _: abi::Callback,
        _: *mut c_void,
    ) -> u64 {
        1
    }
    unsafe extern "C" fn off_cancel(_: *mut abi::CallHandle, _: u64) {}
    unsafe extern "C" fn progress(_: *mut abi::CallHandle, _: f64, _: *const c_char, _: usize) {}

    /// The call is cancelled once it has asked `polls` times.
    pub fn run_cancelled_after(polls: u32, handler: Handler, json: &str) -> Reply {
        let host = abi::Host {
            struct_size: std::mem::size_of::<abi::Host>() as u32,
            abi: abi::ABI_VERSION,
            name: b"test\0".as_ptr() as *const c_char,
            version: b"1.0.0\0".as_ptr() as *const c_char,
            get_extension,
            log,
            log_enabled,
            info,
            params,
            blob_in,
            result,
            blob_alloc,
            blob_give,
            fail,
            cancelled,
            remaining_ms,
            on_cancel,
            off_cancel,
            progress,
        };
        let mut state = State {
            params: json.to_string(),
            polls_left: polls,
            reply: Reply {
                status: abi::OK,
                output: Json::Null,
                message: String::new(),
                pointer: String::new(),
            },
        };
        let handle = &mut state as *mut State as *mut abi::CallHandle;
        let status = unsafe { super::run(&host, handle, handler) };
        Reply { status, ..state.reply }
    }

    pub fn run(handler: Handler, json: &str) -> Reply {
        run_cancelled_after(u32::MAX, handler, json)
    }
}
