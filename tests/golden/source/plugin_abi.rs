//! `oa/plugin.h`, ABI 1.0, for Rust: the same names, layouts and rules.
//!
//! A panic must not leave a function that the host calls; this crate is built to abort instead.
#![allow(dead_code)]

use core::ffi::c_void;
use core::marker::{PhantomData, PhantomPinned};
use core::mem::size_of;

/// `char` of C, whatever its sign is.
#[cfg(any(target_arch = "x86_64", target_arch = "x86", windows, target_vendor = "apple"))]
pub type c_char = i8;
#[cfg(not(any(target_arch = "x86_64", target_arch = "x86", windows, target_vendor = "apple")))]
pub type c_char = u8;

pub const OA_ABI_MAJOR: u32 = 1;
pub const OA_ABI_MINOR: u32 = 0;
pub const OA_ABI_VERSION: u32 = OA_ABI_MAJOR << 16 | OA_ABI_MINOR;

pub const OA_OK: i32 = 0;
pub const OA_CANCELLED: i32 = 1;
pub const OA_INVALID_PARAMS: i32 = 2;
pub const OA_DEADLINE: i32 = 3;
pub const OA_NOT_FOUND: i32 = 4;
pub const OA_PERMISSION: i32 = 5;
pub const OA_UNAUTHENTICATED: i32 = 6;
pub const OA_EXHAUSTED: i32 = 7;
pub const OA_PRECONDITION: i32 = 8;
pub const OA_UNAVAILABLE: i32 = 9;
pub const OA_CONFLICT: i32 = 10;
pub const OA_UNIMPLEMENTED: i32 = 11;
pub const OA_INTERNAL: i32 = 12;

pub const OA_RETRY_UNKNOWN: u32 = 0;
pub const OA_RETRY_YES: u32 = 1;
pub const OA_RETRY_NO: u32 = 2;

pub const OA_LOG_TRACE: i32 = 0;
pub const OA_LOG_DEBUG: i32 = 1;
pub const OA_LOG_INFO: i32 = 2;
pub const OA_LOG_WARN: i32 = 3;
pub const OA_LOG_ERROR: i32 = 4;

pub const OA_F_IDEMPOTENT: u32 = 1 << 0;
pub const OA_F_PURE: u32 = 1 << 1;
pub const OA_F_BLOCKING: u32 = 1 << 2;
pub const OA_F_THREAD_SAFE: u32 = 1 << 3;
pub const OA_F_CANCELLABLE: u32 = 1 << 4;
pub const OA_F_ISOLATE: u32 = 1 << 5;
pub const OA_F_SECRETS: u32 = 1 << 6;
pub const OA_F_NETWORK: u32 = 1 << 7;
pub const OA_F_FILESYSTEM: u32 = 1 << 8;
pub const OA_F_PROCESSES: u32 = 1 << 9;

pub const OA_M_NO_UNLOAD: u32 = 1 << 0;
pub const OA_M_NO_FORK: u32 = 1 << 1;
pub const OA_M_ISOLATE: u32 = 1 << 2;
pub const OA_M_SINGLETON: u32 = 1 << 3;
pub const OA_M_SIGNALS: u32 = 1 << 4;

/// One invocation of a function; the host's.
#[repr(C)]
pub struct oa_call {
    _opaque: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// One configured instance of a module. The plug-in's: cast it from and to a type of your own.
#[repr(C)]
pub struct oa_instance {
    _opaque: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

#[repr(C)]
pub struct oa_error {
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
pub struct oa_call_info {
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

#[repr(C)]
pub struct oa_host {
    pub struct_size: u32,
    pub abi: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub get_extension: unsafe extern "C" fn(*const oa_host, *const c_char) -> *const c_void,
    pub log: unsafe extern "C" fn(
        *const oa_host,
        *mut oa_call,
        i32,
        *const c_char,
        usize,
        *const c_char,
        usize,
    ),
    pub log_enabled: unsafe extern "C" fn(*const oa_host, *mut oa_call, i32) -> i32,
    pub info: unsafe extern "C" fn(*mut oa_call) -> *const oa_call_info,
    pub params: unsafe extern "C" fn(*mut oa_call, *mut *const c_char, *mut usize),
    pub blob_in: unsafe extern "C" fn(*mut oa_call, u32, *mut *const c_void, *mut usize) -> i32,
    pub result: unsafe extern "C" fn(*mut oa_call, *const c_char, usize) -> i32,
    pub blob_alloc: unsafe extern "C" fn(*mut oa_call, usize, *mut u32) -> *mut c_void,
    pub blob_give: unsafe extern "C" fn(
        *mut oa_call,
        *const c_void,
        usize,
        unsafe extern "C" fn(*mut c_void),
        *mut c_void,
        *mut u32,
    ) -> i32,
    pub fail: unsafe extern "C" fn(*mut oa_call, *const oa_error),
    pub cancelled: unsafe extern "C" fn(*mut oa_call) -> i32,
    pub remaining_ms: unsafe extern "C" fn(*mut oa_call) -> i64,
    pub on_cancel:
        unsafe extern "C" fn(*mut oa_call, unsafe extern "C" fn(*mut c_void), *mut c_void) -> u64,
    pub off_cancel: unsafe extern "C" fn(*mut oa_call, u64),
    pub progress: unsafe extern "C" fn(*mut oa_call, f64, *const c_char, usize),
}

#[repr(C)]
pub struct oa_deprecation {
    pub struct_size: u32,
    pub since: *const c_char,
    pub replace_with: *const c_char,
    pub reason: *const c_char,
}

pub type oa_run = unsafe extern "C" fn(*mut oa_instance, *const oa_host, *mut oa_call) -> i32;

#[repr(C)]
pub struct oa_function {
    pub struct_size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub aliases: *const *const c_char,
    pub title: *const c_char,
    pub summary: *const c_char,
    pub params_schema: *const c_char,
    pub output_schema: *const c_char,
    pub examples: *const c_char,
    pub deprecated: *const oa_deprecation,
    pub default_timeout_ms: u32,
    pub max_concurrency: u32,
    pub run: oa_run,
}

#[repr(C)]
pub struct oa_module {
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
    pub functions: *const *const oa_function,
    pub create: Option<
        unsafe extern "C" fn(
            *const oa_host,
            *const c_char,
            usize,
            *mut *mut oa_instance,
            *mut oa_error,
        ) -> i32,
    >,
    pub start: Option<unsafe extern "C" fn(*mut oa_instance, *mut oa_error) -> i32>,
    pub stop: Option<unsafe extern "C" fn(*mut oa_instance)>,
    pub destroy: Option<unsafe extern "C" fn(*mut oa_instance)>,
    pub get_extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}

// What is static in a plug-in is never changed.
unsafe impl Sync for oa_deprecation {}
unsafe impl Sync for oa_function {}
unsafe impl Sync for oa_module {}

// The sizes in ABI 1.0.
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<oa_error>() == 64);
    assert!(size_of::<oa_call_info>() == 64);
    assert!(size_of::<oa_host>() == 144);
    assert!(size_of::<oa_deprecation>() == 32);
    assert!(size_of::<oa_function>() == 88);
    assert!(size_of::<oa_module>() == 152);
};

/// A NUL-terminated text of C from a literal that ends in `\0`.
pub const fn text(literal: &'static str) -> *const c_char {
    let bytes = literal.as_bytes();
    assert!(!bytes.is_empty() && bytes[bytes.len() - 1] == 0, "the literal has to end in \\0");
    literal.as_ptr() as *const c_char
}
