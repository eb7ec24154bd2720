//! The module `@name@`: its functions, and what it tells of itself.

// The contract is declared as a whole; a small plug-in needs a part of it.
#[allow(dead_code)]
mod plugin_abi;

mod call;
mod json;

use std::mem::size_of;
use std::os::raw::c_char;
use std::ptr::null;
use std::time::Duration;

use call::{Call, Failure};
use json::Json;
use plugin_abi as abi;

fn greet(call: &Call) -> Result<Json, Failure> {
    let who = call.text("who")?.unwrap_or("world");
    if who.is_empty() {
        // The pointer tells forms and people which parameter to correct.
        return Err(Failure::invalid_param("who", "is empty: name somebody to greet"));
    }
    let delay = call.integer("delay_ms")?.unwrap_or(0);
    if !(0..=60_000).contains(&delay) {
        return Err(Failure::invalid_param("delay_ms", "has to be 0 to 60000"));
    }
    call.log(abi::LOG_DEBUG, "greeting somebody");
    call.wait_for(Duration::from_millis(delay.unsigned_abs()))?;
    let text = Json::Text(format!("Hello, {}!", who));
    Ok(Json::Object(vec![("text".to_string(), text)]))
}

unsafe extern "C" fn run_greet(
    _: *mut abi::Instance,
    host: *const abi::Host,
    handle: *mut abi::CallHandle,
) -> i32 {
    call::run(host, handle, greet)
}

/// A text that ends in NUL, for the tables.
macro_rules! text {
    ($text:expr) => {
        concat!($text, "\0").as_ptr() as *const c_char
    };
}

static GREET: abi::Table<abi::Function> = abi::Table(abi::Function {
    struct_size: size_of::<abi::Function>() as u32,
    flags: abi::F_IDEMPOTENT | abi::F_THREAD_SAFE | abi::F_CANCELLABLE,
    name: text!("greet"),
    aliases: null(),
    title: text!("Greet somebody"),
    summary: text!("Greets somebody, at once or after a while."),
    params_schema: text!(
        r#"{
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "who": {"type": "string", "minLength": 1, "default": "world",
                        "description": "Whom to greet"},
                "delay_ms": {"type": "integer", "minimum": 0, "maximum": 60000, "default": 0,
                             "description": "How long to wait before, in milliseconds"}
            }
        }"#
    ),
    output_schema: text!(
        r#"{
            "type": "object",
            "additionalProperties": false,
            "required": ["text"],
            "properties": {"text": {"type": "string", "description": "The greeting"}}
        }"#
    ),
    examples: text!(
        r#"[
            {"title": "Greet Ada", "params": {"who": "Ada"}, "output": {"text": "Hello, Ada!"}},
            {"title": "Nobody to greet", "params": {"who": ""}, "error": "invalid_params"}
        ]"#
    ),
    deprecated: null(),
    default_timeout_ms: 0,
    max_concurrency: 0,
    run: Some(run_greet),
});

static FUNCTIONS: abi::Table<[*const abi::Function; 1]> = abi::Table([&GREET.0]);

static MODULE: abi::Table<abi::Module> = abi::Table(abi::Module {
    struct_size: size_of::<abi::Module>() as u32,
    abi: abi::ABI_VERSION,
    abi_min: abi::ABI_VERSION,
    // The runtime registers destructors of thread-local values.
    flags: abi::M_NO_UNLOAD,
    id: text!("@id@"),
    name: text!("@name@"),
    aliases: null(),
    version: text!("0.1.0"),
    vendor: null(),
    license: null(),
    homepage: null(),
    summary: text!("Greets people."),
    build: text!("Rust"),
    config_schema: null(),
    function_count: FUNCTIONS.0.len() as u32,
    functions: FUNCTIONS.0.as_ptr(),
    create: None,
    start: None,
    stop: None,
    destroy: None,
    get_extension: None,
});

/// # Safety
/// Called by the host, or by its tools.
#[no_mangle]
pub unsafe extern "C" fn oa_module_entry_v1(
    _host: *const abi::Host,
    _why: *mut c_char,
    _why_cap: usize,
) -> *const abi::Module {
    &MODULE.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use call::fake;

    fn greeting(text: &str) -> Json {
        Json::Object(vec![("text".to_string(), Json::Text(text.to_string()))])
    }

    #[test]
    fn greets_by_name_and_the_world_otherwise() {
        assert_eq!(fake::run(greet, r#"{"who": "Ada"}"#).output, greeting("Hello, Ada!"));
        assert_eq!(fake::run(greet, "{}").output, greeting("Hello, world!"));
    }

    #[test]
    fn points_to_a_wrong_parameter() {
        for params in [r#"{"who": ""}"#, r#"{"who": 5}"#] {
            let reply = fake::run(greet, params);
            assert_eq!((reply.status, reply.pointer.as_str()), (abi::INVALID_PARAMS, "/who"));
            assert!(!reply.message.is_empty());
        }
        assert_eq!(fake::run(greet, r#"{"delay_ms": -1}"#).pointer, "/delay_ms");
    }

    #[test]
    fn stops_when_it_is_cancelled() {
        let reply = fake::run_cancelled_after(2, greet, r#"{"delay_ms": 60000}"#);
        assert_eq!(reply.status, abi::CANCELLED);
    }

    #[test]
    fn turns_a_panic_into_an_error() {
        let reply = fake::run(|_| panic!("of the test"), "{}");
        assert_eq!(reply.status, abi::INTERNAL);
    }
}
