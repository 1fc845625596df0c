#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| api::fuzzing::email(text));
