//! The contract between host and plug-in, ABI 1.0: what oa/plugin.h declares, for Rust.

use std::os::raw::{c_char, c_void};

pub const ABI_VERSION: u32 = 1 << 16;

pub const OK: i32 = 0;
pub const CANCELLED: i32 = 1;
pub const INVALID_PARAMS: i32 = 2;
pub const DEADLINE: i32 = 3;
pub const NOT_FOUND: i32 = 4;
pub const PERMISSION: i32 = 5;
pub const UNAUTHENTICATED: i32 = 6;
pub const EXHAUSTED: i32 = 7;
pub const PRECONDITION: i32 = 8;
pub const UNAVAILABLE: i32 = 9;
pub const CONFLICT: i32 = 10;
pub const UNIMPLEMENTED: i32 = 11;
pub const INTERNAL: i32 = 12;

pub const RETRY_UNKNOWN: u32 = 0;
pub const RETRY_YES: u32 = 1;
pub const RETRY_NO: u32 = 2;

pub const LOG_TRACE: i32 = 0;
pub const LOG_DEBUG: i32 = 1;
pub const LOG_INFO: i32 = 2;
pub const LOG_WARN: i32 = 3;
pub const LOG_ERROR: i32 = 4;

pub const F_IDEMPOTENT: u32 = 1 << 0;
pub const F_PURE: u32 = 1 << 1;
pub const F_BLOCKING: u32 = 1 << 2;
pub const F_THREAD_SAFE: u32 = 1 << 3;
pub const F_CANCELLABLE: u32 = 1 << 4;
pub const F_ISOLATE: u32 = 1 << 5;
pub const F_SECRETS: u32 = 1 << 6;
pub const F_NETWORK: u32 = 1 << 7;
pub const F_FILESYSTEM: u32 = 1 << 8;
pub const F_PROCESSES: u32 = 1 << 9;

pub const M_NO_UNLOAD: u32 = 1 << 0;
pub const M_NO_FORK: u32 = 1 << 1;
pub const M_ISOLATE: u32 = 1 << 2;
pub const M_SINGLETON: u32 = 1 << 3;
pub const M_SIGNALS: u32 = 1 << 4;

/// One invocation of a function; the host's.
#[repr(C)]
pub struct CallHandle {
    _private: [u8; 0],
}

/// One configured instance of a module; ours, and not used here.
#[repr(C)]
pub struct Instance {
    _private: [u8; 0],
}

#[repr(C)]
pub struct Error {
    pub struct_size: u32,
    pub code: i32,
    pub message: *const c_char,
    pub message_len: usize,
    pub pointer: *const c_char,
    pub pointer_len: usize,
    pub details: *const c_char,
    pub details_len: usize,
    pub retry: u32,
    pub retry_after_ms: u32,
}

#[repr(C)]
pub struct CallInfo {
    pub struct_size: u32,
    pub attempt: u32,
    pub run_id: *const c_char,
    pub workflow: *const c_char,
    pub task: *const c_char,
    pub module_name: *const c_char,
    pub function_name: *const c_char,
    pub idempotency_key: *const c_char,
    pub function: *const c_char,
}

pub type Callback = unsafe extern "C" fn(user: *mut c_void);

/// The host, as a plug-in sees it. Later versions have more members behind these.
#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub get_extension: unsafe extern "C" fn(*const Host, id: *const c_char) -> *const c_void,
    pub log: unsafe extern "C" fn(
        *const Host,
        *mut CallHandle,
        level: i32,
        message: *const c_char,
        message_len: usize,
        fields: *const c_char,
        fields_len: usize,
    ),
    pub log_enabled: unsafe extern "C" fn(*const Host, *mut CallHandle, level: i32) -> i32,
    pub info: unsafe extern "C" fn(*mut CallHandle) -> *const CallInfo,
    pub params: unsafe extern "C" fn(*mut CallHandle, json: *mut *const c_char, len: *mut usize),
    pub blob_in: unsafe extern "C" fn(
        *mut CallHandle,
        index: u32,
        data: *mut *const c_void,
        len: *mut usize,
    ) -> i32,
    pub result: unsafe extern "C" fn(*mut CallHandle, json: *const c_char, len: usize) -> i32,
    pub blob_alloc:
        unsafe extern "C" fn(*mut CallHandle, len: usize, index: *mut u32) -> *mut c_void,
    pub blob_give: unsafe extern "C" fn(
        *mut CallHandle,
        data: *const c_void,
        len: usize,
        release: Callback,
        user: *mut c_void,
        index: *mut u32,
    ) -> i32,
    pub fail: unsafe extern "C" fn(*mut CallHandle, *const Error),
    pub cancelled: unsafe extern "C" fn(*mut CallHandle) -> i32,
    pub remaining_ms: unsafe extern "C" fn(*mut CallHandle) -> i64,
    pub on_cancel: unsafe extern "C" fn(*mut CallHandle, Callback, user: *mut c_void) -> u64,
    pub off_cancel: unsafe extern "C" fn(*mut CallHandle, token: u64),
    pub progress:
        unsafe extern "C" fn(*mut CallHandle, fraction: f64, *const c_char, message_len: usize),
}

#[repr(C)]
pub struct Deprecation {
    pub struct_size: u32,
    pub since: *const c_char,
    pub replace_with: *const c_char,
    pub reason: *const c_char,
}

pub type Run = unsafe extern "C" fn(*mut Instance, *const Host, *mut CallHandle) -> i32;

#[repr(C)]
pub struct Function {
    pub struct_size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub aliases: *const *const c_char,
    pub title: *const c_char,
    pub summary: *const c_char,
    pub params_schema: *const c_char,
    pub output_schema: *const c_char,
    pub examples: *const c_char,
    pub deprecated: *const Deprecation,
    pub default_timeout_ms: u32,
    pub max_concurrency: u32,
    pub run: Option<Run>,
}

#[repr(C)]
pub struct Module {
    pub struct_size: u32,
    pub abi: u32,
    pub abi_min: u32,
    pub flags: u32,
    pub id: *const c_char,
    pub name: *const c_char,
    pub aliases: *const *const c_char,
    pub version: *const c_char,
    pub vendor: *const c_char,
    pub license: *const c_char,
    pub homepage: *const c_char,
    pub summary: *const c_char,
    pub build: *const c_char,
    pub config_schema: *const c_char,
    pub function_count: u32,
    pub functions: *const *const Function,
    pub create: Option<
        unsafe extern "C" fn(
            *const Host,
            config: *const c_char,
            config_len: usize,
            *mut *mut Instance,
            *mut Error,
        ) -> i32,
    >,
    pub start: Option<unsafe extern "C" fn(*mut Instance, *mut Error) -> i32>,
    pub stop: Option<unsafe extern "C" fn(*mut Instance)>,
    pub destroy: Option<unsafe extern "C" fn(*mut Instance)>,
    pub get_extension: Option<unsafe extern "C" fn(id: *const c_char) -> *const c_void>,
}

/// Tables are static data that nobody changes, so threads may share what they point to.
pub struct Table<T>(pub T);
unsafe impl<T> Sync for Table<T> {}
